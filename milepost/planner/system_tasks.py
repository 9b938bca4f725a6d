"""System tasks, which Milepost itself gives a colleague: somebody is stuck, a contact is missing, a message failed."""

from __future__ import annotations

from milepost.planner import timeline
from milepost.planner.commands import CloseTask, OpenTask
from milepost.planner.enums import SystemTaskReason, TaskStatus
from milepost.planner.ids import MessageId, SystemTaskId
from milepost.planner.state import SystemTask
from milepost.planner.timeline import StagePlace, StepPlace
from milepost.planner.turn import Turn


def open_system_task(
    turn: Turn,
    why: SystemTaskReason,
    about: str,
    place: StepPlace | StagePlace | None = None,
    message: str | None = None,
) -> None:
    """Give the csm one task; no second one while one for the same reason about the same thing is open."""
    if any(task.why is why and task.about == about for task in turn.state.tasks.values()):
        return
    number = turn.state.numbers.get(why, 0) + 1
    turn.state.numbers[why] = number
    task = str(SystemTaskId(why, about, number))
    role = turn.compiled_map.map.csm
    turn.state.tasks[task] = SystemTask(role, why, about, turn.at)
    turn.order(OpenTask(task, role, turn.state.customer.team.get(role), None, why))
    turn.report(timeline.TaskOpened(turn.at, place, role=role, why=why, message=message))


def open_message_failed(turn: Turn, message: MessageId) -> None:
    """Give the csm a task: a message could not be delivered."""
    place = turn.place_of(message.step)
    open_system_task(turn, SystemTaskReason.MESSAGE_FAILED, str(message), place, str(message))


def close_system_tasks(turn: Turn, why: SystemTaskReason, about: str | None = None) -> None:
    """Withdraw the system tasks of one reason: what they were about is over."""
    for task, record in sorted(turn.state.tasks.items()):
        if record.why is why and about in (None, record.about):
            close_system_task(turn, task, TaskStatus.WITHDRAWN)


def close_system_task(turn: Turn, task: str, status: TaskStatus) -> None:
    del turn.state.tasks[task]
    turn.order(CloseTask(task, status))
