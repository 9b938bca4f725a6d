"""Links with which other departments look at a map on the wall: made and ended, each told in the audit."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from milepost.audit_kinds import Kind
from milepost.intake.context import IntakeContext
from milepost.planner.instants import Instant
from milepost.store import audit, wall_links
from milepost.store.audit import Entry


async def make(context: IntakeContext, map_id: str, *, by: str) -> str:
    """Makes a link to a map; returns its id. Nobody's customers are named behind it."""
    return await context.store.write(partial(_make, map_id=map_id, by=by, now=int(context.wall())))


async def end(context: IntakeContext, map_id: str, link: str, *, by: str) -> bool:
    """Ends a link to a map; returns whether there was one that worked."""
    return await context.store.write(partial(_end, map_id=map_id, link=link, by=by, now=int(context.wall())))


def _make(session: Session, *, map_id: str, by: str, now: Instant) -> str:
    audit.record(session, Entry(now, by, Kind.WALL_LINK_MADE, map_id))
    return wall_links.add(session, map_id, by, now).id


def _end(session: Session, *, map_id: str, link: str, by: str, now: Instant) -> bool:
    is_ended = wall_links.end(session, map_id, link, by, now)
    if is_ended:
        audit.record(session, Entry(now, by, Kind.WALL_LINK_ENDED, map_id))
    return is_ended
