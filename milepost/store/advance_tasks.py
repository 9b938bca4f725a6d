"""The task rows that a plan leaves behind: pure, without the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from milepost.language.steps import Touchpoint
from milepost.planner.commands import CloseTask, OpenTask, RenameStep
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import JourneyStatus
from milepost.planner.instants import Instant
from milepost.planner.open_tasks import Task, minutes, open_tasks
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.timeline import TaskAdded

WITHOUT_DATE, PAUSED = 2**40, 2**41  # seconds: far behind every date
T = TypeVar("T")


def desired_tasks(before: State, plan: Plan, compiled_map: CompiledMap) -> Iterator[dict[str, Any]]:
    """The rows of all tasks that a plan opened, changed or closed.

    A task of a step that the map no longer has is closed, and keeps its other columns. A move to another version may
    change every row.
    """
    moved = before.version != plan.state.version
    was_open = {task.task: task for task in open_tasks(compiled_map, before)}
    still_open = {task.task: task for task in open_tasks(compiled_map, plan.state)}
    opened, closed = _opened_and_closed(plan)
    for task in sorted({*was_open, *still_open, *opened, *closed}):
        row = {"task": task, "customer_id": plan.state.customer.id, "opened_revision": plan.state.revision}
        if task in still_open:
            columns = _open(still_open[task], plan.state)
            if moved or task not in was_open or columns != _open(was_open[task], before):
                yield row | columns
            continue
        closing = _closed(closed.get(task), plan)
        if closing is None:
            continue
        if task in was_open:
            yield row | _open(was_open[task], before) | closing
        elif task in opened:
            yield row | _brief(opened[task], plan, compiled_map) | closing
        else:
            yield {"task": task} | closing


def rows_of_open(state: State, compiled_map: CompiledMap) -> Iterator[dict[str, Any]]:
    """The rows of the tasks that are open, as far as the state says: not when they were opened."""
    for task in open_tasks(compiled_map, state):
        yield {"task": task.task} | _open(task, state)


def urgency(opened_at: Instant, due_at: Instant | None, *, put_off: Instant | None = None, paused: bool) -> int:
    """Returns what open tasks are ordered by: when they are due; then those without a date, by when they opened.

    A task that is put off past its date is due by the end of that day. Those of paused journeys come last. So a task is
    late when its urgency has passed.
    """
    at = opened_at + WITHOUT_DATE if due_at is None else max(due_at, put_off or 0)
    return at + PAUSED if paused else at


def _open(task: Task, state: State) -> dict[str, Any]:
    team = state.customer.team
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
        "agreed_at": task.agreed_at,
        "agreed_minutes": task.agreed_minutes,
        "urgency": urgency(
            task.opened_at, task.due_at, put_off=task.put_off, paused=state.status == JourneyStatus.PAUSED
        ),
        "escalated_to": task.escalated_to,
        "escalated_person": _address(team.get(task.escalated_to)) if task.escalated_to else None,
        "results": list(task.results),
        "playbook": task.playbook,
        "effort_minutes": task.effort_minutes,
        "status": "open",
        "closed_at": None,
        "elsewhere": None,
        "closed_revision": None,
    }


def _brief(command: OpenTask, plan: Plan, compiled_map: CompiledMap) -> dict[str, Any]:
    """A task that was opened and closed within one plan, so that no view of a state shows it."""
    compiled = compiled_map.steps.get(command.step) if command.step else None
    step = compiled.step if compiled else None
    touchpoint = step if isinstance(step, Touchpoint) else None
    added = next((each for each in plan.timeline if isinstance(each, TaskAdded) and each.step == command.step), None)
    title = added.title if added else (command.why or command.task)
    return {
        "role": command.role,
        "person": _address(command.person),
        "step": command.step,
        "title": touchpoint.title if touchpoint else title,
        "why": command.why,
        "about": None,
        "invite": list(touchpoint.invite) if touchpoint else [],
        "opened_at": command.at,
        "due_at": None,
        "agreed_at": None,
        "agreed_minutes": None,
        "urgency": 0,
        "escalated_to": None,
        "escalated_person": None,
        "results": list(touchpoint.results or ()) if touchpoint else [],
        "playbook": touchpoint.playbook if touchpoint else None,
        "effort_minutes": minutes(touchpoint.effort) if touchpoint else None,
    }


def _closed(command: CloseTask | None, plan: Plan) -> dict[str, Any] | None:
    if command is None:
        return None
    return {
        "status": command.status,
        "closed_at": command.at,
        "closed_revision": plan.state.revision,
        "elsewhere": command.elsewhere,
    }


def _opened_and_closed(plan: Plan) -> tuple[dict[str, OpenTask], dict[str, CloseTask]]:
    """Returns the tasks that a plan opened and closed, by the ids that they end up with."""
    opened: dict[str, OpenTask] = {}
    closed: dict[str, CloseTask] = {}
    for command in plan.commands:
        match command:
            case OpenTask():
                opened[command.task] = command
            case CloseTask():
                closed[command.task] = command
            case RenameStep():
                opened, closed = _renamed(opened, command), _renamed(closed, command)
    return opened, closed


def _renamed(tasks: dict[str, T], command: RenameStep) -> dict[str, T]:
    was, occurrence = f"{command.step}/", slice(len(command.step), None)
    return {command.to + task[occurrence] if task.startswith(was) else task: each for task, each in tasks.items()}


def _address(person: str | None) -> str | None:
    return person.strip().lower() if person else None
