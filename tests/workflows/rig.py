"""A whole Milepost on a server with skipped time: store, worker, door, a channel that remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Interceptor

from activities.journey import NO_GRACE
from milepost.channels.links import LinkSigner
from milepost.channels.protocol import Channel
from milepost.channels.recorder import RecordingChannel
from milepost.intake.enrolment import Enrolment
from milepost.intake.intake import Intake
from milepost.planner import facts as told_facts
from milepost.planner.clock import JourneyClock
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import customers, facts, journeys, maps, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import JourneyRow
from milepost.wire.journey import DEFAULT_MAX_ADVANCES, JourneyReport, workflow_id
from tests.simulation import simulate
from tests.workflows.example import CUSTOMER, FILES, START
from tests.workflows.sandbox import sandboxed
from worker import make_worker

T = TypeVar("T")
LINKS = LinkSigner("a secret for tests alone", "https://plans.vendor.example")


async def eventually(ask: Callable[[], Awaitable[T | None]], within: float = 20.0) -> T:
    """What `ask` answers, once that is true."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        answer = await ask()
        if answer:
            return answer
        assert asyncio.get_running_loop().time() < deadline, f"{ask} never came true: {answer!r}"
        await asyncio.sleep(0.02)


@dataclass
class Rig:
    """What a test speaks to. `now` is the journey's time; nothing in the rig moves it but `pass_time`."""

    server: WorkflowEnvironment
    store: Store
    intake: Intake
    channel: RecordingChannel
    clock: JourneyClock
    wall: float
    version: str
    journey: str = ""

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.server.client.get_workflow_handle(workflow_id(CUSTOMER.id))

    async def enrol(self) -> None:
        entered = await self.intake.enrol(CUSTOMER.id)
        assert isinstance(entered, Enrolment)
        assert entered.started
        self.journey = entered.journey
        await self.settled()

    async def pass_time(self, until: Instant) -> None:
        """Skip to an instant of journey time; all that happens by itself up to then has happened."""
        now = (await self.server.get_current_time()).timestamp()
        ahead = self.clock.wall_of(until) + 0.3 - now
        if ahead > 0:
            await self.server.sleep(ahead)
        self.wall = (await self.server.get_current_time()).timestamp()
        await self.settled()

    async def settled(self) -> JourneyRow:
        """Wait until the journey has taken in all facts and has nothing to do before its next wake-up."""
        row = await eventually(self._is_settled)
        self.wall = (await self.server.get_current_time()).timestamp()
        return row

    async def settled_alone(self) -> JourneyRow:
        """Wait until the journey has been advanced, whatever waits for others."""
        return await eventually(self._has_advanced)

    async def _has_advanced(self) -> JourneyRow | None:
        row = await self.row()
        return row if row.revision else None

    async def row(self) -> JourneyRow:
        async with self.store.reading() as session:
            return await journeys.get(session, self.journey)

    async def runs(self) -> bool:
        """Tells whether the journey's workflow runs."""
        return (await self.handle.describe()).status is WorkflowExecutionStatus.RUNNING

    async def _is_settled(self) -> JourneyRow | None:
        now = self.intake.now()
        async with self.store.reading() as session:
            row = await journeys.get(session, self.journey)
            pending = await facts.pending(session, 1)
        idle = row.wake_at is None or row.wake_at > now
        return row if row.revision and idle and not pending else None

    async def state(self) -> State:
        async with self.store.reading() as session:
            return await journeys.state(session, self.journey)

    async def timeline(self) -> list[dict[str, Any]]:
        async with self.store.reading() as session:
            return [timeline.entry_of(row).to_json() for row in await timeline.of_journey(session, self.journey)]

    async def simulated(self) -> list[dict[str, Any]]:
        """What the planner alone makes of the same facts, up to now."""
        async with self.store.reading() as session:
            row = await journeys.get(session, self.journey)
            told = [told_facts.from_json(fact.data) for fact in await facts.of_customer(session, CUSTOMER.id)]
        compiled_map = await self.intake.context.compiled_maps.of(self.version)
        in_order = sorted(told, key=lambda fact: fact.at)
        run = simulate(compiled_map, CUSTOMER, row.started_at, in_order, self.intake.now())
        return [entry.to_json() for entry in run.timeline]

    async def kinds(self) -> list[str]:
        return [entry["kind"] for entry in await self.timeline()]

    async def status(self) -> JourneyReport:
        status: JourneyReport = await self.handle.query("status", result_type=JourneyReport)
        return status


@asynccontextmanager
async def rig_on(
    server: WorkflowEnvironment,
    store: Store,
    *,
    max_advances: int = DEFAULT_MAX_ADVANCES,
    interceptors: Sequence[Interceptor] = (),
    cached_workflows: int = 1000,
    grace: timedelta = NO_GRACE,
    channel: Channel | None = None,
) -> AsyncIterator[Rig]:
    """A rig with the example's map published and its customer in the book; `channel` delivers, if there is one."""
    async with store.transaction() as session:
        version = (await maps.publish(session, "pilot", "Pilot customers", FILES, START)).version.hash
        await customers.save(session, [CUSTOMER], START)
    wall = (await server.get_current_time()).timestamp()
    clock, compiled_maps, recorder = JourneyClock(wall, START), CompiledMaps(store), RecordingChannel()
    intake = Intake(
        store,
        server.client,
        clock,
        compiled_maps=compiled_maps,
        wall=lambda: rig.wall,
        max_advances=max_advances,
        grace=grace,
    )
    rig = Rig(server, store, intake, recorder, clock, wall, version)
    async with make_worker(
        server.client,
        store,
        channel or recorder,
        LINKS,
        compiled_maps=compiled_maps,
        interceptors=interceptors,
        cached_workflows=cached_workflows,
        grace=grace,
        workflow_runner=sandboxed(),
    ):
        yield rig
