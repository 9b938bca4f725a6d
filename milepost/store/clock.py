"""How journey time runs for all journeys of this store: as the wall clock, or, in a rehearsal, faster."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.store.tables import ClockRow
from milepost.store.upsert import upsert


async def read(session: AsyncSession) -> JourneyClock:
    """The clock that was set; else the wall clock."""
    row = await session.get(ClockRow, 1, populate_existing=True)
    return REAL_TIME if row is None else JourneyClock(row.wall_epoch, row.journey_epoch, row.speed)


async def write(session: AsyncSession, clock: JourneyClock) -> None:
    """Set the clock; journeys that run already keep the one they were begun with."""
    row = {"wall_epoch": clock.wall_epoch, "journey_epoch": clock.journey_epoch, "speed": clock.speed}
    await upsert(session, ClockRow, [{"id": 1, **row}])
