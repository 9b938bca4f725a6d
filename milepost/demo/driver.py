"""The demo's driver: looks at what is open, lets everybody wait as long as their personality has it, and acts for them.

Everything goes through the public API. The driver remembers nothing that it could not decide again: after a restart it
looks at what is open and plans the same facts with the same ids, so what was recorded before counts once.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from milepost.demo.api import Api, ApiAwayError, RequestRefusedError
from milepost.demo.colleagues import task_done
from milepost.demo.customers import WEEK, DemoCustomer
from milepost.demo.form_files import with_files
from milepost.demo.personalities import personalities_of
from milepost.demo.planned_facts import Agenda
from milepost.demo.views import Journey, OpenStep, PlannedFact
from milepost.people.draws import Chance
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import JourneyStatus
from milepost.planner.instants import Instant

_EVERY = 0.05  # seconds
_CONCURRENT = 4  # customers whose facts are recorded at a time


class Pace(Protocol):
    """Lets time go on; `pacer.Pacer` is one."""

    async def finished_by(self) -> Instant:
        """Returns up to which instant the journeys have done everything."""

    async def let_run(self, finished_by: Instant) -> None:
        """Lets time go on, as everybody has done what they had to do by an instant."""


class DemoDriver:
    """Plays all customers and colleagues on these maps.

    `now` is journey time; `taken` returns the addresses of colleagues and the ids of customers that visitors play;
    `on_trouble` takes a line about anything that didn't go as it should.
    """

    def __init__(
        self,
        api: Api,
        compiled_maps: Mapping[str, CompiledMap],
        chance: Chance,
        now: Callable[[], Instant],
        *,
        taken: Callable[[], Collection[str]] = tuple,
        on_trouble: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._api = api
        self._now = now
        self._taken = taken
        self._on_trouble = on_trouble
        self._chance = chance
        self._compiled_maps = compiled_maps
        self._maps: dict[str, str] = {}
        self._customers: dict[str, DemoCustomer] = {}
        self._agenda = Agenda()
        self._open: set[str] = set()
        self._begun_at = now()
        self._concurrent = asyncio.Semaphore(_CONCURRENT)

    async def play(self, pace: Pace) -> None:
        """Plays until cancelled; while the API is away everybody waits, and the clock for them."""
        while True:
            try:
                finished_by = await pace.finished_by()
                await self.look()
                await self.act()
                await pace.let_run(finished_by)
            except ApiAwayError as away:
                self._on_trouble(str(away))
            await asyncio.sleep(_EVERY)

    async def look(self) -> None:
        """Sees what is open, and plans what has not been planned yet.

        Raises:
            ApiAwayError: the API does not answer.
        """
        journeys, tasks, steps = await asyncio.gather(self._api.journeys(), self._api.tasks(), self._api.steps())
        self._meet(journeys)
        self._open = {task.key for task in tasks} | {key for step in steps for key in (step.key, step.asking)}
        for task in tasks:
            if customer := self._customers.get(task.customer):
                self._agenda.plan(task.key, task_done(task, customer.personality, self._chance))
        for step in steps:
            if customer := self._customers.get(step.customer):
                await self._plan_step(customer, step)
        for journey in journeys:
            customer = self._customers.get(journey.customer)
            if customer is not None and journey.status != JourneyStatus.ENDED:
                self._plan_journey(customer, journey)

    async def act(self) -> None:
        """Records all facts that are due, each customer's in their order.

        Raises:
            ApiAwayError: the API does not answer; what was not recorded is recorded later.
        """
        due: dict[str, list[PlannedFact]] = defaultdict(list)
        taken = self._taken()
        for fact in self._agenda.take(self._now()):
            if fact.about is not None and fact.whose in taken:
                self._agenda.forget(fact.about)  # it is planned again, for whenever they are given back
            elif fact.about is None or fact.about in self._open:
                due[fact.customer].append(fact)
        results = await asyncio.gather(*(self._record(facts) for facts in due.values()))
        away = next((result for result in results if result is not None), None)
        if away is not None:
            raise away

    def _meet(self, journeys: Iterable[Journey]) -> None:
        """Gives the customers of these journeys their personalities; on other maps nobody is played."""
        maps = {journey.customer: journey.map for journey in journeys if journey.map in self._compiled_maps}
        if maps == self._maps:
            return
        by_map: dict[str, list[str]] = defaultdict(list)
        for customer, map_id in maps.items():
            by_map[map_id].append(customer)
        self._maps = maps
        self._customers = {
            customer: DemoCustomer(personality, self._compiled_maps[maps[customer]], self._chance)
            for customer, personality in personalities_of(self._chance, by_map).items()
        }

    async def _plan_step(self, customer: DemoCustomer, step: OpenStep) -> None:
        self._agenda.plan(step.key, customer.about_opening(step))
        is_asked = step.asked_at is not None and step.customer not in self._taken()
        if is_asked and not self._agenda.has_planned(step.asking):
            again = await self._api.has_answered(step)
            self._agenda.plan(step.asking, customer.answer(step, again=again))

    def _plan_journey(self, customer: DemoCustomer, journey: Journey) -> None:
        self._agenda.plan(journey.journey, customer.alarm(journey))
        week = (self._now() - journey.started_at) // WEEK + 1
        if journey.started_at + week * WEEK > self._begun_at:
            self._agenda.plan(f"{journey.journey} week {week}", customer.health_change(journey, week))

    async def _record(self, facts: Sequence[PlannedFact]) -> ApiAwayError | None:
        """Records one customer's facts; those that the API could not take are planned again."""
        async with self._concurrent:
            for number, planned in enumerate(facts):
                try:
                    await self._api.record_fact(planned.customer, await with_files(self._api, planned))
                except ApiAwayError as away:
                    for later in facts[number:]:
                        self._agenda.put(later)
                    return away
                except RequestRefusedError as refused:
                    self._on_trouble(str(refused))
        return None
