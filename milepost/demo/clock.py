"""The demo's clock: journey time that runs fast while `milepost up --sample` runs, and stands still while it doesn't.

The clock is kept in the store, and in every journey's workflow. When the demo goes on after a stop, it is set to the
journey time that had been reached: otherwise a night's pause would be decades of journeys.
"""

from __future__ import annotations

from typing import ClassVar

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from milepost.errors import MilepostError
from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.ids import began_as
from milepost.planner.instants import Instant, parse
from milepost.store import clock, customers, journeys
from milepost.store.database import Store
from milepost.wire.journey import SET_CLOCK, workflow_id

BEGINS = parse("2026-01-05T08:00:00Z")
"""Where journey time begins: the Monday on which the book's customers have just signed."""

DAY_A_SECOND = 86_400.0


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


async def begin_or_resume(store: Store, speed: float, wall: float, *, begins: Instant = BEGINS) -> JourneyClock:
    """Sets the demo's clock to show, at `wall`, where journey time `begins`, or what it had reached at the last stop.

    `speed` is seconds of journey a second, `wall` the wall clock in seconds since 1970; it may be a little ahead.

    Raises:
        MixedTimeError: the store holds real customers.
    """
    async with store.transaction() as session:
        before = await clock.read(session)
        if before == REAL_TIME and await customers.count(session):
            raise MixedTimeError(
                "This data folder holds customers in real time: the demo would mix them with made-up ones.",
                "Run `milepost up` without --sample, or run the demo in another folder with --data FOLDER.",
            )
        at = max(begins, before.journey_epoch, await clock.latest_instant(session) or begins)
        new_clock = JourneyClock(wall, at, speed)
        await clock.write(session, new_clock)
    return new_clock


async def signal_clock(store: Store, client: Client, new_clock: JourneyClock) -> None:
    """Sets this clock in all running journeys. Call it before a worker runs, so that none acts by the old one."""
    async with store.reading() as session:
        running = await journeys.running(session)
    for journey in running:
        try:
            await client.get_workflow_handle(workflow_id(began_as(journey.id))).signal(SET_CLOCK, new_clock)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
