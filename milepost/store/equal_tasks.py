"""The same step of many customers, on one desk: what can be done together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.added_tasks import NUMBER
from milepost.planner.enums import JourneyStatus
from milepost.planner.ids import AddedTaskId
from milepost.store import tasks
from milepost.store.tables import JourneyRow, TaskRow
from milepost.store.tasks import TaskFilter, TaskLine

LEAST = 3
"""So many customers make a group."""
MOST = 100
"""Tasks that are done together at most."""
_IS_OF_MAP = TaskRow.step.not_like(f"{NUMBER}/%")
"""None that was added to one customer (`planner.ids.AddedTaskId`): the first of each has one id, and is another."""
_TOGETHER = (
    TaskRow.step.is_not(None),
    _IS_OF_MAP,
    cast(TaskRow.invite, String) == "[]",
    TaskRow.agreed_at.is_(None),
)
_IS_RUNNING = JourneyRow.status == JourneyStatus.OPEN


@dataclass(frozen=True, slots=True)
class EqualTasks:
    """Open tasks of one step of a map: how many customers they are of, and the minutes that they take in all."""

    map: str
    step: str
    title: str
    many: int
    minutes: int | None


async def equal_tasks(session: AsyncSession, filters: TaskFilter) -> list[EqualTasks]:
    """Returns the steps of which tasks that meet the filters are open for many customers, the most of them first.

    Meetings, which are held one by one, and what a pause keeps are left out.
    """
    keys, of = tasks.keys_of(filters), (JourneyRow.map, TaskRow.step)
    count = func.count()
    query = (
        select(*of, func.max(TaskRow.title), count, func.sum(TaskRow.effort_minutes))
        .select_from(keys)
        .join(TaskRow, (TaskRow.journey_id == keys.c.journey_id) & (TaskRow.task == keys.c.task))
        .join(JourneyRow, JourneyRow.id == TaskRow.journey_id)
        .where(*_TOGETHER, _IS_RUNNING)
        .group_by(*of)
        .having(count >= LEAST)
        .order_by(count.desc(), *of)
    )
    rows = await session.execute(query)
    return [EqualTasks(map_id, step or "", title, many, minutes) for map_id, step, title, many, minutes in rows]


async def of_step(session: AsyncSession, filters: TaskFilter, map_id: str, step: str) -> list[TaskLine]:
    """Returns the open tasks of a step of a map that can be done together, the most urgent first."""
    is_of_it = (JourneyRow.map == map_id, *_TOGETHER, _IS_RUNNING)
    return await tasks.first_open(session, replace(filters, step=step), *is_of_it, limit=MOST)


def can_be_together(task: TaskRow) -> bool:
    """Tells whether a task is done with others: it is of a step of the map, and nobody is invited."""
    is_of_map = task.step is not None and AddedTaskId.parse(task.step) is None
    return is_of_map and not task.invite and task.agreed_at is None
