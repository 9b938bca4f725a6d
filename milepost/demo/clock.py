"""The demo's clock: journey time that runs fast while `milepost up --sample` runs, and stands still while it doesn't.

The clock is kept in the store, and in every journey's workflow. When the demo goes on after a stop, it is set to the
journey time that had been reached: otherwise a night's pause would be decades of journeys.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from milepost.errors import MilepostError
from milepost.planner.clock import JourneyClock
from milepost.planner.instants import Instant, parse
from milepost.store import clock
from milepost.store.database import Store
from milepost.store.tables import ClockRow, CustomerRow, FactRow, JourneyRow
from milepost.wire.journey import SET_CLOCK, workflow_id

BEGINS = parse("2026-01-05T08:00:00Z")
"""Where journey time begins: the Monday on which the book's customers have just signed."""

DAY_A_SECOND = 86_400.0


class MixedTimeError(MilepostError):
    """A data folder holds the demo's journeys or real ones, and is asked to go on as the other."""

    code: ClassVar[str] = "mixed_time"


async def check_real(store: Store) -> None:
    """Make sure that the store's journeys run in real time.

    Raises:
        MixedTimeError: they are the demo's.
    """
    async with store.reading() as session:
        row = await session.get(ClockRow, 1)
    if row is not None and row.speed != 1:
        raise MixedTimeError(
            "This data folder holds the demo: its journeys run faster than real time.",
            "Continue it with `milepost up --sample`, or choose another folder for real customers with --data FOLDER.",
        )


async def begin_or_resume(store: Store, speed: float, wall: float) -> JourneyClock:
    """Set the demo's clock to show, at `wall`, where journey time begins, or what it had reached at the last stop.

    `speed` is seconds of journey a second, `wall` the wall clock in seconds since 1970; it may be a little ahead.

    Raises:
        MixedTimeError: the store holds real customers.
    """
    async with store.transaction() as session:
        before = await session.get(ClockRow, 1)
        if before is None and await _has_customers(session):
            raise MixedTimeError(
                "This data folder holds customers in real time: the demo would mix them with made-up ones.",
                "Run `milepost up` without --sample, or run the demo in another folder with --data FOLDER.",
            )
        at = BEGINS if before is None else max(before.journey_epoch, await _latest(session))
        new_clock = JourneyClock(wall, at, speed)
        await clock.write(session, new_clock)
    return new_clock


async def _has_customers(session: AsyncSession) -> bool:
    return (await session.scalar(select(CustomerRow.id).limit(1))) is not None


async def _latest(session: AsyncSession) -> Instant:
    """The latest instant at which anything happened: no journey is further, and none goes back."""
    instants = [await session.scalar(select(func.max(column))) for column in (JourneyRow.clock, FactRow.at)]
    return max((at for at in instants if at is not None), default=BEGINS)


async def signal_clock(store: Store, client: Client, new_clock: JourneyClock) -> None:
    """Set this clock in all running journeys. Call it before a worker runs, so that none acts by the old one."""
    async with store.reading() as session:
        customers = await session.scalars(select(JourneyRow.customer_id).distinct())
    for customer in customers:
        try:
            await client.get_workflow_handle(workflow_id(customer)).signal(SET_CLOCK, new_clock)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
