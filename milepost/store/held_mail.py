"""Messages that wait: listed, counted, found. The rows say which and why; what they would say is made of the state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.enums import HoldReason
from milepost.store.keyset import Cursor, Segment, read_page
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.rows import count_up_to
from milepost.store.tables import CustomerRow, JourneyRow, MessageRow

MOST_COUNTED = 10_000
"""Messages that are counted; then there are more than that."""
IS_LET_GO = or_(HeldMessageRow.released.is_(True), HeldMessageRow.why.in_((HoldReason.WINDOW, HoldReason.LIMIT)))
"""The condition that a message was released by name, or would go as soon as its contact's hours and limit allow it."""


@dataclass(frozen=True, slots=True)
class HeldFilter:
    """Which messages that wait: of a customer, a map, a message's file, for a reason, released or not; None: any.

    With `let_go`, those alone that no person is to look at any more.
    """

    customer: str | None = None
    map: str | None = None
    template: str | None = None
    why: HoldReason | None = None
    released: bool | None = None
    let_go: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        by_column: Mapping[Any, str | bool | None] = {
            HeldMessageRow.customer_id: self.customer,
            HeldMessageRow.template: self.template,
            HeldMessageRow.why: self.why,
            HeldMessageRow.released: self.released,
        }
        found = [column == value for column, value in by_column.items() if value is not None]
        if self.map is not None:
            on_map = select(JourneyRow.id).where(JourneyRow.map == self.map, JourneyRow.ended_at.is_(None))
            found.append(HeldMessageRow.journey_id.in_(on_map))
        if self.let_go:
            found.append(IS_LET_GO)
        return found


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A message that waits, its journey, and the customer's name."""

    row: HeldMessageRow
    journey: JourneyRow
    customer_name: str


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A page of messages that wait, the one that waits longest first."""

    lines: tuple[HeldLine, ...]
    previous: Cursor | None
    next: Cursor | None


_LONGEST_FIRST = (Segment((HeldMessageRow.since, HeldMessageRow.journey_id, HeldMessageRow.message)),)


async def page(session: AsyncSession, wanted: HeldFilter, *, cursor: Cursor | None = None, limit: int = 50) -> HeldPage:
    """Returns a page of the messages that wait.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    name = select(CustomerRow.name).where(CustomerRow.id == HeldMessageRow.customer_id).scalar_subquery()
    query = select(HeldMessageRow, name).where(*wanted.conditions())
    found = await read_page(session, query, _LONGEST_FIRST, cursor, limit)
    of_them = select(JourneyRow).where(JourneyRow.id.in_({row[0].journey_id for row in found.rows}))
    journeys = {journey.id: journey for journey in await session.scalars(of_them)}  # a join might begin with these
    lines = tuple(HeldLine(row[0], journeys[row[0].journey_id], row[1]) for row in found.rows)
    return HeldPage(lines, found.previous, found.next)


async def count(session: AsyncSession, wanted: HeldFilter, most: int = MOST_COUNTED) -> int:
    """Counts the messages that wait, up to `most`."""
    return await count_up_to(session, select(HeldMessageRow.since).where(*wanted.conditions()), most)


async def count_by_text(session: AsyncSession, limit: int = 50) -> list[tuple[str, str, int]]:
    """Counts the messages that wait for a release, by map and file, most first."""
    counted = func.count()
    query = (
        select(JourneyRow.map, HeldMessageRow.template, counted)
        .join(JourneyRow, JourneyRow.id == HeldMessageRow.journey_id)
        .where(HeldMessageRow.why == HoldReason.RELEASE)
        .group_by(JourneyRow.map, HeldMessageRow.template)
        .order_by(counted.desc(), JourneyRow.map, HeldMessageRow.template)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(query.limit(limit))]


async def keys(session: AsyncSession, wanted: HeldFilter, limit: int) -> list[tuple[str, str]]:
    """Returns customers and ids of messages that wait, the one that waits longest first."""
    query = select(HeldMessageRow.customer_id, HeldMessageRow.message).where(*wanted.conditions())
    order = (HeldMessageRow.since, HeldMessageRow.journey_id, HeldMessageRow.message)
    return [(row[0], row[1]) for row in await session.execute(query.order_by(*order).limit(limit))]


async def ids_of_customer(session: AsyncSession, customer: str) -> list[str]:
    """Returns the ids of a customer's messages: those that wait, and those that have left the journey."""
    held = select(HeldMessageRow.message).where(HeldMessageRow.customer_id == customer)
    left = select(MessageRow.message).where(MessageRow.customer_id == customer)
    return sorted(set(await session.scalars(held)) | set(await session.scalars(left)))


async def find(
    session: AsyncSession, messages: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[HeldMessageRow, JourneyRow]]:
    """Returns those of the messages (customer and id) that wait, with their journeys."""
    query = select(HeldMessageRow, JourneyRow).join(JourneyRow, JourneyRow.id == HeldMessageRow.journey_id)
    is_one = tuple_(HeldMessageRow.customer_id, HeldMessageRow.message).in_(list(messages))
    rows = await session.execute(query.where(is_one, JourneyRow.ended_at.is_(None)))
    return {(held.customer_id, held.message): (held, journey) for held, journey in rows}
