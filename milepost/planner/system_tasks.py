"""System tasks, which Milepost itself gives a colleague: somebody is stuck, a contact is missing, a message failed."""

from __future__ import annotations

from milepost.planner import timeline
from milepost.planner.commands import CloseTask, OpenTask
from milepost.planner.dependents import TASK
from milepost.planner.entry_bases import StagePlace, StepPlace
from milepost.planner.enums import SystemTaskReason, TaskStatus
from milepost.planner.ids import MessageId, SystemTaskId
from milepost.planner.task_records import SystemTask
from milepost.planner.turn import Turn

REACH_OTHERWISE = (SystemTaskReason.OPTED_OUT, SystemTaskReason.CANCELLED)
"""The reasons for tasks about a step whose mail was dropped: its recipient opted out, or a person cancelled it."""


def open_system_task(
    turn: Turn,
    why: SystemTaskReason,
    about: str,
    place: StepPlace | StagePlace | None = None,
    *,
    message: str | None = None,
    names: tuple[str, ...] | None = None,
    role: str | None = None,
) -> str:
    """Give the csm, or another `role`, one task, and return its id; while one about the same is open, that one's.

    The value that a message lacks is the affair of the map's owner.
    """
    for task, record in turn.state.tasks.items():
        if record.why is why and record.about == about:
            return task
    number = turn.state.numbers.get(why, 0) + 1
    turn.state.numbers[why] = number
    task = str(SystemTaskId(why, about, number))
    map_ = turn.compiled_map.map
    is_owners = why is SystemTaskReason.VALUE
    role = "" if is_owners else role or map_.csm
    turn.state.tasks[task] = SystemTask(role, why, about, turn.at)
    person = map_.owner if is_owners else None
    turn.order(OpenTask(task, role, person or turn.state.customer.team.get(role), None, why, turn.at))
    turn.report(
        timeline.TaskOpened(turn.at, place, role=role or None, person=person, why=why, message=message, names=names)
    )
    return task


def open_message_failed(turn: Turn, message: MessageId) -> None:
    """Give the csm a task: a message could not be delivered."""
    place = turn.place_of(message.step)
    open_system_task(turn, SystemTaskReason.MESSAGE_FAILED, str(message), place, message=str(message))


def open_reach_otherwise(turn: Turn, message: MessageId, why: SystemTaskReason) -> None:
    """Give the csm a task: somebody who gets no mail about a step is to be reached otherwise."""
    open_system_task(turn, why, message.step, turn.place_of(message.step), message=str(message))


def close_system_tasks(
    turn: Turn, why: SystemTaskReason, about: str | None = None, status: TaskStatus = TaskStatus.WITHDRAWN
) -> None:
    """Close the system tasks of one reason, by default as withdrawn: what they were about is over."""
    for task, record in sorted(turn.state.tasks.items()):
        if record.why is why and about in (None, record.about):
            close_system_task(turn, task, status)


def close_system_task(turn: Turn, task: str, status: TaskStatus, elsewhere: str | None = None) -> None:
    del turn.state.tasks[task]
    turn.invalidate((TASK, task))
    turn.order(CloseTask(task, status, turn.at, elsewhere))
