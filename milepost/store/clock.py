"""The journey clock of this store: it runs like the wall clock or, in the demo, faster."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.store.tables import ClockRow
from milepost.store.upsert import upsert


async def read(session: AsyncSession) -> JourneyClock:
    """Returns the clock that was set, or else the wall clock."""
    row = await session.get(ClockRow, 1, populate_existing=True)
    return REAL_TIME if row is None else JourneyClock(row.wall_epoch, row.journey_epoch, row.speed)


async def write(session: AsyncSession, clock: JourneyClock) -> None:
    """Sets the clock; journeys that have begun keep theirs."""
    row = {"wall_epoch": clock.wall_epoch, "journey_epoch": clock.journey_epoch, "speed": clock.speed}
    await upsert(session, ClockRow, [{"id": 1, **row}])
