"""Hand-overs that were ordered: whose turn it is, and what became of each customer.

A customer's part is settled in the transaction that hands it over, with the order locked. So whoever goes on with an
order after a crash, or beside somebody else, finds exactly what is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store import numbered_rows
from milepost.store.errors import UnknownHandOverError
from milepost.store.hand_over_tables import HandOverCustomerRow, HandOverOrderRow
from milepost.store.table_types import table_of
from milepost.store.tables import CustomerRow
from milepost.store.upsert import insert_new

KEPT_SECONDS = 7 * 86_400
"""How long an order is kept after it was done."""
_AT_ONCE = 500  # customers that are asked for together
_customers = table_of(HandOverCustomerRow)


class Part(StrEnum):
    """What became of a customer: `left` to do, `moved`, `gone` (somebody else has it by now), or it `stayed`."""

    LEFT = "left"
    MOVED = "moved"
    GONE = "gone"
    STAYED = "stayed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many customers of an order are in which part."""

    parts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    @property
    def left(self) -> int:
        return self.parts.get(Part.LEFT, 0)

    @property
    def moved(self) -> int:
        return self.parts.get(Part.MOVED, 0)

    @property
    def gone(self) -> int:
        return self.parts.get(Part.GONE, 0)

    @property
    def percent(self) -> int:
        return 100 * (self.total - self.left) // max(self.total, 1)


def add(session: Session, order: HandOverOrderRow, customers: Sequence[str]) -> tuple[int, bool]:
    """Stores an order, unless the same form has sent one before; returns its number, and whether it is new."""
    values = {column.name: getattr(order, column.name) for column in HandOverOrderRow.__table__.columns}
    values.pop("number")
    new = insert_new(session, HandOverOrderRow, [values], ["form"], HandOverOrderRow.number)
    if not new:
        query = select(HandOverOrderRow.number).where(HandOverOrderRow.form == order.form)
        return session.scalars(query).one(), False
    [number] = new.values()
    for start in range(0, len(customers), _AT_ONCE):
        ids = select(CustomerRow.id).where(CustomerRow.id.in_(customers[start : start + _AT_ONCE]))
        rows = [{"hand_over": number, "customer_id": each, "status": Part.LEFT} for each in session.scalars(ids)]
        if rows:  # some may have been forgotten meanwhile
            session.execute(insert(HandOverCustomerRow), rows)
    return number, True


async def get(session: AsyncSession, number: int) -> HandOverOrderRow:
    """Returns an order.

    Raises:
        UnknownHandOverError: there is none of this number.
    """
    return await numbered_rows.get(session, HandOverOrderRow, number, UnknownHandOverError)


def lock(session: Session, number: int) -> HandOverOrderRow:
    """Returns an order that nobody else goes on with before the transaction ends.

    Raises:
        UnknownHandOverError: there is none of this number.
    """
    return numbered_rows.lock(session, HandOverOrderRow, number, UnknownHandOverError)


def left(session: Session, number: int, limit: int) -> list[str]:
    """Returns the first customers of an order that are left to do."""
    query = select(_customers.c.customer_id).where(_customers.c.hand_over == number, _customers.c.status == Part.LEFT)
    return list(session.scalars(query.order_by(_customers.c.customer_id).limit(limit)))


def still_left(session: Session, number: int, customers: Collection[str]) -> list[str]:
    """Returns which of some customers of a locked order are left to do, sorted."""
    query = select(_customers.c.customer_id).where(_customers.c.hand_over == number, _customers.c.status == Part.LEFT)
    own = query.where(_customers.c.customer_id.in_(customers))
    return list(session.scalars(own.order_by(_customers.c.customer_id)))


def settle(session: Session, number: int, customers: Collection[str], part: Part, problem: str | None = None) -> None:
    """Records what became of customers of a locked order that were left to do."""
    own = (_customers.c.hand_over == number, _customers.c.customer_id.in_(customers), _customers.c.status == Part.LEFT)
    session.execute(update(_customers).where(*own).values(status=part, problem=problem))


def end_if_done(session: Session, order: HandOverOrderRow, now: Instant, wall: float) -> bool:
    """Ends a locked order if nothing is left to do; tells whether it is over."""
    if order.ended_at is None and not left(session, order.number, 1):
        order.ended_at, order.keep_until = now, int(wall) + KEPT_SECONDS
    return order.ended_at is not None


async def of_form(session: AsyncSession, form: str) -> int | None:
    """Returns the number of the order that a form has sent; None if it hasn't."""
    number: int | None = await session.scalar(select(HandOverOrderRow.number).where(HandOverOrderRow.form == form))
    return number


async def progress(session: AsyncSession, number: int) -> Progress:
    """Returns how far an order is."""
    query = select(_customers.c.status, func.count()).where(_customers.c.hand_over == number)
    return Progress({row[0]: row[1] for row in await session.execute(query.group_by(_customers.c.status))})


async def became(session: AsyncSession, number: int, part: Part) -> dict[str, str | None]:
    """Returns the customers of an order that are in a part, sorted, each with its problem."""
    own = (_customers.c.hand_over == number, _customers.c.status == part)
    query = select(_customers.c.customer_id, _customers.c.problem).where(*own).order_by(_customers.c.customer_id)
    return {row[0]: row[1] for row in await session.execute(query)}


async def latest(session: AsyncSession, *, limit: int) -> list[HandOverOrderRow]:
    """Returns the latest orders, newest first."""
    return list(await session.scalars(select(HandOverOrderRow).order_by(HandOverOrderRow.number.desc()).limit(limit)))


async def at_work(session: AsyncSession) -> list[int]:
    """Returns the numbers of the orders whose workflow should run."""
    return list(await session.scalars(select(HandOverOrderRow.number).where(HandOverOrderRow.ended_at.is_(None))))


def remove_expired(session: Session, wall: float) -> int:
    """Removes orders that were kept for long enough; returns how many."""
    expired = delete(HandOverOrderRow).where(HandOverOrderRow.keep_until < wall)
    return session.connection().execute(expired).rowcount
