"""The tasks of one journey, made equal to a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.language.model import Touchpoint
from milepost.planner.commands import CloseTask, OpenTask
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.open_tasks import Task, minutes, open_tasks
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.timeline import Kind
from milepost.store.tables import JourneyRow, TaskRow

_CLOSINGS = (Kind.STEP_DONE, Kind.STEP_SKIPPED, Kind.STEP_WITHDRAWN)


async def write_tasks(
    session: AsyncSession, journey: JourneyRow, before: State, plan: Plan, compiled_map: CompiledMap
) -> None:
    """Open what the state says is open, close what is not, and take back what only an earlier attempt did."""
    was_open = {task.task: task for task in open_tasks(compiled_map, before)}
    still_open = {task.task: task for task in open_tasks(compiled_map, plan.state)}
    opened = {command.task: command for command in plan.commands if isinstance(command, OpenTask)}
    closed = {command.task: command.status for command in plan.commands if isinstance(command, CloseTask)}
    rows = await _concerned(session, journey.id, plan.state.revision, [*still_open, *opened])
    for task_id in sorted({*rows, *still_open, *opened}):
        if task_id in rows and task_id not in still_open and _only_of_earlier_attempt(rows[task_id], plan, opened):
            await session.delete(rows[task_id])
            continue
        row = rows.get(task_id) or _add(session, journey, task_id, plan)
        if task_id in still_open:
            _set(row, _open_columns(still_open[task_id], plan.state.customer.team))
            continue
        if task_id in was_open:
            _set(row, _open_columns(was_open[task_id], before.customer.team))
        elif task_id in opened:
            _set(row, _brief_columns(opened[task_id], plan, compiled_map))
        _close(row, closed.get(task_id, "withdrawn"), plan)


def _only_of_earlier_attempt(row: TaskRow, plan: Plan, opened: Mapping[str, OpenTask]) -> bool:
    return row.opened_revision >= plan.state.revision and row.task not in opened


async def _concerned(session: AsyncSession, journey: str, revision: int, ids: list[str]) -> dict[str, TaskRow]:
    """The rows that this plan may change: open ones, and those that an attempt at this revision touched."""
    query = select(TaskRow).where(
        TaskRow.journey_id == journey,
        or_(
            TaskRow.status == "open",
            TaskRow.opened_revision >= revision,
            TaskRow.closed_revision >= revision,
            TaskRow.task.in_(ids),
        ),
    )
    rows = await session.scalars(query.order_by(TaskRow.task).execution_options(populate_existing=True))
    return {row.task: row for row in rows}


def _add(session: AsyncSession, journey: JourneyRow, task: str, plan: Plan) -> TaskRow:
    row = TaskRow(
        journey_id=journey.id,
        task=task,
        customer_id=journey.customer_id,
        opened_revision=plan.state.revision,
    )
    session.add(row)
    return row


def _set(row: TaskRow, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)


def _open_columns(task: Task, team: Mapping[str, str]) -> dict[str, Any]:
    return {
        "role": task.role,
        "person": _address(task.person),
        "step": task.step,
        "title": task.title,
        "why": task.why,
        "about": task.about,
        "invite": list(task.invite),
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "escalated_to": task.escalated_to,
        "escalated_person": _address(team.get(task.escalated_to)) if task.escalated_to else None,
        "results": list(task.results),
        "playbook": task.playbook,
        "effort_minutes": task.effort_minutes,
        "status": "open",
        "closed_at": None,
        "closed_revision": None,
    }


def _brief_columns(command: OpenTask, plan: Plan, compiled_map: CompiledMap) -> dict[str, Any]:
    """Of a task that was opened and closed within one plan, so that no view of the state shows it."""
    known = compiled_map.steps.get(command.step) if command.step else None
    step = known.step if known else None
    touchpoint = step if isinstance(step, Touchpoint) else None
    return {
        "role": command.role,
        "person": _address(command.person),
        "step": command.step,
        "title": touchpoint.title if touchpoint else (command.why or command.task),
        "why": command.why,
        "about": None,
        "invite": list(touchpoint.invite) if touchpoint else [],
        "opened_at": _said_at(plan, command.task, (Kind.STEP_OPENED,)),
        "due_at": None,
        "escalated_to": None,
        "escalated_person": None,
        "results": list(touchpoint.results or ()) if touchpoint else [],
        "playbook": touchpoint.playbook if touchpoint else None,
        "effort_minutes": minutes(touchpoint.effort) if touchpoint else None,
    }


def _close(row: TaskRow, status: str, plan: Plan) -> None:
    row.status = status
    row.closed_at = _said_at(plan, row.task, _CLOSINGS)
    row.closed_revision = plan.state.revision


def _said_at(plan: Plan, task: str, kinds: tuple[Kind, ...]) -> Instant:
    """When the timeline says so of the task's step; the engine's own tasks have no line: the plan's instant."""
    for entry in reversed(plan.timeline):
        if entry.kind in kinds and f"{entry.more.get('step')}/{entry.more.get('occurrence')}" == task:
            return entry.at
    return plan.state.clock


def _address(person: str | None) -> str | None:
    return person.strip().lower() if person else None
