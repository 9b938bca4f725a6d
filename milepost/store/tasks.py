"""Colleagues' tasks: a person's day, the queues of teams without a person, a customer's tasks."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Session

from milepost.planner.enums import JourneyStatus, TaskStatus
from milepost.planner.instants import Instant
from milepost.planner.zones import date_of, end_of
from milepost.store.absence_tables import AbsenceCustomerRow
from milepost.store.keyset import Cursor, Query, Row, Segment, read_page
from milepost.store.rows import count_by, count_up_to
from milepost.store.stand_ins import NOBODY_AWAY, Absence, StandIns
from milepost.store.tables import CustomerRow, JourneyRow, TaskRow

_OPEN: ColumnElement[str] = literal_column("'open'")  # in the words of the indexes
IS_OPEN = TaskRow.status == _OPEN
_URGENCY = (TaskRow.urgency, TaskRow.journey_id, TaskRow.task)
_KEYS = select(TaskRow.journey_id, TaskRow.task)
Conditions = tuple[ColumnElement[bool], ...]
MOST_COUNTED = 1000
"""Tasks of a list that are counted; then it has more than that."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with its customer and map. `paused`: its journey is paused, so the task does not fall due.

    `health` and `attributes` are the customer's.
    """

    task: TaskRow
    customer_name: str
    map: str
    version: str
    paused: bool
    health: float | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of open tasks, the most urgent first, with the places where its neighbours begin."""

    lines: tuple[TaskLine, ...]
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """The conditions of a list of open tasks: all that are set must hold.

    `person` has the task, it was escalated to the person, or the person stands in for somebody of whom that is true;
    `stand_ins` say who does. `role` has it, or it was escalated to the role. `queue` is the role of a team that has
    to take the task, as nobody has it; `unowned` are the roles of teams of which only that is meant, and not what went
    up to them. `step` is the one that it is a task of. `since` and `before` are journey time: tasks that fall due from
    then on, until then; tasks without a date and those of paused journeys never do.
    """

    person: str | None = None
    role: str | None = None
    customer: str | None = None
    queue: str | None = None
    unowned: tuple[str, ...] = ()
    step: str | None = None
    since: Instant | None = None
    before: Instant | None = None
    stand_ins: StandIns = NOBODY_AWAY


