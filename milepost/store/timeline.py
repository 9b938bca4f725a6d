"""The timeline: the entries that journeys reported."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.planner.present_entry import LastTimes
from milepost.planner.timeline import (
    Entry,
    FactIgnored,
    JourneyEnded,
    OutcomeAnswered,
    StageOpened,
    StepDone,
    StepOpened,
    TaskAdded,
    from_data,
)
from milepost.store.keyset import Cursor, Segment, read_page
from milepost.store.tables import CustomerRow, JourneyRow, TimelineRow


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """An entry with its journey, the version that this is on, and its customer.

    `serial` counts the entries of all journeys as they were written.
    """

    entry: Entry
    serial: int
    journey: str
    version: str
    customer: str
    customer_name: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page of a timeline, with the places where its neighbours begin."""

    rows: tuple[TimelineRow, ...]
    previous: Cursor | None
    next: Cursor | None


def entry_of(row: TimelineRow) -> Entry:
    """Returns the entry that a row holds."""
    return from_data(row.kind, row.at, row.data)


def beginning(session: Session, journey: str, kinds: Collection[str]) -> list[Entry]:
    """Returns a journey's entries up to the first one that is of none of these kinds."""
    of_journey = TimelineRow.journey_id == journey
    end = select(func.min(TimelineRow.seq)).where(of_journey, TimelineRow.kind.not_in(kinds)).scalar_subquery()
    query = select(TimelineRow).where(of_journey, or_(TimelineRow.seq < end, end.is_(None)))
    return [entry_of(row) for row in session.scalars(query.order_by(TimelineRow.seq))]


async def of_journey(
    session: AsyncSession, journey: str, *, after: int = -1, limit: int | None = None
) -> list[TimelineRow]:
    """Returns a journey's entries in their order, those with a number (`seq`) above `after`."""
    query = select(TimelineRow).where(TimelineRow.journey_id == journey, TimelineRow.seq > after)
    return list(await session.scalars(query.order_by(TimelineRow.seq).limit(limit)))


async def page_of_journey(
    session: AsyncSession, journey: str, *, after: int = -1, cursor: Cursor | None = None, limit: int = 50
) -> EntryPage:
    """Returns a page of a journey's entries in their order, those with a number (`seq`) above `after`.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    query = select(TimelineRow).where(TimelineRow.journey_id == journey, TimelineRow.seq > after)
    page = await read_page(session, query, (Segment((TimelineRow.seq,)),), cursor, limit)
    return EntryPage(tuple(row[0] for row in page.rows), page.previous, page.next)


async def last_times(session: AsyncSession, journeys: Sequence[str]) -> dict[str, LastTimes]:
    """Returns when each step was last done, and each outcome last answered, by journey."""
    times: dict[str, LastTimes] = {}
    query = select(TimelineRow).where(
        TimelineRow.journey_id.in_(journeys), TimelineRow.kind.in_((StepDone.kind, OutcomeAnswered.kind))
    )
    for row in await session.scalars(query.order_by(TimelineRow.journey_id, TimelineRow.seq)):
        of_journey = times.setdefault(row.journey_id, LastTimes())
        entry = entry_of(row)
        if isinstance(entry, StepDone):
            of_journey.done[entry.step] = entry.at
        elif isinstance(entry, OutcomeAnswered):
            of_journey.answered[entry.step] = entry.at
    return times


async def of_kinds(session: AsyncSession, journey: str, kinds: Collection[str], *, since: Instant = 0) -> list[Entry]:
    """Returns a journey's entries of some kinds from an instant on, in their order."""
    query = select(TimelineRow).where(
        TimelineRow.journey_id == journey, TimelineRow.kind.in_(kinds), TimelineRow.at >= since
    )
    return [entry_of(row) for row in await session.scalars(query.order_by(TimelineRow.seq))]


async def added_tasks(session: AsyncSession, journey: str) -> dict[str, str]:
    """Returns the titles of all tasks that were added to a journey, by their ids."""
    entries = map(entry_of, await of_kind(session, journey, TaskAdded.kind))
    return {entry.step: entry.title for entry in entries if isinstance(entry, TaskAdded)}


async def of_kind(session: AsyncSession, journey: str, kind: str) -> list[TimelineRow]:
    """Returns a journey's entries of one kind, in their order."""
    query = select(TimelineRow).where(TimelineRow.journey_id == journey, TimelineRow.kind == kind)
    return list(await session.scalars(query.order_by(TimelineRow.seq)))


async def endings(session: AsyncSession, journeys: Collection[str]) -> dict[str, JourneyEnded]:
    """Returns how these journeys ended, by their ids, those that have."""
    is_end = (TimelineRow.journey_id.in_(journeys), TimelineRow.kind == JourneyEnded.kind)
    rows = await session.scalars(select(TimelineRow).where(*is_end).order_by(TimelineRow.journey_id, TimelineRow.seq))
    entries = ((row.journey_id, entry_of(row)) for row in rows)
    return {journey: entry for journey, entry in entries if isinstance(entry, JourneyEnded)}


async def at_instant(session: AsyncSession, journey: str, at: Instant) -> list[Entry]:
    """Returns what a journey reported of an instant."""
    query = select(TimelineRow).where(TimelineRow.journey_id == journey, TimelineRow.at == at)
    return [entry_of(row) for row in await session.scalars(query.order_by(TimelineRow.seq))]


async def has_opened(session: AsyncSession, name: str) -> bool:
    """Tells whether a stage or step of this name has opened for anybody."""
    opened = or_(
        and_(TimelineRow.kind == StageOpened.kind, TimelineRow.data["stage"].as_string() == name),
        and_(TimelineRow.kind == StepOpened.kind, TimelineRow.data["step"].as_string() == name),
    )
    return await session.scalar(select(TimelineRow.serial).where(opened).limit(1)) is not None


async def ignored(session: AsyncSession, journey: str, at: Instant) -> list[FactIgnored]:
    """Returns the entries about facts that a journey took in at an instant and that changed nothing."""
    query = select(TimelineRow).where(
        TimelineRow.journey_id == journey, TimelineRow.at == at, TimelineRow.kind == FactIgnored.kind
    )
    entries = map(entry_of, await session.scalars(query.order_by(TimelineRow.seq)))
    return [entry for entry in entries if isinstance(entry, FactIgnored)]


async def newest(session: AsyncSession, *, after: int | None = None, limit: int = 100) -> list[CustomerEntry]:
    """Returns the entries of all journeys after the one with the serial number `after`, as they were written.

    Without `after` the last `limit` entries.
    """
    query = (
        select(TimelineRow, JourneyRow.version, CustomerRow.id, CustomerRow.name)
        .join(JourneyRow, JourneyRow.id == TimelineRow.journey_id)
        .join(CustomerRow, CustomerRow.id == JourneyRow.customer_id)
        .limit(limit)
    )
    if after is None:
        rows = (await session.execute(query.order_by(TimelineRow.serial.desc()))).all()[::-1]
    else:
        rows = (await session.execute(query.where(TimelineRow.serial > after).order_by(TimelineRow.serial))).all()[:]
    return [CustomerEntry(entry_of(row), row.serial, row.journey_id, *others) for row, *others in rows]


async def last_serial(session: AsyncSession) -> int:
    """Returns the serial number of the last entry that was written; 0 if there is none."""
    return await session.scalar(select(func.max(TimelineRow.serial))) or 0
