"""Colleagues' tasks: a person's day, the queues of teams without a person, a customer's tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.enums import JourneyStatus, TaskStatus
from milepost.planner.instants import Instant
from milepost.store.rows import count_by
from milepost.store.tables import CustomerRow, JourneyRow, TaskRow


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with its customer and map. `paused`: its journey is paused, so the task does not fall due."""

    task: TaskRow
    customer_name: str
    map: str
    version: str
    paused: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A colleague's day. `next` is ordered by date; tasks without one, and those that a pause keeps, come last."""

    date: date
    overdue: tuple[TaskLine, ...]
    today: tuple[TaskLine, ...]
    next: tuple[TaskLine, ...]


async def day_of(session: AsyncSession, person: str, now: Instant, timezone: str = "UTC") -> Day:
    """Returns a person's open tasks on the local date of `timezone`, with those that were escalated to the person."""
    address = person.strip().lower()
    owned = or_(TaskRow.person == address, TaskRow.escalated_person == address)
    return arrange(await _lines(session, owned, TaskRow.status == TaskStatus.OPEN), now, timezone)


def arrange(lines: Iterable[TaskLine], now: Instant, timezone: str = "UTC") -> Day:
    """Sorts open tasks into overdue, due today and next, as `now` is on the clock of `timezone`."""
    zone = ZoneInfo(timezone)
    today = _local_date(now, zone)
    overdue, due_today, later = [], [], []
    for line in sorted(lines, key=_urgency):
        due = line.task.due_at
        if due is None or line.paused or _local_date(due, zone) > today:
            later.append(line)
        elif due < now:
            overdue.append(line)
        else:
            due_today.append(line)
    return Day(today, tuple(overdue), tuple(due_today), tuple(later))


def _local_date(at: Instant, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).date()


def _urgency(line: TaskLine) -> tuple[bool, bool, int, str, str]:
    task = line.task
    return line.paused, task.due_at is None, task.due_at or task.opened_at, task.journey_id, task.task


async def queues(session: AsyncSession) -> dict[str, list[TaskLine]]:
    """Returns open tasks that no person has, by role, the most urgent first: somebody of the team must take them."""
    lines = await _lines(
        session,
        TaskRow.status == TaskStatus.OPEN,
        or_(
            TaskRow.person.is_(None),
            and_(TaskRow.escalated_to.is_not(None), TaskRow.escalated_person.is_(None)),
        ),
    )
    by_role: dict[str, list[TaskLine]] = {}
    for line in sorted(lines, key=_urgency):
        for role in _roles_without_person(line.task):
            by_role.setdefault(role, []).append(line)
    return dict(sorted(by_role.items()))


def _roles_without_person(task: TaskRow) -> list[str]:
    out = [] if task.person else [task.role]
    if task.escalated_to and not task.escalated_person and task.escalated_to not in out:
        out.append(task.escalated_to)
    return out


async def of_customer(session: AsyncSession, customer: str, *, only_open: bool = True) -> list[TaskLine]:
    """Returns a customer's tasks, open ones first, the most urgent first among them, then the last closed first."""
    conditions = [TaskRow.customer_id == customer]
    if only_open:
        conditions.append(TaskRow.status == TaskStatus.OPEN)
    lines = await _lines(session, *conditions)
    still = sorted((line for line in lines if line.task.status == TaskStatus.OPEN), key=_urgency)
    closed = [line for line in lines if line.task.status != TaskStatus.OPEN]
    return still + sorted(closed, key=lambda line: (-(line.task.closed_at or 0), line.task.journey_id, line.task.task))


async def all_open(session: AsyncSession) -> list[TaskLine]:
    """Returns every open task, the most urgent first."""
    return sorted(await _lines(session, TaskRow.status == TaskStatus.OPEN), key=_urgency)


async def get(session: AsyncSession, journey: str, task: str) -> TaskLine | None:
    """Returns one task, open or closed."""
    return next(iter(await _lines(session, TaskRow.journey_id == journey, TaskRow.task == task)), None)


async def people(session: AsyncSession) -> dict[str, int]:
    """Counts the open tasks of each person, by address."""
    return await count_by(session, TaskRow.person, TaskRow.status == TaskStatus.OPEN, TaskRow.person.is_not(None))


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """Counts tasks by status."""
    return await count_by(session, TaskRow.status)


async def _lines(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[TaskLine]:
    query = (
        select(TaskRow, CustomerRow.name, JourneyRow.map, JourneyRow.version, JourneyRow.status)
        .join(JourneyRow, JourneyRow.id == TaskRow.journey_id)
        .join(CustomerRow, CustomerRow.id == TaskRow.customer_id)
        .where(*conditions)
    )
    rows = await session.execute(query)
    return [
        TaskLine(task, name, map_id, version, status == JourneyStatus.PAUSED)
        for task, name, map_id, version, status in rows
    ]
