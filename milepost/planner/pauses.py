"""Pauses and resumes a journey; what fell due in between is moved or dropped, as the map says."""

from __future__ import annotations

from typing import assert_never

from milepost.language.durations import Duration
from milepost.language.steps import Action, Outcome
from milepost.planner import timeline
from milepost.planner.branches import finish_play, go_to, open_stage, try_start
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledPlay, CompiledStep
from milepost.planner.deadlines import FOLLOWERS
from milepost.planner.deferred import Deferred, GoTo, MessageFailed, OpenStage, StartPlay
from milepost.planner.enums import JourneyStatus, MessageReason, PlayEnding
from milepost.planner.ids import MessageId
from milepost.planner.instants import Instant
from milepost.planner.messages import say_dropped
from milepost.planner.outcomes import plan_asking_again
from milepost.planner.state import Queued, StepState
from milepost.planner.system_tasks import open_message_failed
from milepost.planner.turn import Turn


def pause(turn: Turn, reason: str | None) -> None:
    """Pause the journey: timers, messages and openings stop."""
    turn.state.status, turn.state.paused_at = JourneyStatus.PAUSED, turn.at
    turn.report(timeline.JourneyPaused(turn.at, why=reason))


def resume(turn: Turn, reason: str | None) -> None:
    """Go on: move or drop what was due in the pause as the map says, then do what waited for the resume."""
    paused_at = turn.state.paused_at or turn.at
    turn.state.status, turn.state.paused_at = JourneyStatus.OPEN, None
    turn.passed = paused_at
    turn.invalidate_all()
    turn.report(timeline.JourneyResumed(turn.at, why=reason))
    if turn.compiled_map.map.on_resume == "shift":
        _shift(turn, paused_at)
    elif turn.compiled_map.map.on_resume == "skip":
        _drop_passed_reminders(turn)
    for step in turn.compiled_map.steps.values():
        record = turn.state.step(step.id)
        if record.asks_again and "ask" not in record.timers:
            plan_asking_again(turn, step)
    _do_deferred(turn)


def _do_deferred(turn: Turn) -> None:
    deferred, turn.state.deferred = turn.state.deferred, []
    for item in deferred:
        if turn.state.ended:
            return
        _do(turn, item)
    for play_id, play in turn.compiled_map.plays.items():
        if turn.state.play(play_id).ending and not turn.state.ended:
            finish_play(turn, play, PlayEnding.ENDS_WHEN)


def _do(turn: Turn, item: Deferred) -> None:
    """Do what was deferred; a stage or play that the map has no more is left out."""
    stages, plays = turn.compiled_map.stages, turn.compiled_map.plays
    match item:
        case GoTo():
            if item.stage in stages:
                go_to(turn, stages[item.stage])
        case OpenStage():
            if item.stage in stages and not turn.state.stage(item.stage).is_open:
                open_stage(turn, stages[item.stage])
        case StartPlay():
            if item.play in plays and _is_still_called(turn, plays[item.play], item.triggers):
                try_start(turn, plays[item.play], item.why)
        case MessageFailed():
            open_message_failed(turn, item.message)
        case _:
            assert_never(item)


def _is_still_called(turn: Turn, play: CompiledPlay, triggers: tuple[str, ...] | None) -> bool:
    """Returns whether a condition that turned true in the pause still is; True where `triggers` is None."""
    return triggers is None or any(
        trigger.condition is not None and turn.now.is_true(trigger.condition)
        for trigger in play.starts_when
        if trigger.key in triggers
    )


# Shift.


def _shift(turn: Turn, paused_at: Instant) -> None:
    ours = turn.compiled_map.ours
    for step in turn.compiled_map.steps.values():
        if step.id in turn.state.steps and turn.now.is_container_open(step):
            _shift_step(turn, step, paused_at)
    for stage_id, stage in turn.compiled_map.stages.items():
        at, target = turn.state.stage(stage_id).target_at, stage.stage.target
        if at is not None and target is not None:
            turn.edit_stage(stage_id).target_at = _moved(turn, ours, paused_at, at, target)
    for play_id, play in turn.compiled_map.plays.items():
        record = turn.state.play(play_id)
        if record.deadline_at is not None:
            deadline_at = _moved(turn, ours, paused_at, record.deadline_at, play.play.deadline)
            turn.edit_play(play_id).deadline_at = deadline_at
        if record.cooldown_until is not None:
            cooldown_until = _moved(turn, ours, paused_at, record.cooldown_until, play.play.cooldown)
            turn.edit_play(play_id).cooldown_until = cooldown_until


def _days(turn: Turn, calendar: Calendar, paused_at: Instant) -> int:
    """The local days between pause and resume."""
    return (calendar.local(turn.at).date() - calendar.local(paused_at).date()).days


def _moved(turn: Turn, calendar: Calendar, paused_at: Instant, at: Instant, written: Duration | None) -> Instant:
    exact = written is not None and written.exact
    days = _days(turn, calendar, paused_at)
    return calendar.shifted(at, days, exact=exact) if days else at


def _shift_step(turn: Turn, step: CompiledStep, paused_at: Instant) -> None:
    calendar = turn.now.calendar_of(step)
    days = _days(turn, calendar, paused_at)
    if days == 0:
        return
    record = turn.edit_step(step.id)
    record.shifted += days
    waits = record.is_waiting and step.step.wait is not None and not record.forced
    if waits and record.opens_at is not None:
        record.opens_at = _moved(turn, calendar, paused_at, record.opens_at, step.step.wait)
    if record.repeat_base is not None:
        record.repeat_base = calendar.shifted(record.repeat_base, days, exact=True)
    for name, at in record.timers.items():
        if not (record.due_agreed and name in (*FOLLOWERS, "silent")):
            record.timers[name] = _moved(turn, calendar, paused_at, at, _written(step, name))
    if not record.due_agreed:
        record.reminders = sorted(_moved_reminder(calendar, at, days) for at in record.reminders)
        _say_due(turn, step, record)


def _say_due(turn: Turn, step: CompiledStep, record: StepState) -> None:
    due = record.timers.get("silent" if isinstance(step.step, Outcome) else "due")
    if due is not None and due != record.due_at:
        record.due_at = due
        turn.report(timeline.StepDueChanged(turn.at, turn.place(step), due=due, why="pause"))


def _written(step: CompiledStep, timer: str) -> Duration | None:
    """The duration in the map that a timer was worked out from."""
    definition = step.step
    match timer:
        case "repeat":
            return step.every
        case "silent":
            return definition.within if isinstance(definition, Outcome) else None
        case "ask":
            return definition.ask_again.after if isinstance(definition, Outcome) and definition.ask_again else None
        case "overdue":
            return definition.overdue.after if isinstance(definition, Action) and definition.overdue else None
        case "escalate":
            return step.escalate.after if step.escalate else None
        case _:
            return step.due


def _moved_reminder(calendar: Calendar, at: Instant, days: int) -> Instant:
    """A reminder is at `from`, unless the map gives it in hours or minutes or it was snoozed to an instant."""
    return calendar.shifted(at, days, exact=calendar.local(at).time() != calendar.from_)


def _drop_passed_reminders(turn: Turn) -> None:
    for step in turn.compiled_map.steps.values():
        passed = [at for at in turn.state.step(step.id).reminders if at <= turn.at]
        for _ in passed:
            record = turn.edit_step(step.id)
            record.reminders.pop(0)
            number = record.numbers["reminder"] = record.numbers.get("reminder", 0) + 1
            message = MessageId(step.id, record.occurrence, MessageReason.REMINDER, number)
            say_dropped(turn, Queued.of(message, ""), "pause")
