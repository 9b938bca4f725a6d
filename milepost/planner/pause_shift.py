"""Gives back what a pause took: dates that lay ahead when it began move, each in its own unit and its own calendar.

Anchors on a customer's date, agreed dates and snoozes stay, and repeats in weeks or longer keep their weekday.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from milepost.language.durations import DueReminder, Duration, Unit, any_duration
from milepost.language.steps import Outcome
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.deadlines import change_due, durations_after_due
from milepost.planner.instants import Instant
from milepost.planner.request_tasks import shift_requests
from milepost.planner.situation import Situation
from milepost.planner.state import StepState
from milepost.planner.turn import Turn

KEEP_THEIR_WEEKDAY = (Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR)
"""Repeats in these units are left alone by a pause."""


Move = Callable[[Instant, Duration, Instant, Instant], Instant]
"""Moves an opening or a deadline, given in a duration, by a pause from one instant to another."""


def after_pauses(now: Situation, move: Move, at: Instant, length: Duration, since: Instant) -> Instant:
    """A date that a duration gave, counted from an instant, moved by every pause after that instant in turn."""
    for start, end in now.state.pauses:
        if start >= since:
            at = move(at, length, start, end)
    return at


def due_by_map(now: Situation, step: CompiledStep, since: Instant) -> Instant | None:
    """When a step that is open since an instant is due as the map says, with the pauses after it; None: never."""
    length = step.step.within if isinstance(step.step, Outcome) else step.due
    if length is None:
        return None
    calendar = now.calendar_of(step)
    return after_pauses(now, calendar.deadline_after_pause, calendar.deadline(since, length), length, since)


def shift(turn: Turn, paused_at: Instant) -> None:
    """Move every date that the pause, which ends now, took something from."""
    _remember(turn, paused_at)
    for step in turn.compiled_map.steps.values():
        if step.id in turn.state.steps and turn.now.is_container_open(step):
            _shift_step(turn, step, paused_at)
    ours = turn.compiled_map.ours
    for stage_id in turn.compiled_map.stages:
        stage = turn.state.stage(stage_id)
        if stage.target_at is not None:
            turn.edit_stage(stage_id).target_at = _moved(
                turn, ours.deadline_after_pause, stage.target_at, stage.rule, paused_at
            )
    for play_id in turn.compiled_map.plays:
        play = turn.state.play(play_id)
        if play.deadline_at is not None:
            turn.edit_play(play_id).deadline_at = _moved(
                turn, ours.deadline_after_pause, play.deadline_at, play.rule, paused_at
            )
        if play.cooldown_until is not None:
            moved = _moved(turn, ours.opening_after_pause, play.cooldown_until, play.rule, paused_at)
            turn.edit_play(play_id).cooldown_until = moved
    shift_requests(turn, paused_at)


def _remember(turn: Turn, paused_at: Instant) -> None:
    """Keep the pause for dates that are yet to be counted from before it; forget those before what is open now."""
    state = turn.state
    opened = [stage.opened_at for stage in state.stages.values() if stage.is_open]
    opened += [play.started_at for play in state.plays.values() if play.is_open]
    since = min((at for at in opened if at is not None), default=turn.at)
    state.pauses = [pause for pause in [*state.pauses, [paused_at, turn.at]] if pause[0] >= since]


def _moved(turn: Turn, move: Move, at: Instant, rule: str | None, paused_at: Instant) -> Instant:
    """A date moved by the pause, in the unit that the map gave it in."""
    length = _length(rule)
    return at if length is None else move(at, length, paused_at, turn.at)


def _length(rule: str | None) -> Duration | None:
    """The duration of a rule; None for an anchor, which no pause moves."""
    return None if rule is None or "customer." in rule else any_duration(rule)


def _shift_step(turn: Turn, step: CompiledStep, paused_at: Instant) -> None:
    record, calendar = turn.state.step(step.id), turn.now.calendar_of(step)
    every = _length(record.pace)
    if "repeat" in record.timers and every is not None and every.unit not in KEEP_THEIR_WEEKDAY:
        record = turn.edit_step(step.id)
        record.timers["repeat"] = calendar.opening_after_pause(record.timers["repeat"], every, paused_at, turn.at)
    if record.is_waiting and record.opens_at is not None:
        moved = _moved(turn, calendar.opening_after_pause, record.opens_at, record.rule, paused_at)
        turn.edit_step(step.id).opens_at = moved
    elif record.is_open:
        record = turn.edit_step(step.id)
        paused_at = max(paused_at, record.opened_at or paused_at)  # a task may be added in the pause
        if "ask" in record.timers:
            moved = _moved(turn, calendar.opening_after_pause, record.timers["ask"], record.rule, paused_at)
            record.timers["ask"] = moved
        elif record.due_at is not None:
            _shift_due(turn, step, calendar, record, paused_at)
        if isinstance(step.step, Outcome):
            waits = {reminder: Duration.parse(reminder) for reminder in record.reminders}
            _shift_reminders(turn, calendar, record, waits, paused_at)


def _shift_due(turn: Turn, step: CompiledStep, calendar: Calendar, record: StepState, paused_at: Instant) -> None:
    """Move the due date of an open step; of one that was past, what follows it moves instead."""
    due = record.due_at
    assert due is not None
    if due <= paused_at:
        for timer, after in durations_after_due(step):
            if timer in record.timers:
                at = record.timers[timer]
                record.timers[timer] = calendar.deadline_after_pause(at, after, paused_at, turn.at)
        if not isinstance(step.step, Outcome):
            offsets = {reminder: DueReminder.parse(reminder).offset for reminder in record.reminders}
            _shift_reminders(turn, calendar, record, offsets, paused_at)
    elif not record.due_agreed:
        moved = _moved(turn, calendar.deadline_after_pause, due, record.rule, paused_at)
        if moved != due:
            change_due(turn, step, moved, "pause")


def _shift_reminders(
    turn: Turn, calendar: Calendar, record: StepState, lengths: Mapping[str, Duration | None], paused_at: Instant
) -> None:
    """Move reminders that count from before the pause: those of an outcome, or after a due date that was past."""
    for reminder, length in lengths.items():
        if length is not None:
            at = record.reminders[reminder]
            record.reminders[reminder] = calendar.opening_after_pause(at, length, paused_at, turn.at)
