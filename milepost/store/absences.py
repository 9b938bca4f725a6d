"""Absences: who is away, and who stands in. What follows for tasks is worked out in `milepost.store.stand_ins`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store.absence_tables import AbsenceCustomerRow, AbsenceRow
from milepost.store.errors import UnknownAbsenceError
from milepost.store.stand_ins import Absence, StandIns


async def in_force(session: AsyncSession, at: Instant) -> StandIns:
    """Returns who stands in for whom at an instant."""
    return await session.run_sync(load_in_force, at)


def load_in_force(session: Session, at: Instant) -> StandIns:
    """Returns who stands in for whom at an instant."""
    rows = load(session, AbsenceRow.starts_at <= at, AbsenceRow.ends_at > at, AbsenceRow.ended_at.is_(None))
    return StandIns(tuple(rows))


async def listed(
    session: AsyncSession, now: Instant, *, person: str | None = None, over: bool = False
) -> list[Absence]:
    """Returns absences, the first to begin first: those that run or are to come, or with `over` all of them.

    `person` narrows them to those in which somebody is away or stands in.
    """
    conditions: list[ColumnElement[bool]] = []
    if person is not None:
        address = person.strip().lower()
        conditions.append(or_(AbsenceRow.person == address, AbsenceRow.delegate == address))
    if not over:
        conditions += [AbsenceRow.ends_at > now, AbsenceRow.ended_at.is_(None)]
    return await session.run_sync(load, *conditions)


async def get(session: AsyncSession, number: int) -> Absence:
    """Returns one absence.

    Raises:
        UnknownAbsenceError: there is none of this number.
    """
    return await session.run_sync(load_one, number)


def load_one(session: Session, number: int) -> Absence:
    """Returns one absence, as `get` does."""
    found = load(session, AbsenceRow.number == number)
    if not found:
        raise UnknownAbsenceError(number)
    return found[0]


def load(session: Session, *conditions: ColumnElement[bool]) -> list[Absence]:
    """Returns the absences that meet the conditions, the first to begin first."""
    query = select(AbsenceRow).where(*conditions).order_by(AbsenceRow.starts_at, AbsenceRow.number)
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    customers = _customers(session, [row.number for row in rows if row.some_customers])
    return [_absence(row, customers[row.number] if row.some_customers else None) for row in rows]


def hold(session: Session) -> None:
    """Lets two who record absences at once take turns, so that the second sees what the first has recorded."""
    if session.get_bind().dialect.name != "sqlite":  # there only one writes at a time
        session.execute(text("LOCK TABLE absences IN SHARE ROW EXCLUSIVE MODE"))


def insert(session: Session, absence: Absence) -> int:
    """Stores a new absence; returns its number."""
    row = AbsenceRow(some_customers=absence.customers is not None, **_columns(absence))
    session.add(row)
    session.flush()
    session.add_all(
        AbsenceCustomerRow(absence=row.number, customer_id=each) for each in sorted(absence.customers or ())
    )
    session.flush()
    return row.number


def change(session: Session, absence: Absence) -> None:
    """Stores an absence as it is now; its customers stay."""
    session.execute(update(AbsenceRow).where(AbsenceRow.number == absence.number).values(**_columns(absence)))


def remove_old(before: Instant, session: Session) -> int:
    """Removes the absences that were over before an instant; returns how many."""
    is_old = or_(AbsenceRow.ends_at < before, AbsenceRow.ended_at < before)
    numbers = session.scalars(select(AbsenceRow.number).where(is_old)).all()
    session.execute(delete(AbsenceCustomerRow).where(AbsenceCustomerRow.absence.in_(numbers)))
    session.execute(delete(AbsenceRow).where(AbsenceRow.number.in_(numbers)))
    return len(numbers)


def _columns(absence: Absence) -> dict[str, object]:
    names = ("person", "delegate", "role", "timezone", "starts_at", "ends_at")
    said = ("told_at", "told_by", "ended_at", "ended_by")
    days = {"first_day": absence.first_day.isoformat(), "last_day": absence.last_day.isoformat()}
    return {name: getattr(absence, name) for name in (*names, *said)} | days


def _customers(session: Session, numbers: Sequence[int]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in session.scalars(select(AbsenceCustomerRow).where(AbsenceCustomerRow.absence.in_(numbers))):
        found[row.absence].add(row.customer_id)
    return defaultdict(frozenset, {number: frozenset(ids) for number, ids in found.items()})


def _absence(row: AbsenceRow, customers: frozenset[str] | None) -> Absence:
    return Absence(
        number=row.number,
        person=row.person,
        delegate=row.delegate,
        role=row.role,
        customers=customers,
        first_day=date.fromisoformat(row.first_day),
        last_day=date.fromisoformat(row.last_day),
        timezone=row.timezone,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        told_at=row.told_at,
        told_by=row.told_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
