"""The secret addresses at which colleagues' calendars read their tasks: one for each who wants it."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store import people
from milepost.store.calendar_feed_table import CalendarFeedRow
from milepost.store.links import fresh_id


async def of_person(session: AsyncSession, address: str) -> CalendarFeedRow | None:
    """Returns the feed of a colleague; None where there is none."""
    feeds = await session.scalars(select(CalendarFeedRow).where(CalendarFeedRow.address == address))
    return feeds.one_or_none()


async def person_of(session: AsyncSession, feed: str) -> str | None:
    """Returns the address of the colleague whose feed it is; None for none of ours, or of somebody who has left."""
    row = await session.get(CalendarFeedRow, feed)
    if row is None:
        return None
    person = await session.run_sync(people.find, row.address)
    return None if person is not None and person.left_at is not None else row.address


def renew(session: Session, address: str, wall: Instant) -> None:
    """Gives a colleague a new feed; the one that there was opens nothing any more."""
    end(session, address)
    session.add(CalendarFeedRow(id=fresh_id(), address=address, made_at=wall))


def end(session: Session, address: str) -> None:
    """Ends the feed of a colleague."""
    session.execute(delete(CalendarFeedRow).where(CalendarFeedRow.address == address))
