"""Links to a map on the wall: made, found, ended."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store.links import fresh_id
from milepost.store.wall_link_tables import WallLinkRow


def add(session: Session, map_id: str, by: str | None, wall: Instant) -> WallLinkRow:
    """Stores a new link to a map; `wall` is the instant by the wall clock."""
    row = WallLinkRow(id=fresh_id(), map=map_id, made_at=wall, made_by=by)
    session.add(row)
    return row


def end(session: Session, map_id: str, link: str, by: str | None, wall: Instant) -> bool:
    """Ends a link to a map; returns whether there was one that worked."""
    row = session.get(WallLinkRow, link)
    if row is None or row.map != map_id or row.ended_at is not None:
        return False
    row.ended_at, row.ended_by = wall, by
    return True


async def working(session: AsyncSession, link: str) -> WallLinkRow | None:
    """Returns the link of an id; None if it was ended, or there is none."""
    row = await session.get(WallLinkRow, link)
    return row if row is not None and row.ended_at is None else None


async def of_map(session: AsyncSession, map_id: str) -> list[WallLinkRow]:
    """Returns the links to a map that work, the newest first."""
    query = select(WallLinkRow).where(WallLinkRow.map == map_id, WallLinkRow.ended_at.is_(None))
    return list(await session.scalars(query.order_by(WallLinkRow.made_at.desc(), WallLinkRow.id)))
