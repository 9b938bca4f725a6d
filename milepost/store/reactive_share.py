"""How much of what colleagues did came from customers' requests, and which of these were for others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.enums import SystemTaskReason
from milepost.planner.instants import Instant
from milepost.store.tables import CustomerRow, TaskRow

MOST = 200
"""Tasks that a list shows, the latest ones."""
_DONE: ColumnElement[str] = literal_column("'done'")  # in the words of the index


@dataclass(frozen=True, slots=True)
class DoneCount:
    """So many tasks that a person did; of requests, `is_request`, and of those for others their kind, `elsewhere`.

    Of `person` None, the queue of a team had them.
    """

    person: str | None
    is_request: bool
    elsewhere: str | None
    count: int


@dataclass(frozen=True, slots=True)
class DoneTask:
    """A task that was done."""

    task: TaskRow
    customer_name: str


@dataclass(frozen=True, slots=True)
class Done:
    """Which tasks: those done from an instant until another, by `people` (None: everybody).

    `person` narrows them to one of these; `of_requests` to what came from requests, `elsewhere` to one kind of those
    that were for others.
    """

    since: Instant
    until: Instant
    people: Collection[str] | None = None
    person: str | None = None
    of_requests: bool = False
    elsewhere: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found = [TaskRow.status == _DONE, TaskRow.closed_at >= self.since, TaskRow.closed_at < self.until]
        if self.people is not None:
            found.append(TaskRow.person.in_(sorted(self.people)))
        if self.person is not None:
            found.append(TaskRow.person == self.person if self.person else TaskRow.person.is_(None))
        if self.of_requests:
            found.append(TaskRow.why == SystemTaskReason.REQUEST)
        if self.elsewhere is not None:
            found.append(TaskRow.elsewhere == self.elsewhere)
        return found


async def counts(session: AsyncSession, done: Done) -> list[DoneCount]:
    """Counts what was done, by person, whether it came from a request, and where it belonged."""
    is_request = func.coalesce(TaskRow.why == SystemTaskReason.REQUEST, False)
    groups = (TaskRow.person, is_request, TaskRow.elsewhere)
    query: Select[str | None, bool, str | None, int] = select(*groups, func.count())
    query = query.where(*done.conditions()).group_by(*groups)
    return [DoneCount(row[0], bool(row[1]), row[2], row[3]) for row in await session.execute(query)]


async def listed(session: AsyncSession, done: Done) -> list[DoneTask]:
    """Returns the tasks behind a figure, the last one done first."""
    query = (
        select(TaskRow, CustomerRow.name)
        .join(CustomerRow, CustomerRow.id == TaskRow.customer_id)
        .where(*done.conditions())
        .order_by(TaskRow.closed_at.desc(), TaskRow.journey_id, TaskRow.task)
        .limit(MOST)
    )
    return [DoneTask(task, name) for task, name in await session.execute(query)]
