"""Whose customers a colleague may look at: their own, of whom they stand in for; a manager those of the team."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import reduce

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import address_key
from milepost.planner.enums import TaskStatus
from milepost.planner.instants import Instant
from milepost.roles import Role
from milepost.store import absences, aliases
from milepost.store.people import PersonRow
from milepost.store.stand_ins import Grant
from milepost.store.tables import CustomerRow, TaskRow, TeamMemberRow


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a colleague's customers: those for whom they have one of the `roles`, of the `customers` that are named.

    None: all.
    """

    person: str
    roles: frozenset[str] | None
    customers: frozenset[str] | None

    @staticmethod
    def of(grant: Grant) -> Part:
        """Returns what a delegate looks after of a colleague's customers."""
        roles = [frozenset({each.role}) for each in grant.takes if each.role is not None]
        customers = [each.customers for each in grant.takes if each.customers is not None]
        return Part(grant.person, _common(roles), _common(customers))

    @property
    def is_all(self) -> bool:
        return self.roles is None and self.customers is None

    def selects(self) -> Iterator[Select[str]]:
        """Yields the queries of the customers: by teams, and by open tasks."""
        on_team = select(TeamMemberRow.customer_id).where(TeamMemberRow.address == self.person)
        has_task = or_(TaskRow.person == self.person, TaskRow.escalated_person == self.person)
        by_task = select(TaskRow.customer_id).where(TaskRow.status == TaskStatus.OPEN, has_task)
        for query, role, customer in (
            (on_team, TeamMemberRow.role, TeamMemberRow.customer_id),
            (by_task, TaskRow.role, TaskRow.customer_id),
        ):
            narrowed = query if self.roles is None else query.where(role.in_(self.roles))
            yield narrowed if self.customers is None else narrowed.where(customer.in_(self.customers))


def _common(sets: list[frozenset[str]]) -> frozenset[str] | None:
    return reduce(frozenset.intersection, sets) if sets else None


@dataclass(frozen=True, slots=True)
class Book:
    """The colleagues, by address in lower case, whose customers are in it; None: everybody's.

    `parts` are some customers of others, for whoever stands in for these alone.
    """

    people: frozenset[str] | None = None
    parts: tuple[Part, ...] = ()

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
        return CustomerRow.id.in_(on_teams.union(by_tasks, *(query for part in self.parts for query in part.selects())))


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
    in_force = await absences.in_force(session, now)
    parts = [Part.of(grant) for each in sorted(people) for grant in in_force.granted_to(each)]
    people.update(part.person for part in parts if part.is_all)
    return Book(frozenset(people), tuple(part for part in parts if part.person not in people))


async def has(session: AsyncSession, book: Book, customer: str) -> bool:
    """Returns whether a customer, by its id or an earlier one, is in the book."""
    condition = book.holds()
    if condition is None:
        return True
    name = await session.run_sync(aliases.present_id, customer)
    return await session.scalar(select(CustomerRow.id).where(CustomerRow.id == name, condition)) is not None


async def among(session: AsyncSession, book: Book, customers: Collection[str]) -> frozenset[str]:
    """Returns which of some customers, by their ids, are in the book."""
    condition = book.holds()
    if condition is None:
        return frozenset(customers)
    return frozenset(await session.scalars(select(CustomerRow.id).where(CustomerRow.id.in_(customers), condition)))


async def ids(session: AsyncSession, book: Book) -> set[str] | None:
    """Returns the ids of the customers in the book; None where all are."""
    condition = book.holds()
    return None if condition is None else set(await session.scalars(select(CustomerRow.id).where(condition)))
