"""The demo's clock: journey time that runs fast while `milepost up --sample` runs, and stands still while it doesn't.

The clock is kept in the store; every journey's workflow has a copy, which an advance puts right. When the demo goes on
after a stop, it is set to the journey time that it had reached: otherwise a night's pause would be decades.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from milepost.errors import MilepostError
from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.ids import began_as
from milepost.planner.instants import Instant, parse
from milepost.store import clock, customers, journeys
from milepost.store.clock import SLOW, KeptClock
from milepost.store.database import Store
from milepost.wire.journey import SET_CLOCK, workflow_id

BEGINS = parse("2026-01-05T08:00:00Z")
"""Where journey time begins: the Monday on which the book's customers have just signed."""

DAY_A_SECOND = 86_400.0
_RPC_TIMEOUT = timedelta(seconds=5)


class MixedTimeError(MilepostError):
    """A data folder holds the demo's journeys or real ones, and is asked to go on as the other."""

    code: ClassVar[str] = "mixed_time"


async def check_real(store: Store) -> None:
    """Makes sure that the store's journeys run in real time.

    Raises:
        MixedTimeError: they are the demo's.
    """
    async with store.reading() as session:
        store_clock = await clock.read(session)
    if store_clock != REAL_TIME:
        raise MixedTimeError(
            "This data folder holds the demo: its journeys run faster than real time.",
            "Continue it with `milepost up --sample`, or choose another folder for real customers with --data FOLDER.",
        )


async def begin_or_resume(
    store: Store, speed: float, wall: float, *, begins: Instant = BEGINS, steerable: bool = False
) -> JourneyClock:
    """Sets the demo's clock to show, at `wall`, where journey time `begins`, or what it had reached at the last stop.

    `speed` is seconds of journey a second, `wall` the wall clock in seconds since 1970; it may be a little ahead. It
    goes no further until the journeys let it. One that is `steerable` goes slowly while visitors play somebody.

    Raises:
        MixedTimeError: the store holds real customers.
    """
    async with store.transaction() as session:
        before = await session.run_sync(clock.find)
        if before is None and await customers.count(session):
            raise MixedTimeError(
                "This data folder holds customers in real time: the demo would mix them with made-up ones.",
                "Run `milepost up` without --sample, or run the demo in another folder with --data FOLDER.",
            )
        before = before or KeptClock()
        at = max(begins, before.asked.journey_epoch, await clock.latest_instant(session) or begins)
        at = at if at == begins else clock.between_minutes(at)
        runs = min(speed, SLOW) if steerable and before.is_anybody_taken else speed
        kept = replace(before, asked=JourneyClock(wall, at, runs), horizon=at, usual_speed=speed if steerable else None)
        await session.run_sync(clock.keep, kept)
    return kept.asked


async def signal_all(store: Store, client: Client, new_clock: JourneyClock) -> None:
    """Sets this clock in all running journeys."""
    async with store.reading() as session:
        running = await journeys.running(session)
    for journey in running:
        await signal_clock(client, journey.id, new_clock)


async def signal_clock(client: Client, journey: str, new_clock: JourneyClock) -> None:
    """Sets this clock in a journey, if it runs."""
    try:
        handle = client.get_workflow_handle(workflow_id(began_as(journey)))
        await handle.signal(SET_CLOCK, new_clock, rpc_timeout=_RPC_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
