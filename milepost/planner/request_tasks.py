"""The task that a colleague has with what a customer wants about a step: one for each step.

It is due two business days after the customer's first word in it; what joins it doesn't put that off. Late, it goes up
as the tasks of its role do.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from milepost.language.durations import Duration, Unit
from milepost.language.steps import Escalate
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.dependents import TASK
from milepost.planner.enums import SystemTaskReason, TaskStatus, Wish
from milepost.planner.instants import Instant
from milepost.planner.spoken_entries import RequestEscalated
from milepost.planner.state import State
from milepost.planner.system_tasks import close_system_task, open_system_task
from milepost.planner.task_records import SystemTask
from milepost.planner.turn import Turn

_ANSWERED_WITHIN = Duration(2, Unit.BUSINESS_DAY)


def request_about(state: State, step: str) -> str | None:
    """The id of the open task with what the customer wants about a step; None where there is none."""
    of_step = (task for task, record in state.tasks.items() if record.about == step)
    return next((task for task in of_step if state.tasks[task].why is SystemTaskReason.REQUEST), None)


def open_request(turn: Turn, step: CompiledStep) -> str:
    """Give a colleague the task about a step, and return its id: the csm, or whoever does a step of ours."""
    task = open_system_task(turn, SystemTaskReason.REQUEST, step.id, turn.place(step), role=step.role)
    _make_due(turn, task, turn.compiled_map.ours.deadline(turn.at, _ANSWERED_WITHIN))
    return task


def date_requests(turn: Turn) -> bool:
    """Give each request that an earlier Milepost left without a date the one that it has today; returns whether any."""
    undated = [task for task, record in sorted(turn.state.tasks.items()) if _lacks_date(record)]
    for task in undated:
        _make_due(turn, task, turn.compiled_map.ours.deadline(turn.state.tasks[task].opened_at, _ANSWERED_WITHIN))
    return bool(undated)


def _lacks_date(record: SystemTask) -> bool:
    return record.why is SystemTaskReason.REQUEST and record.due_at is None


def escalate_request(turn: Turn, task: str) -> None:
    """Nobody has answered in time: the role to which late tasks go gets it too, as the map says now."""
    record = turn.state.tasks[task]
    escalate = _escalation(turn, record)
    _put(turn, task, replace(record, escalates_at=None, escalated_to=escalate.to if escalate else None))
    if escalate:
        turn.report(RequestEscalated(turn.at, turn.place_of(record.about), role=escalate.to))


def shift_requests(turn: Turn, paused_at: Instant) -> None:
    """Give back to colleagues what a pause that ends now took of their time to answer."""
    ours = turn.compiled_map.ours
    for task, record in sorted(turn.state.tasks.items()):
        since, escalate = max(paused_at, record.opened_at), _escalation(turn, record)
        if record.due_at is not None and record.due_at > since:
            _make_due(turn, task, ours.deadline_after_pause(record.due_at, _ANSWERED_WITHIN, since, turn.at))
        elif record.escalates_at is not None and escalate is not None:
            moved = ours.deadline_after_pause(record.escalates_at, escalate.after, since, turn.at)
            _put(turn, task, replace(record, escalates_at=moved))


def _make_due(turn: Turn, task: str, due: Instant) -> None:
    record = turn.state.tasks[task]
    escalate = _escalation(turn, record)
    escalates_at = turn.compiled_map.ours.deadline_after_due(due, escalate.after) if escalate else None
    _put(turn, task, replace(record, due_at=due, escalates_at=escalates_at))


def _escalation(turn: Turn, record: SystemTask) -> Escalate | None:
    role = turn.compiled_map.map.roles.get(record.role)
    return role.escalate if role else None


def _put(turn: Turn, task: str, record: SystemTask) -> None:
    turn.state.tasks[task] = record
    turn.invalidate((TASK, task))


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
