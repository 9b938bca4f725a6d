"""The zones and holidays that journeys were planned with last, for whoever plans with others."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.calendar_data import calendar_data
from milepost.planner.instants import Instant
from milepost.store.single_rows import CalendarDataRow
from milepost.store.upsert import upsert


def record(session: Session, now: Instant) -> str | None:
    """Records that this process plans now; returns the data that was planned with last, if it is other data."""
    row = session.get(CalendarDataRow, 1, populate_existing=True)
    if row is not None and row.data == calendar_data():
        return None
    previous = None if row is None else row.data
    upsert(session, CalendarDataRow, [{"id": 1, "data": calendar_data(), "previous": previous, "since": now}])
    return previous


async def others(session: AsyncSession) -> str | None:
    """Returns the data that was planned with last, if it is other than this process has."""
    row = await session.get(CalendarDataRow, 1, populate_existing=True)
    return None if row is None or row.data == calendar_data() else row.data
