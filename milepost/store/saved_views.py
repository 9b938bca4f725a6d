"""Views of the list of customers that colleagues keep: filters and an order under a name, each for one person."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store.saved_view_table import SavedViewRow
from milepost.store.upsert import upsert

MOST = 50
"""Views that one person keeps."""


async def of_person(session: AsyncSession, person: str) -> list[SavedViewRow]:
    """Returns the views of a colleague, by name."""
    query = select(SavedViewRow).where(SavedViewRow.person == person).order_by(SavedViewRow.name)
    return list(await session.scalars(query))


def save(session: Session, person: str, name: str, query: str, now: Instant) -> bool:
    """Keeps a view, in the place of the one that had its name; returns whether there was room for it."""
    of_them = select(SavedViewRow.name).where(SavedViewRow.person == person)
    others = select(func.count()).select_from(of_them.where(SavedViewRow.name != name).subquery())
    if (session.scalar(others) or 0) >= MOST:
        return False
    upsert(session, SavedViewRow, [{"person": person, "name": name, "query": query, "saved_at": now}])
    return True


def forget(session: Session, person: str, name: str) -> None:
    """Deletes a view; one that isn't there is fine."""
    session.execute(delete(SavedViewRow).where(SavedViewRow.person == person, SavedViewRow.name == name))