async def list_open(
    session: AsyncSession, filters: TaskFilter, *, cursor: Cursor | None = None, limit: int = 50
) -> TaskPage:
    """Returns a page of the open tasks that meet the filters, the most urgent first.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    order = Segment(_URGENCY, tuple(_common(filters)), ways=tuple(_ways(filters)))
    page = await read_page(session, _lines_query(), (order,), cursor, limit)
    return TaskPage(tuple(_line(row) for row in page.rows), page.previous, page.next)


async def first_open(
    session: AsyncSession, filters: TaskFilter, *also: ColumnElement[bool], limit: int
) -> list[TaskLine]:
    """Returns the most urgent open tasks that meet the filters, and conditions on themselves and their journeys."""
    query = _lines_query(*conditions(filters), *also).order_by(*_URGENCY).limit(limit)
    return [_line(row) for row in await session.execute(query)]


async def count_open(session: AsyncSession, filters: TaskFilter, most: int = MOST_COUNTED) -> int:
    """Counts the open tasks that meet the filters, up to `most`."""
    return await count_up_to(session, _keys(filters, most), most)


async def effort(session: AsyncSession, filters: TaskFilter) -> tuple[int, int]:
    """Returns the minutes that the open tasks which meet the filters take, and how many of them have no estimate."""
    minutes, unknown = (
        func.sum(TaskRow.effort_minutes),
        func.count() - func.count(TaskRow.effort_minutes),
    )
    row = (await session.execute(select(minutes, unknown).where(*conditions(filters)))).one()
    return int(row[0] or 0), int(row[1] or 0)


async def queues(session: AsyncSession) -> dict[str, int]:
    """Counts the tasks in the queue of each role, sorted by it: somebody of the team must take them."""
    is_in_both = and_(TaskRow.role == TaskRow.escalated_to, _UNOWNED)
    unowned = await count_by(session, TaskRow.role, IS_OPEN, _UNOWNED)
    escalated = await count_by(session, TaskRow.escalated_to, IS_OPEN, *_ESCALATED_TO_NOBODY, not_(is_in_both))
    return {role: unowned.get(role, 0) + escalated.get(role, 0) for role in sorted({*unowned, *escalated})}


async def count_unowned(session: AsyncSession, most: int = MOST_COUNTED) -> int:
    """Counts the tasks that wait in a queue, up to `most`; one that waits in two counts twice."""
    unowned = await count_up_to(session, select(TaskRow.task).where(IS_OPEN, _UNOWNED), most)
    escalated = select(TaskRow.task).where(IS_OPEN, *_ESCALATED_TO_NOBODY)
    return min(unowned + await count_up_to(session, escalated, most), most)


def conditions(filters: TaskFilter) -> list[ColumnElement[bool]]:
    """Returns what an open task has to meet."""
    either, *others = _ways(filters)
    keys = (_KEYS.where(IS_OPEN, *way).correlate(None) for way in (either, *others))
    is_on_it = [tuple_(TaskRow.journey_id, TaskRow.task).in_(union_all(*keys))] if others else either
    return [*_common(filters), *is_on_it]


def keys_of(filters: TaskFilter) -> Subquery:
    """Returns the keys of the open tasks that meet the filters, each once."""
    return _keys(filters).subquery()


def _keys(filters: TaskFilter, most: int | None = None) -> Select[str, str]:
    """Returns the keys of the tasks that meet the filters, each once; of each way of them `most`."""
    keys = (_KEYS.where(*_common(filters), *way).limit(most) for way in _ways(filters))
    return select(union(*(select(each.subquery()) for each in keys)).subquery())


def _common(filters: TaskFilter) -> list[ColumnElement[bool]]:
    """Returns what a task has to meet in whichever way it came on the list."""
    found: list[ColumnElement[bool]] = [IS_OPEN]
    if filters.role is not None:
        found.append(or_(TaskRow.role == filters.role, TaskRow.escalated_to == filters.role))
    if filters.customer is not None:
        found.append(TaskRow.customer_id == filters.customer)
    if filters.unowned:
        found += (TaskRow.role.in_(filters.unowned), _UNOWNED)
    if filters.step is not None:
        found.append(TaskRow.step == filters.step)
    if filters.since is not None:
        found.append(TaskRow.urgency >= filters.since)
    if filters.before is not None:
        found.append(TaskRow.urgency < filters.before)
    return found


def _ways(filters: TaskFilter) -> list[Conditions]:
    """Returns the ways in which a task comes on the list, each found by an index of its own; none would do for all."""
    every: list[Conditions] = [()]
    whose = every if filters.person is None else _of_person(filters.person.strip().lower(), filters.stand_ins)
    queue = every if filters.queue is None else _in_queue(filters.queue)
    return [(*way, *other) for way, other in product(whose, queue)]


def _of_person(address: str, stand_ins: StandIns) -> Iterator[Conditions]:
    """Yields what holds for a person's own tasks, and for those in which the person stands in for somebody."""
    for person, role in ((TaskRow.person, TaskRow.role), (TaskRow.escalated_person, TaskRow.escalated_to)):
        yield (person == address,)
        for grant in stand_ins.granted_to(address):
            taken = (_is_about(each, role) for each in grant.takes)
            left = (not_(_is_about(each, role)) for each in grant.leaves)
            yield (person == grant.person, *taken, *left)


