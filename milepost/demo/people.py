"""The troupe: everybody's part, and what it makes them do about what is open. Pure: a seed decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from milepost.demo import colleagues, customers
from milepost.demo.actions import Act, Journey, OpenStep, OpenTask
from milepost.demo.chance import Chance
from milepost.demo.map_outline import MapOutline
from milepost.demo.personalities import Part, deal


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """Who plays what: `scripts` by map, `parts` and `maps` by customer."""

    chance: Chance
    scripts: Mapping[str, MapOutline]
    parts: Mapping[str, Part]
    maps: Mapping[str, str]

    @staticmethod
    def of(chance: Chance, scripts: Mapping[str, MapOutline], journeys: Iterable[Journey]) -> DemoPeople:
        """Deal the parts to the customers of these journeys; on maps without a script nobody plays."""
        maps = {journey.customer: journey.map for journey in journeys if journey.map in scripts}
        by_map: dict[str, list[str]] = defaultdict(list)
        for customer, map_id in maps.items():
            by_map[map_id].append(customer)
        return DemoPeople(chance, scripts, deal(chance, by_map), maps)

    def plays(self, customer: str) -> bool:
        """Whether the customer has a part."""
        return customer in self.parts

    def about_task(self, task: OpenTask) -> list[Act]:
        """What a colleague does about a task."""
        return [colleagues.does(task, self.parts[task.customer], self.chance)]

    def about_opening(self, step: OpenStep) -> list[Act]:
        """What a customer, or the product, does about a step that is open."""
        do = customers.does if step.kind == "action" else customers.measured
        return do(step, self.parts[step.customer], self._script(step.customer), self.chance)

    def about_asking(self, step: OpenStep, *, again: bool) -> list[Act]:
        """What a customer does about being asked, for the first time or again."""
        return customers.answers(step, self.parts[step.customer], self._script(step.customer), self.chance, again=again)

    def about_journey(self, journey: Journey) -> list[Act]:
        """What happens on a journey by chance."""
        return customers.alarms(journey, self.parts[journey.customer], self._script(journey.customer), self.chance)

    def about_week(self, journey: Journey, week: int) -> list[Act]:
        """What the product tells of a customer in a week of its journey."""
        return customers.figures(journey, self.parts[journey.customer], week, self.chance)

    def _script(self, customer: str) -> MapOutline:
        return self.scripts[self.maps[customer]]
