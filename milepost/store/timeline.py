"""The timeline: what journeys reported, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.instants import Instant, text
from milepost.planner.timeline import Kind
from milepost.store.tables import CustomerRow, JourneyRow, TimelineRow


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry with whose it is."""

    entry: TimelineRow
    customer: str
    customer_name: str


def to_json(entry: TimelineRow) -> dict[str, Any]:
    """The entry as `milepost simulate --json` prints it: `at` in UTC."""
    data: Mapping[str, Any] = entry.data
    return {"at": text(entry.at), "kind": entry.kind, **data}


async def of_journey(
    session: AsyncSession, journey: str, *, after: int = -1, limit: int | None = None
) -> list[TimelineRow]:
    """A journey's entries in their order, those with a number (`seq`) above `after`."""
    query = select(TimelineRow).where(TimelineRow.journey_id == journey, TimelineRow.seq > after)
    return list(await session.scalars(query.order_by(TimelineRow.seq).limit(limit)))


async def ignored(session: AsyncSession, journey: str, at: Instant) -> list[Mapping[str, Any]]:
    """What a journey says of the facts that it took in at an instant and that changed nothing."""
    query = select(TimelineRow).where(
        TimelineRow.journey_id == journey, TimelineRow.at == at, TimelineRow.kind == Kind.FACT_IGNORED.value
    )
    return [row.data for row in await session.scalars(query.order_by(TimelineRow.seq))]


async def newest(session: AsyncSession, *, after: int | None = None, limit: int = 100) -> list[Happening]:
    """What all journeys reported since the entry with the serial number `after`, as it was written.

    Without `after` the last `limit` entries.
    """
    query = (
        select(TimelineRow, CustomerRow.id, CustomerRow.name)
        .join(JourneyRow, JourneyRow.id == TimelineRow.journey_id)
        .join(CustomerRow, CustomerRow.id == JourneyRow.customer_id)
        .limit(limit)
    )
    if after is None:
        rows = (await session.execute(query.order_by(TimelineRow.serial.desc()))).all()[::-1]
    else:
        rows = (await session.execute(query.where(TimelineRow.serial > after).order_by(TimelineRow.serial))).all()[:]
    return [Happening(entry, customer, name) for entry, customer, name in rows]


async def last_serial(session: AsyncSession) -> int:
    """The serial number of the last entry that was written; 0 where there is none."""
    return await session.scalar(select(func.max(TimelineRow.serial))) or 0


async def count_by_kind(session: AsyncSession) -> dict[str, int]:
    """How many entries of each kind all timelines have."""
    query = select(TimelineRow.kind, func.count()).group_by(TimelineRow.kind).order_by(TimelineRow.kind)
    return dict((await session.execute(query)).all())
