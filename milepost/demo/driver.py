"""The cast: colleagues and customers who look at what is open, wait as long as their temperament has it, and act.

Everything goes through the public API. The cast remembers nothing that it could not decide again: after a restart it
looks at what is open and comes to the same acts with the same ids, and what was told already counts once.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from milepost.demo.actions import Act, Journey, OpenStep
from milepost.demo.api import Api, ApiAwayError, RequestRefusedError
from milepost.demo.chance import Chance
from milepost.demo.customers import WEEK
from milepost.demo.map_outline import MapOutline
from milepost.demo.people import DemoPeople
from milepost.demo.planned_actions import Agenda
from milepost.planner.instants import Instant

LOOK_EVERY = 0.5  # seconds
_ACT_EVERY = 0.1  # seconds
_AT_ONCE = 4  # customers that are spoken for at once

OnTrouble = Callable[[str], None]
"""Takes a line about something that did not go as it should."""


class DemoDriver:
    """Plays everybody. `now` is journey time."""

    def __init__(
        self,
        api: Api,
        scripts: Mapping[str, MapOutline],
        chance: Chance,
        now: Callable[[], Instant],
        *,
        on_trouble: OnTrouble = lambda _line: None,
    ) -> None:
        self._api = api
        self._now = now
        self._on_trouble = on_trouble
        self._troupe = DemoPeople.of(chance, scripts, ())
        self._agenda = Agenda()
        self._open: set[str] = set()
        self._begun_at = now()
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def play(self) -> None:
        """Play until cancelled; while the API is away everybody waits."""
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        while True:
            try:
                if loop.time() >= look_at:
                    look_at = loop.time() + LOOK_EVERY
                    await self.look()
                await self.act()
            except ApiAwayError as away:
                self._on_trouble(str(away))
            await asyncio.sleep(_ACT_EVERY)

    async def look(self) -> None:
        """See what is open, and plan what has not been planned yet.

        Raises:
            ApiAwayError: the API does not answer.
        """
        journeys, tasks, steps = await asyncio.gather(self._api.journeys(), self._api.tasks(), self._api.steps())
        self._meet(journeys)
        self._open = {task.about for task in tasks} | {name for step in steps for name in (step.about, step.asking)}
        for task in tasks:
            if self._troupe.plays(task.customer):
                self._agenda.plan(task.about, partial(self._troupe.about_task, task))
        for step in steps:
            if self._troupe.plays(step.customer):
                await self._plan_step(step)
        for journey in journeys:
            if self._troupe.plays(journey.customer) and journey.status != "ended":
                self._plan_journey(journey)

    async def act(self) -> None:
        """Tell all that is due, each customer's in its order.

        Raises:
            ApiAwayError: the API does not answer; what was not told is told later.
        """
        due: dict[str, list[Act]] = defaultdict(list)
        for act in self._agenda.take(self._now()):
            if act.about is None or act.about in self._open:
                due[act.customer].append(act)
        results = await asyncio.gather(*(self._tell(acts) for acts in due.values()))
        away = next((result for result in results if result is not None), None)
        if away is not None:
            raise away

    def _meet(self, journeys: Iterable[Journey]) -> None:
        known = {journey.customer: journey.map for journey in journeys}
        if any(self._troupe.maps.get(customer) != map_id for customer, map_id in known.items()):
            self._troupe = DemoPeople.of(self._troupe.chance, self._troupe.scripts, journeys)

    async def _plan_step(self, step: OpenStep) -> None:
        self._agenda.plan(step.about, partial(self._troupe.about_opening, step))
        if step.asked_at is not None and not self._agenda.knows(step.asking):
            again = await self._api.has_answered(step)
            self._agenda.plan(step.asking, partial(self._troupe.about_asking, step, again=again))

    def _plan_journey(self, journey: Journey) -> None:
        self._agenda.plan(journey.journey, partial(self._troupe.about_journey, journey))
        week = (self._now() - journey.started_at) // WEEK + 1
        if journey.started_at + week * WEEK > self._begun_at:
            self._agenda.plan(f"{journey.journey} week {week}", partial(self._troupe.about_week, journey, week))

    async def _tell(self, acts: Sequence[Act]) -> ApiAwayError | None:
        """Tell one customer's acts; those that the API could not take are noted down again."""
        async with self._at_once:
            for number, act in enumerate(acts):
                try:
                    await self._api.tell(act.customer, act.fact)
                except ApiAwayError as away:
                    for later in acts[number:]:
                        self._agenda.put(later)
                    return away
                except RequestRefusedError as refused:
                    self._on_trouble(str(refused))
        return None