def _is_about(absence: Absence, role: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Returns the condition that an absence is about a task."""
    is_role = true() if absence.role is None else and_(role.is_not(None), role == absence.role)
    if absence.customers is None:
        return is_role
    customers = select(AbsenceCustomerRow.customer_id).where(AbsenceCustomerRow.absence == absence.number)
    return and_(is_role, TaskRow.customer_id.in_(customers))


def _in_queue(role: str) -> Iterator[Conditions]:
    """Yields what holds for tasks that a team has to take, and for those that went up to a team without a person."""
    yield TaskRow.role == role, _UNOWNED
    yield TaskRow.escalated_to == role, *_ESCALATED_TO_NOBODY


def end_of_day(now: Instant, timezone: str) -> Instant:
    """Returns the first instant after the local day of `timezone`; midnight itself is the end of that day."""
    return end_of(date_of(now, timezone), timezone) + 1


def end_of_week(now: Instant, timezone: str) -> Instant:
    """Returns the first instant after the local week of `timezone`, which ends on Sunday."""
    today = date_of(now, timezone)
    return end_of(today + timedelta(days=6 - today.weekday()), timezone) + 1


@dataclass(frozen=True, slots=True)
class Day:
    """A colleague's day. In `next`, tasks without a date, and those that a pause keeps, come last."""

    overdue: tuple[TaskLine, ...]
    today: tuple[TaskLine, ...]
    next: tuple[TaskLine, ...]


def arrange(lines: Iterable[TaskLine], now: Instant, timezone: str = "UTC") -> Day:
    """Divides open tasks, the most urgent first, into overdue, due today and next, by the clock of `timezone`."""
    parts: tuple[list[TaskLine], ...] = ([], [], [])
    starts = (now, end_of_day(now, timezone))
    for line in lines:
        parts[bisect_right(starts, line.task.urgency)].append(line)
    return Day(*map(tuple, parts))


async def of_customer(session: AsyncSession, customer: str, *, only_open: bool = True) -> list[TaskLine]:
    """Returns a customer's tasks, open ones first, the most urgent first among them, then the last closed first."""
    conditions = [TaskRow.customer_id == customer]
    if only_open:
        conditions.append(TaskRow.status == TaskStatus.OPEN)
    lines = await _lines(session, *conditions)
    still = sorted((line for line in lines if line.task.status == TaskStatus.OPEN), key=_urgency)
    closed = [line for line in lines if line.task.status != TaskStatus.OPEN]
    return still + sorted(closed, key=lambda line: (-(line.task.closed_at or 0), line.task.journey_id, line.task.task))


def load_of_person(session: Session, person: str) -> dict[str, list[TaskLine]]:
    """Returns the open tasks of a person, by customer, the most urgent first; not those that were escalated."""
    query = _lines_query(IS_OPEN, TaskRow.person == person.strip().lower())
    lines: dict[str, list[TaskLine]] = defaultdict(list)
    for line in sorted((_line(row) for row in session.execute(query)), key=_urgency):
        lines[line.task.customer_id].append(line)
    return lines


async def get(session: AsyncSession, journey: str, task: str) -> TaskLine | None:
    """Returns one task, open or closed."""
    return next(iter(await _lines(session, TaskRow.journey_id == journey, TaskRow.task == task)), None)


async def get_open(session: AsyncSession, filters: Iterable[TaskFilter], journey: str, task: str) -> TaskLine | None:
    """Returns a task that is open and meets one of the filters."""
    is_it = (TaskRow.journey_id == journey, TaskRow.task == task)
    for each in filters:
        for line in await _lines(session, *is_it, *conditions(each)):
            return line
    return None


async def still_open(session: AsyncSession, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Returns those of the tasks, by their journeys and ids, that are open now."""
    journeys = sorted({journey for journey, _ in keys})
    query = select(TaskRow.journey_id, TaskRow.task).where(
        TaskRow.journey_id.in_(journeys), TaskRow.status == TaskStatus.OPEN
    )
    return {(row[0], row[1]) for row in await session.execute(query)} & set(keys)


async def people(session: AsyncSession) -> dict[str, int]:
    """Counts the open tasks of each person, by address."""
    return await count_by(session, TaskRow.person, IS_OPEN, TaskRow.person.is_not(None))


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """Counts tasks by status."""
    return await count_by(session, TaskRow.status)


_UNOWNED = TaskRow.person.is_(None)
_ESCALATED_TO_NOBODY = (TaskRow.escalated_to.is_not(None), TaskRow.escalated_person.is_(None))


def _urgency(line: TaskLine) -> tuple[int, str, str]:
    return line.task.urgency, line.task.journey_id, line.task.task


async def _lines(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[TaskLine]:
    return [_line(row) for row in await session.execute(_lines_query(*conditions))]


def _lines_query(*conditions: ColumnElement[bool]) -> Query:
    return (
        select(
            *(TaskRow, CustomerRow.name, JourneyRow.map, JourneyRow.version, JourneyRow.status),
            *(CustomerRow.health, CustomerRow.attributes),
        )
        .join(JourneyRow, JourneyRow.id == TaskRow.journey_id)
        .join(CustomerRow, CustomerRow.id == TaskRow.customer_id)
        .where(*conditions)
    )


def _line(row: Row) -> TaskLine:
    task, name, map_id, version, status, health, attributes = row[:7]
    return TaskLine(task, name, map_id, version, status == JourneyStatus.PAUSED, health, attributes)
