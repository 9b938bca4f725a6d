"""Journeys that should have advanced and haven't: late, with facts that wait, or never started."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.facts import Ended, MapChanged
from milepost.planner.instants import Instant
from milepost.store.inbox import InboxStatus
from milepost.store.messages import MessageStatus
from milepost.store.tables import CustomerRow, FactRow, JourneyRow, MessageRow


@dataclass(frozen=True, slots=True)
class OverdueCounts:
    """How many open journeys there are, how many of them are late or can't be planned, and how many facts wait."""

    open: int
    late: int
    blocked: int
    waiting_facts: int


async def overdue(
    session: AsyncSession, now: Instant, received_before: Instant, *, after: str = "", limit: int = 500
) -> list[str]:
    """Returns the ids of journeys that should have advanced, in order, those after the id `after`.

    `now` is journey time: a journey whose next wake-up is earlier is late. `received_before` is wall clock: facts that
    came in earlier should have been taken. A blocked journey isn't late; it is tried again more and more seldom,
    unless a fact waits that may free it.
    """
    query = (
        select(JourneyRow.id)
        .where(JourneyRow.ended_at.is_(None), JourneyRow.id > after, _is_late(now, received_before))
        .order_by(JourneyRow.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def ended_with_facts(session: AsyncSession, received_before: Instant, *, limit: int = 500) -> list[str]:
    """Returns the ids of ended journeys for which facts, such as notes, wait since before `received_before` (wall)."""
    waits = (FactRow.status == InboxStatus.PENDING, FactRow.received_at < received_before)
    query = select(JourneyRow.id).join(FactRow, FactRow.journey_id == JourneyRow.id)
    query = query.where(*waits, JourneyRow.ended_at.is_not(None)).distinct().order_by(JourneyRow.id).limit(limit)
    return list(await session.scalars(query))


async def with_lost_mail(session: AsyncSession, now: Instant, tried_before: Instant, *, limit: int = 500) -> list[str]:
    """Returns the ids of journeys with messages on their way that nobody has tried to deliver since an instant.

    Both instants are journey time. A message that waits for people to undo what brought it about isn't late by that.
    """
    since = func.coalesce(MessageRow.tried_at, MessageRow.not_before, MessageRow.at)
    is_lost = (MessageRow.status == MessageStatus.QUEUED, MessageRow.at < tried_before, since < tried_before)
    may_leave = or_(MessageRow.not_before.is_(None), MessageRow.not_before < now)
    query = select(MessageRow.journey_id).where(*is_lost, may_leave).distinct()
    return list(await session.scalars(query.order_by(MessageRow.journey_id).limit(limit)))


async def open_journeys(session: AsyncSession, *, after: str = "", limit: int = 500) -> list[str]:
    """Returns the ids of journeys that haven't ended, in order, those after the id `after`."""
    query = select(JourneyRow.id).where(JourneyRow.ended_at.is_(None), JourneyRow.id > after)
    return list(await session.scalars(query.order_by(JourneyRow.id).limit(limit)))


async def count_open(session: AsyncSession) -> int:
    """Counts the journeys that haven't ended."""
    return await session.scalar(select(func.count()).where(JourneyRow.ended_at.is_(None))) or 0


async def blocked(session: AsyncSession, *, limit: int = 500) -> list[str]:
    """Returns the ids of journeys that can't be planned, those that have been so the longest first."""
    query = select(JourneyRow.id).where(JourneyRow.blocked_since.is_not(None))
    return list(await session.scalars(query.order_by(JourneyRow.blocked_since).limit(limit)))


_NAME = select(CustomerRow.name).where(CustomerRow.id == JourneyRow.customer_id).scalar_subquery()
"""Looked up for each line: a join might lead the database to begin with the customers."""


async def late_lines(
    session: AsyncSession, now: Instant, received_before: Instant, limit: int
) -> list[tuple[JourneyRow, str]]:
    """Returns late journeys as in `overdue`, each with its customer's name, in the order of their wake-ups."""
    query = select(JourneyRow, _NAME)
    query = query.where(JourneyRow.ended_at.is_(None), _is_late(now, received_before))
    rows = await session.execute(query.order_by(JourneyRow.wake_at).limit(limit))  # as the index has them
    return [(row[0], row[1]) for row in rows]


async def blocked_lines(session: AsyncSession, limit: int) -> list[tuple[JourneyRow, str]]:
    """Returns journeys that can't be planned, each with its customer's name, those for the longest first."""
    query = select(JourneyRow, _NAME)
    query = query.where(JourneyRow.blocked_since.is_not(None))
    rows = await session.execute(query.order_by(JourneyRow.blocked_since, JourneyRow.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


async def counts(session: AsyncSession, now: Instant, received_before: Instant) -> OverdueCounts:
    """Counts open journeys, those that are late or blocked (as in `overdue`), and the facts that wait for too long."""
    is_open = JourneyRow.ended_at.is_(None)
    by_state = select(
        func.count(),
        func.count().filter(_is_late(now, received_before)),
        func.count().filter(JourneyRow.blocked_since.is_not(None)),
    ).where(is_open)
    waiting = select(func.count()).where(FactRow.status == InboxStatus.PENDING, FactRow.received_at < received_before)
    in_all, late, blocked_ = (await session.execute(by_state)).one()
    return OverdueCounts(in_all, late, blocked_, await session.scalar(waiting) or 0)


async def unfinished(session: AsyncSession, now: Instant) -> dict[str, Instant]:
    """Returns the journeys that have something left to do by `now` (journey time), and since when, by id.

    Something fell due, or a fact waits. A blocked journey has nothing to do: nobody can wait for it.
    """
    is_waiting = (FactRow.status == InboxStatus.PENDING, FactRow.journey_id == JourneyRow.id)
    fact = select(func.min(FactRow.at)).where(*is_waiting).scalar_subquery()
    can_go_on = (JourneyRow.ended_at.is_(None), JourneyRow.blocked_since.is_(None))
    query = select(JourneyRow.id, JourneyRow.revision, JourneyRow.started_at, JourneyRow.wake_at, fact)
    found = dict[str, Instant]()
    for journey, revision, started_at, wake_at, fact_at in await session.execute(query.where(*can_go_on)):
        due = [at for at in (wake_at, fact_at, None if revision else started_at) if at is not None and at <= now]
        if due:
            found[journey] = min(due)
    return found


async def waiting_facts(session: AsyncSession) -> tuple[int, Instant | None]:
    """Counts the facts that wait for their journeys; with it, when the oldest came in (wall clock), if any waits."""
    query = select(func.count(), func.min(FactRow.received_at)).where(FactRow.status == InboxStatus.PENDING)
    count, oldest = (await session.execute(query)).one()
    return count, oldest


def _is_late(now: Instant, received_before: Instant) -> ColumnElement[bool]:
    waits = exists().where(
        FactRow.journey_id == JourneyRow.id,
        FactRow.status == InboxStatus.PENDING,
        FactRow.received_at < received_before,
    )
    frees = waits.where(FactRow.kind.in_((Ended.kind, MapChanged.kind)))
    is_due = or_(JourneyRow.wake_at < now, and_(JourneyRow.revision == 0, JourneyRow.started_at < now), waits)
    return or_(and_(JourneyRow.blocked_since.is_(None), is_due), frees)
