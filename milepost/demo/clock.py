"""The rehearsal's clock: journey time that runs fast while `milepost up` runs, and stands still while it does not.

The clock lies in the store, and in every journey's workflow. When a rehearsal goes on after a stop it is set anew to
where journey time had come: otherwise a night's pause would be decades of journeys.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from milepost.planner.clock import JourneyClock
from milepost.planner.instants import Instant, parse
from milepost.store import clock
from milepost.store.database import Store
from milepost.store.tables import ClockRow, CustomerRow, FactRow, JourneyRow
from milepost.wire.journey import SET_CLOCK, workflow_id

BEGINS = parse("2026-01-05T08:00:00Z")
"""Where journey time begins: the Monday on which the book's customers have just signed."""

DAY_A_SECOND = 86_400.0


class AnotherTimeError(Exception):
    """A data folder holds a rehearsal or real journeys, and is asked to go on as the other."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}")


async def check_real(store: Store) -> None:
    """Make sure that these are no rehearsal's journeys.

    Raises:
        AnotherTimeError: they are.
    """
    async with store.reading() as session:
        row = await session.get(ClockRow, 1)
    if row is not None and row.speed != 1:
        raise AnotherTimeError(
            "This data folder holds a rehearsal: its journeys run in a time of their own.",
            "Go on with it by `milepost up --sample`, or choose another folder for real customers with --data FOLDER.",
        )


async def begin_or_go_on(store: Store, speed: float, wall: float) -> JourneyClock:
    """Set the rehearsal's clock to be, at `wall`, at its beginning, or where it had come when it stopped.

    `speed` is seconds of journey a second, `wall` the wall clock in seconds since 1970; it may be a little ahead.

    Raises:
        AnotherTimeError: the store holds real customers.
    """
    async with store.transaction() as session:
        before = await session.get(ClockRow, 1)
        if before is None and await _has_customers(session):
            raise AnotherTimeError(
                "This data folder holds customers at real time: a rehearsal would mix them with made-up ones.",
                "Run `milepost up` without --sample, or rehearse in another folder with --data FOLDER.",
            )
        at = BEGINS if before is None else max(before.journey_epoch, await _come_to(session))
        made = JourneyClock(wall, at, speed)
        await clock.write(session, made)
    return made


async def _has_customers(session: AsyncSession) -> bool:
    return (await session.scalar(select(CustomerRow.id).limit(1))) is not None


async def _come_to(session: AsyncSession) -> Instant:
    """The latest instant at which anything happened: no journey has come further, and none goes back."""
    latest = [await session.scalar(select(func.max(column))) for column in (JourneyRow.clock, FactRow.at)]
    return max((at for at in latest if at is not None), default=BEGINS)


async def tell_clock(store: Store, client: Client, made: JourneyClock) -> None:
    """Let all running journeys go by this clock; to be done before a worker runs, so that none acts by the old one."""
    async with store.reading() as session:
        known = await session.scalars(select(JourneyRow.customer_id).distinct())
    for customer in known:
        try:
            await client.get_workflow_handle(workflow_id(customer)).signal(SET_CLOCK, made)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
