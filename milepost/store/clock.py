"""The journey clock of this store: it runs like the wall clock or, in the demo, faster."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.instants import Instant
from milepost.store.single_rows import ClockRow
from milepost.store.tables import FactRow, JourneyRow
from milepost.store.upsert import upsert


async def read(session: AsyncSession) -> JourneyClock:
    """Returns the clock that was set, or else the wall clock."""
    return await session.run_sync(load)


def load(session: Session) -> JourneyClock:
    """Returns the clock that was set, or else the wall clock."""
    row = session.get(ClockRow, 1, populate_existing=True)
    return REAL_TIME if row is None else JourneyClock(row.wall_epoch, row.journey_epoch, row.speed)


async def write(session: AsyncSession, clock: JourneyClock) -> None:
    """Sets the clock; journeys that have begun keep theirs."""
    row = {"wall_epoch": clock.wall_epoch, "journey_epoch": clock.journey_epoch, "speed": clock.speed}
    await session.run_sync(upsert, ClockRow, [{"id": 1, **row}])


async def latest_instant(session: AsyncSession) -> Instant | None:
    """Returns the latest instant that a journey has reached or a fact has; None without any."""
    instants = [await session.scalar(select(func.max(column))) for column in (JourneyRow.clock, FactRow.at)]
    return max((at for at in instants if at is not None), default=None)
