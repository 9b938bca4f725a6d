"""The deadlines of an open step: its due date, its reminders, and what follows when it is late."""

from __future__ import annotations

from datetime import date

from milepost.language.steps import Action, Outcome
from milepost.planner import timeline
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.turn import Turn

FOLLOWERS = ("due", "overdue", "escalate")


def first_due(now: Situation, step: CompiledStep, opened_at: Instant) -> Instant | None:
    """When a touchpoint or action that opens at an instant is due, as the map says; None: never, as for an outcome."""
    return now.calendar_of(step).deadline(opened_at, step.due) if step.due else None


def agreed_due(now: Situation, step: CompiledStep, day: str) -> Instant:
    """The end of the day, a local date `YYYY-MM-DD`, that people agreed on; working day or not."""
    calendar = now.calendar_of(step)
    return calendar.on(date.fromisoformat(day), calendar.to)


def schedule(turn: Turn, step: CompiledStep, due: Instant | None) -> None:
    """Set the due date of an open touchpoint or action and, counted from it, its reminders and escalation."""
    record = turn.edit_step(step.id)
    record.due_at = due
    for timer in FOLLOWERS:
        record.timers.pop(timer, None)
    record.reminders = []
    if due is None:
        return
    calendar = turn.now.calendar_of(step)
    record.timers["due"] = due
    if isinstance(step.step, Action):
        if step.step.overdue:
            record.timers["overdue"] = calendar.deadline_after_due(due, step.step.overdue.after)
        record.reminders = _reminders(turn, step, due)
    elif step.escalate:
        record.timers["escalate"] = calendar.deadline_after_due(due, step.escalate.after)


def _reminders(turn: Turn, step: CompiledStep, due: Instant) -> list[Instant]:
    calendar = turn.now.calendar_of(step)
    day = calendar.local(due).date()
    opened = turn.state.step(step.id).opened_at or turn.at
    instants = []
    for reminder in step.reminders:
        if reminder.offset is not None and reminder.offset.exact:
            at = calendar.plus(due, reminder.offset, -1 if reminder.before else 1)
        else:
            at = calendar.opening_from_date(day, reminder.offset, before=reminder.before)
        if at > max(opened, turn.at):
            instants.append(at)
    return sorted(instants)


def change_due(turn: Turn, step: CompiledStep, due: Instant | None, why: str) -> None:
    """Move the due date of an open step and report it."""
    if isinstance(step.step, Outcome):
        record = turn.edit_step(step.id)
        record.due_at = due
        if due is not None:
            record.timers["silent"] = due
    else:
        schedule(turn, step, due)
    turn.report(timeline.StepDueChanged(turn.at, turn.place(step), due=due, why=why))
