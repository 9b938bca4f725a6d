"""The task that a colleague has with what a customer wants about a step: one for each step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from milepost.planner.enums import SystemTaskReason, TaskStatus, Wish
from milepost.planner.state import State
from milepost.planner.system_tasks import close_system_task
from milepost.planner.turn import Turn


def request_about(state: State, step: str) -> str | None:
    """The id of the open task with what the customer wants about a step; None where there is none."""
    of_step = (task for task, record in state.tasks.items() if record.about == step)
    return next((task for task in of_step if state.tasks[task].why is SystemTaskReason.REQUEST), None)


def withdraw_request(turn: Turn, step: str) -> None:
    """Nobody has to help with a step that is closed; a mail that needs an answer still does."""
    task = request_about(turn.state, step)
    if task is None:
        return
    others = [wish for wish in turn.state.tasks[task].wishes if wish != Wish.ANSWER]
    if others and not want_no_more(turn, task, others):
        close_system_task(turn, task, TaskStatus.WITHDRAWN)


def want_no_more(turn: Turn, task: str, wishes: Collection[str]) -> bool:
    """Take wishes off a task; returns whether others are left."""
    record = turn.state.tasks[task]
    left = [wish for wish in record.wishes if wish not in wishes]
    day = record.day if Wish.DATE in left else None
    person = record.person if Wish.PERSON in left else None
    turn.state.tasks[task] = replace(record, wishes=left, day=day, person=person)
    return bool(left)
