"""The deadlines of an open step: its due date, its reminders, and what follows when it is late.

What hangs on a date is worked out from it, each time that the date changes. The dates here are those of a step that
nobody has snoozed; `StepState` says what a snooze makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from milepost.language.durations import DueReminder, DueWarning, Duration
from milepost.language.steps import Action, Outcome
from milepost.planner import timeline
from milepost.planner.agreements import DEFAULT_MINUTES, agreed_time
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.state import StepState
from milepost.planner.turn import Turn

FOLLOWERS = ("due", "overdue", "escalate")


def first_due(now: Situation, step: CompiledStep, opened_at: Instant) -> Instant | None:
    """When a touchpoint or action that opens at an instant is due, as the map says; None: never, as for an outcome."""
    return now.calendar_of(step).deadline(opened_at, step.due) if step.due else None


def agreed_due(now: Situation, step: CompiledStep, agreed: Mapping[str, Any]) -> Instant:
    """The end of the day `due` that people agreed on, a local date, working day or not; or of what ends later on it."""
    closes_at = now.calendar_of(step).closes_on(date.fromisoformat(agreed["due"]))
    if "at" not in agreed:
        return closes_at
    ends_at: Instant = agreed["at"] + 60 * agreed.get("minutes", DEFAULT_MINUTES)
    return max(closes_at, ends_at)


def schedule(turn: Turn, step: CompiledStep, due: Instant | None) -> None:
    """Set the due date of an open touchpoint or action and, counted from it, its reminders and escalation."""
    record = turn.edit_step(step.id)
    record.due_at = due
    for timer in FOLLOWERS:
        record.timers.pop(timer, None)
    if due is None:
        record.reminders = {}
        return
    calendar = turn.now.calendar_of(step)
    record.timers["due"] = due
    for timer, after in durations_after_due(step):
        record.timers[timer] = calendar.deadline_after_due(due, after)
    if step.reminders or record.reminders:
        day = calendar.due_day(due)
        instants = {str(each): _reminder(calendar, due, day, each) for each in step.reminders}
        remind(turn, record, instants)


def durations_after_due(step: CompiledStep) -> Iterator[tuple[str, Duration]]:
    """How long after the due date of a late step something follows: its branch, or its escalation."""
    if isinstance(step.step, Action):
        if step.step.overdue:
            yield "overdue", step.step.overdue.after
    elif step.escalate:
        yield "escalate", step.escalate.after


def _reminder(calendar: Calendar, due: Instant, day: date, reminder: DueReminder | DueWarning) -> Instant:
    if reminder.offset is not None and reminder.offset.exact:
        return calendar.plus(due, reminder.offset, -1 if reminder.before else 1)
    return calendar.opening_from_date(day, reminder.offset, before=reminder.before)


def remind(turn: Turn, record: StepState, instants: dict[str, Instant]) -> None:
    """Set the reminders that are still to come.

    What was sent isn't sent again, what has passed isn't sent late, and none is sent at or before the opening.
    """
    opened_at, waiting = record.opened_at or turn.at, record.reminders
    record.reminders = {}
    for reminder, at in sorted(instants.items(), key=lambda each: each[1]):
        if reminder in record.reminded or at <= opened_at:
            continue
        snoozed = reminder in waiting and at < record.kept_until()[0] > turn.at
        if at > turn.at or snoozed:
            record.reminders[reminder] = at


def change_due(turn: Turn, step: CompiledStep, due: Instant | None, why: str) -> None:
    """Move the due date of an open step and report it."""
    if isinstance(step.step, Outcome):
        record = turn.edit_step(step.id)
        record.due_at = due
        if due is not None:
            record.timers["silent"] = due
    else:
        schedule(turn, step, due)
    begins, minutes = agreed_time(turn.state, step.id) or (None, None)
    turn.report(timeline.StepDueChanged(turn.at, turn.place(step), due=due, why=why, begins=begins, minutes=minutes))
