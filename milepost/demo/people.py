"""Everybody's personality, and what it makes them do about what is open. Pure: a seed decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from milepost.demo import colleagues, customers
from milepost.demo.personalities import Personality, personalities_of
from milepost.demo.views import Journey, OpenStep, OpenTask, PlannedFact
from milepost.people.draws import Chance
from milepost.planner.compiled_map import CompiledMap


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """Everybody in the demo: `compiled_maps` by the map's id, `personalities` and `maps` by customer."""

    chance: Chance
    compiled_maps: Mapping[str, CompiledMap]
    personalities: Mapping[str, Personality]
    maps: Mapping[str, str]

    @staticmethod
    def of(chance: Chance, compiled_maps: Mapping[str, CompiledMap], journeys: Iterable[Journey]) -> DemoPeople:
        """Give the customers of these journeys their personalities; on other maps nobody is played."""
        maps = {journey.customer: journey.map for journey in journeys if journey.map in compiled_maps}
        by_map: dict[str, list[str]] = defaultdict(list)
        for customer, map_id in maps.items():
            by_map[map_id].append(customer)
        return DemoPeople(chance, compiled_maps, personalities_of(chance, by_map), maps)

    def plays(self, customer: str) -> bool:
        """Returns whether the demo plays this customer and the colleagues around it."""
        return customer in self.personalities

    def about_task(self, task: OpenTask) -> list[PlannedFact]:
        """Plans what a colleague does about a task."""
        return [colleagues.task_done(task, self.personalities[task.customer], self.chance)]

    def about_opening(self, step: OpenStep) -> list[PlannedFact]:
        """Plans what a customer, or the product, does about an open step."""
        do = customers.action_done if step.kind == "action" else customers.measured_value
        return do(step, self.personalities[step.customer], self._map(step.customer), self.chance)

    def about_asking(self, step: OpenStep, *, again: bool) -> list[PlannedFact]:
        """Plans what a customer answers when it is asked, for the first time or again."""
        personality = self.personalities[step.customer]
        return customers.answer(step, personality, self._map(step.customer), self.chance, again=again)

    def about_journey(self, journey: Journey) -> list[PlannedFact]:
        """Plans what happens on a journey by chance."""
        personality = self.personalities[journey.customer]
        return customers.alarm(journey, personality, self._map(journey.customer), self.chance)

    def about_week(self, journey: Journey, week: int) -> list[PlannedFact]:
        """Plans what the product sends about a customer in a week of its journey."""
        return customers.health_change(journey, self.personalities[journey.customer], week, self.chance)

    def _map(self, customer: str) -> CompiledMap:
        return self.compiled_maps[self.maps[customer]]
