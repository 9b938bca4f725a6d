"""Tasks that the engine itself gives a colleague: a customer is stuck, a contact is missing, a message failed."""

from __future__ import annotations

from milepost.planner import timeline
from milepost.planner.commands import CloseTask, OpenTask
from milepost.planner.state import SystemTask
from milepost.planner.timeline import StagePlace, StepPlace
from milepost.planner.turn import Turn


def open_system_task(
    turn: Turn, why: str, about: str, place: StepPlace | StagePlace | None = None, message: str | None = None
) -> None:
    """Give the csm one task; while one for the same reason about the same thing is open there is no second."""
    if any(task.why == why and task.about == about for task in turn.state.tasks.values()):
        return
    number = turn.state.numbers.get(why, 0) + 1
    turn.state.numbers[why] = number
    task = "/".join(part for part in (why, about, str(number)) if part)
    role = turn.compiled_map.map.csm
    turn.state.tasks[task] = SystemTask(role, why, about, turn.at)
    turn.order(OpenTask(task, role, turn.state.customer.team.get(role), None, why))
    turn.report(timeline.TaskOpened(turn.at, place, role=role, why=why, message=message))


def close_system_tasks(turn: Turn, why: str, about: str | None = None, status: str = "withdrawn") -> None:
    """Take back the engine's tasks of one reason: what they were about is over."""
    for task, known in sorted(turn.state.tasks.items()):
        if known.why == why and about in (None, known.about):
            close_system_task(turn, task, status)


def close_system_task(turn: Turn, task: str, status: str) -> None:
    del turn.state.tasks[task]
    turn.order(CloseTask(task, status))
