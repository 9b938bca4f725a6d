"""How much work colleagues have before them, as far as open tasks say when they fall due and how long they take."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.instants import Instant
from milepost.store.table_types import table_of
from milepost.store.tables import TaskRow, TeamMemberRow
from milepost.store.tasks import IS_OPEN, TaskFilter, conditions

_members = table_of(TeamMemberRow)


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task that falls due: the instant, and the minutes that it takes; None where the map doesn't say."""

    at: Instant
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Load:
    """What a colleague has: how many tasks of their own are open, late, and went up to somebody else as well.

    `minutes` is the work that is due by an instant, late work included; `unknown` of those tasks have no estimate.
    """

    open: int = 0
    late: int = 0
    escalated: int = 0
    minutes: int = 0
    unknown: int = 0


async def planned(session: AsyncSession, filters: TaskFilter) -> list[PlannedTask]:
    """Returns the open tasks that meet the filters and fall due before their `before`, the most urgent first."""
    query = select(TaskRow.urgency, TaskRow.effort_minutes).where(*conditions(filters)).order_by(TaskRow.urgency)
    return [PlannedTask(at, minutes) for at, minutes in await session.execute(query)]


async def loads(session: AsyncSession, people: Collection[str] | None, now: Instant, until: Instant) -> dict[str, Load]:
    """Returns the loads of colleagues who have any, by address in lower case, with the work that is due before `until`.

    `people` None: of all. Those who stand in for somebody have the tasks of that person besides, which count for the
    person here.
    """
    is_due, minutes = TaskRow.urgency < until, TaskRow.effort_minutes
    columns = (
        func.count(),
        func.count(case((TaskRow.urgency < now, 1))),
        func.count(case((TaskRow.escalated_to.is_not(None), 1))),
        func.coalesce(func.sum(case((is_due, minutes))), 0),
        func.count(case((and_(is_due, minutes.is_(None)), 1))),
    )
    is_theirs = TaskRow.person.is_not(None) if people is None else TaskRow.person.in_(people)
    query = select(TaskRow.person, *columns).where(IS_OPEN, is_theirs).group_by(TaskRow.person)
    return {person: Load(*map(int, counts)) for person, *counts in await session.execute(query)}


async def count_customers(session: AsyncSession, people: Collection[str]) -> dict[str, int]:
    """Returns on the teams of how many customers colleagues are, by address in lower case."""
    many = func.count(_members.c.customer_id.distinct())
    query = select(_members.c.address, many).where(_members.c.address.in_(people)).group_by(_members.c.address)
    return dict(iter(await session.execute(query)))


async def holders(session: AsyncSession, role: str, people: Collection[str]) -> frozenset[str]:
    """Returns which of the people, by address in lower case, have a role on the team of some customer."""
    has_it = (_members.c.address.in_(people), _members.c.role == role)
    return frozenset(await session.scalars(select(_members.c.address).where(*has_it).distinct()))


async def customers_of(session: AsyncSession, person: str) -> frozenset[str]:
    """Returns the ids of the customers on whose team a colleague is, by the address in lower case."""
    return frozenset(await session.scalars(select(_members.c.customer_id).where(_members.c.address == person)))
