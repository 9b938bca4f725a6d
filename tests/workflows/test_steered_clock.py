"""A demo's clock on Temporal's development server: the row in the store is what journeys go by, whoever tells them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from milepost.channels.recorder import RecordingChannel
from milepost.demo.pacer import LEEWAY, Pacer
from milepost.intake.intake import Intake
from milepost.planner.clock import JourneyClock
from milepost.planner.written_facts import WrittenFact
from milepost.store import clock, customers, journeys, maps
from milepost.store.clock import KeptClock, Pace, between_minutes
from milepost.store.database import Store, open_store
from milepost.store.followed_clock import FollowedClock, followed
from tests.workflows.example import CUSTOMER, FILES, START
from tests.workflows.real_server import enrolled, has, lines, real_client, simulated
from tests.workflows.rig import LINKS, eventually
from worker import make_worker

DAY = 86_400
USUAL = 2.0 * DAY
FAR = START + 5000 * DAY


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with open_store(sqlite_url) as opened:
        async with opened.transaction() as session:
            await maps.publish(session, "pilot", "Pilot customers", FILES, START)
            await customers.save(session, [CUSTOMER], START)
        yield opened


async def demo_clock(store: Store, *, horizon: int = FAR, speed: float = USUAL) -> FollowedClock:
    """Sets the demo's clock; returns it as a process goes by it."""
    kept = KeptClock(JourneyClock(time.time(), START, speed), horizon, USUAL)
    await store.write(lambda session: clock.keep(session, kept))
    now = await followed(store)
    assert isinstance(now, FollowedClock)
    return now


async def steer(clock_: FollowedClock, pace: Pace) -> None:
    await clock_.change(lambda kept: kept.steered(pace, time.time()))


@asynccontextmanager
async def paced(pacer: Pacer) -> AsyncIterator[None]:
    """Lets the pacer look, as the driver does, while the block runs."""

    async def look() -> None:
        while True:
            await pacer.let_run(await pacer.finished_by())
            await asyncio.sleep(0.02)

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def reached(store: Store, journey: str, at: int) -> Callable[[], Awaitable[bool]]:
    async def has_come() -> bool:
        async with store.reading() as session:
            return (await journeys.get(session, journey)).clock >= at

    return has_come


async def test_journeys_follow_the_store_though_nobody_tells_them_that_the_clock_was_stopped(
    client: Client, store: Store
) -> None:
    now = await demo_clock(store)
    intake = Intake(store, client, now)
    async with make_worker(client, store, RecordingChannel(), LINKS, journey_clock=now):
        journey = await enrolled(intake)
        await eventually(has(intake, journey, "step_opened"))
        await steer(now, Pace.STOP)
        stands_at = now.journey_of(time.time() + 1)
        async with store.reading() as session:
            due = (await journeys.get(session, journey)).wake_at
        assert due is not None
        assert due > stands_at
        early = KeptClock(JourneyClock(1.0, START, USUAL)).asked  # of a process that has read nothing for years
        await intake.context.journey_client.nudge(journey)
        await client.get_workflow_handle(f"journey/{CUSTOMER.id}").signal("set_clock", early)
        await intake.record_fact("acme", WrittenFact(note="Hello"))
        await eventually(has(intake, journey, "note"))

        async with store.reading() as session:
            assert (await journeys.get(session, journey)).clock <= stands_at
        assert await lines(store, journey) == await simulated(intake, journey)


async def test_a_day_is_stepped_by_everybody_and_then_time_stands_again(client: Client, store: Store) -> None:
    now = await demo_clock(store, speed=0.0)
    intake = Intake(store, client, now)
    async with (
        make_worker(client, store, RecordingChannel(), LINKS, journey_clock=now),
        paced(Pacer(store, client, now)),
    ):
        journey = await enrolled(intake)
        for day in range(1, 5):
            await steer(now, Pace.DAY_ON)

            async def is_over() -> bool:
                return now.journey_of(time.time()) == START + day * DAY  # noqa: B023 - it is called in this turn

            await eventually(is_over)
        await eventually(has(intake, journey, "step_overdue"))
        async with store.reading() as session:
            row = await journeys.get(session, journey)
        assert row.clock <= START + 4 * DAY
        assert row.wake_at is None or row.wake_at > START + 4 * DAY
        assert await lines(store, journey) == await simulated(intake, journey)


async def test_who_dies_before_telling_the_journeys_loses_nothing_as_the_next_one_tells_them(
    client: Client, store: Store
) -> None:
    now = await demo_clock(store, speed=0.0)
    intake = Intake(store, client, now)
    async with make_worker(client, store, RecordingChannel(), LINKS, journey_clock=now):
        journey = await enrolled(intake)
        await intake.record_fact("acme", WrittenFact(note="Hello"))
        await eventually(has(intake, journey, "note"))  # it sleeps now, by a clock that stands
        await steer(now, Pace.AS_BEFORE)  # and whoever did that is gone

        restarted = await followed(store)
        assert isinstance(restarted, FollowedClock)
        async with paced(Pacer(store, client, restarted)):
            await eventually(has(intake, journey, "step_overdue"))
        assert await lines(store, journey) == await simulated(intake, journey)


class Gate(Interceptor):
    """A worker as slow as can be: its advances wait until the gate is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.waiting = 0

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - its name
        gate = self

        class Inbound(ActivityInboundInterceptor):
            async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - its name
                gate.waiting += 1
                await gate.opened.wait()
                return await self.next.execute_activity(input)

        return Inbound(next)


async def test_time_waits_for_a_slow_worker_and_then_goes_on(client: Client, store: Store) -> None:
    now = await demo_clock(store, horizon=START)
    intake, gate = Intake(store, client, now), Gate()
    gate.opened.set()
    async with (
        make_worker(client, store, RecordingChannel(), LINKS, journey_clock=now, interceptors=[gate]),
        paced(Pacer(store, client, now)),
    ):
        journey = await enrolled(intake)
        await eventually(has(intake, journey, "step_opened"))
        gate.opened.clear()
        gate.waiting = 0

        async def waits() -> bool:
            return gate.waiting > 0 and now.kept.waits(time.time())

        await eventually(waits)
        async with store.reading() as session:
            due = (await journeys.get(session, journey)).wake_at
        assert due is not None
        for _ in range(20):  # looks of the pacer, in which a clock without one would have gone on for days
            await now.look()
            assert now.journey_of(time.time()) <= between_minutes(due + int(LEEWAY))
        gate.opened.set()
        await eventually(reached(store, journey, int(due + 2 * LEEWAY)))
    assert await lines(store, journey) == await simulated(intake, journey)
