"""Whose customers a colleague may look at: their own, of whom they stand in for; a manager those of the team."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import address_key
from milepost.planner.enums import TaskStatus
from milepost.planner.instants import Instant
from milepost.roles import Role
from milepost.store import absences, aliases
from milepost.store.people import PersonRow
from milepost.store.tables import CustomerRow, TaskRow, TeamMemberRow


@dataclass(frozen=True, slots=True)
class Book:
    """The colleagues, by address in lower case, whose customers are in it; None: everybody's."""

    people: frozenset[str] | None = None

    def is_of(self, person: str) -> bool:
        """Returns whether a colleague's day and customers are in the book."""
        return self.people is None or address_key(person) in self.people

    def holds(self) -> ColumnElement[bool] | None:
        """Returns the condition that a customer is in the book; None where all are.

        A customer is in it by its team, by an open task, or by one that waits in a queue for whoever takes it.
        """
        if self.people is None:
            return None
        on_teams = select(TeamMemberRow.customer_id).where(TeamMemberRow.address.in_(self.people))
        is_theirs = or_(
            TaskRow.person.in_(self.people), TaskRow.person.is_(None), TaskRow.escalated_person.in_(self.people)
        )
        by_tasks = select(TaskRow.customer_id).where(TaskRow.status == TaskStatus.OPEN, is_theirs)
        return CustomerRow.id.in_(on_teams.union(by_tasks))


EVERYBODYS = Book()


async def of(session: AsyncSession, address: str, role: Role, now: Instant) -> Book:
    """Returns the book of a colleague at an instant. A manager without a team has everybody's."""
    if role.includes(Role.OPERATIONS):
        return EVERYBODYS
    people = {address}
    if role.includes(Role.MANAGER):
        own = await session.get(PersonRow, address)
        if own is None or own.team is None:
            return EVERYBODYS
        people.update(await session.scalars(select(PersonRow.address).where(PersonRow.team == own.team)))
    away = (await absences.in_force(session, now)).absences
    while joined := {each.person for each in away if each.delegate in people} - people:
        people |= joined
    return Book(frozenset(people))


async def has(session: AsyncSession, book: Book, customer: str) -> bool:
    """Returns whether a customer, by its id or an earlier one, is in the book."""
    condition = book.holds()
    if condition is None:
        return True
    name = await session.run_sync(aliases.present_id, customer)
    return await session.scalar(select(CustomerRow.id).where(CustomerRow.id == name, condition)) is not None


async def ids(session: AsyncSession, book: Book) -> set[str] | None:
    """Returns the ids of the customers in the book; None where all are."""
    condition = book.holds()
    return None if condition is None else set(await session.scalars(select(CustomerRow.id).where(condition)))
