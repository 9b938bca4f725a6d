"""What falls due on an open step: its due date, its reminders, what follows when it is late."""

from __future__ import annotations

from datetime import date

from milepost.language.model import Action, Escalate, Outcome, Touchpoint
from milepost.planner import timeline
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.instants import Instant
from milepost.planner.turn import Turn

FOLLOWERS = ("due", "overdue", "escalate")


def first_due(turn: Turn, step: CompiledStep) -> tuple[Instant | None, bool]:
    """When a step that opens now is due, and whether people agreed on that date."""
    agreed = turn.state.agreed.get(step.id, {}).get("due")
    if agreed is not None and not isinstance(step.step, Outcome):
        return agreed_due(turn, step, agreed), True
    known = step.step
    if isinstance(known, Outcome):
        return None, False
    due = known.due_or_default if isinstance(known, Touchpoint) else known.due
    return (turn.calendar_of(step).deadline(turn.at, due) if due else None), False


def agreed_due(turn: Turn, step: CompiledStep, day: str) -> Instant:
    """The end of the day that people agreed on, working day or not."""
    calendar = turn.calendar_of(step)
    return calendar.on(date.fromisoformat(day), calendar.to)


def schedule(turn: Turn, step: CompiledStep, due: Instant | None) -> None:
    """Set the due date of an open touchpoint or action and, told from it, its reminders and what follows lateness."""
    record = turn.edit_step(step.id)
    record.due_at = due
    for timer in FOLLOWERS:
        record.timers.pop(timer, None)
    record.reminders = []
    if due is None:
        return
    calendar = turn.calendar_of(step)
    record.timers["due"] = due
    if isinstance(step.step, Action):
        if step.step.overdue:
            record.timers["overdue"] = calendar.deadline_after_due(due, step.step.overdue.after)
        record.reminders = _reminders(turn, step, due)
    elif escalation := escalation_of(turn, step):
        record.timers["escalate"] = calendar.deadline_after_due(due, escalation.after)


def escalation_of(turn: Turn, step: CompiledStep) -> Escalate | None:
    """To whom a late task goes as well: by the step's own word, else by its role's."""
    known = step.step
    if not isinstance(known, Touchpoint) or known.role is None:
        return None
    role = turn.compiled_map.map.roles.get(known.role)
    return known.escalate or (role.escalate if role else None)


def _reminders(turn: Turn, step: CompiledStep, due: Instant) -> list[Instant]:
    calendar = turn.calendar_of(step)
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


def change(turn: Turn, step: CompiledStep, due: Instant | None, why: str) -> None:
    """Move the due date of an open step and say so."""
    if isinstance(step.step, Outcome):
        record = turn.edit_step(step.id)
        record.due_at = due
        if due is not None:
            record.timers["silent"] = due
    else:
        schedule(turn, step, due)
    turn.report(timeline.StepDueChanged(turn.at, turn.place(step), due=due, why=why))
