"""What is under way as a customer enters in the middle: plays that run, open steps, what was agreed on, and a pause."""

from __future__ import annotations

from datetime import datetime

from milepost.language.steps import Outcome
from milepost.planner import timeline
from milepost.planner.agreements import in_calendar, without_date
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledPlay, CompiledStep
from milepost.planner.deadlines import agreed_due, schedule
from milepost.planner.entry_checks import day_or_instant
from milepost.planner.entry_point import EntryPoint, OpenBefore
from milepost.planner.enums import JourneyStatus, PlayStatus, StartReason
from milepost.planner.instants import Instant, instant
from milepost.planner.invitations import take_as_told
from milepost.planner.outcomes import await_answer
from milepost.planner.steps import awaited_end, opened, plan_repeats, repeat_ahead, say_opened
from milepost.planner.turn import Turn


def instant_of(calendar: Calendar, at: str | None, start: Instant) -> Instant:
    """When something before the start happened: a date is the end of its working hours, at the latest the start."""
    return start if at is None else min(_instant(calendar, at), start)


def _instant(calendar: Calendar, at: str) -> Instant:
    moment = day_or_instant(at)
    return instant(moment) if isinstance(moment, datetime) else calendar.closes_on(moment)


def go_on(turn: Turn, entry: EntryPoint) -> None:
    """Let go on what was under way: nothing of it is told again."""
    ours, start = turn.compiled_map.ours, turn.at
    paused_at = None if entry.paused is None else instant_of(ours, entry.paused, start)
    for play, since in entry.plays.items():
        _run(turn, entry, turn.compiled_map.plays[play], instant_of(ours, since, start))
    for step_id, agreed in entry.agreed.items():
        turn.state.agreed[step_id] = in_calendar(turn.now, turn.compiled_map.steps[step_id], agreed)
    for step_id, each in entry.open.items():
        step = turn.compiled_map.steps[step_id]
        if turn.now.is_container_open(step):
            _keep_open(turn, step, each, start if paused_at is None else paused_at)
    _forget_past_dates(turn, entry)
    if paused_at is not None:
        turn.state.status, turn.state.paused_at = JourneyStatus.PAUSED, paused_at
        turn.report(timeline.JourneyPaused(start))


def wait_since(turn: Turn, entry: EntryPoint, steps: tuple[CompiledStep, ...], since: Instant) -> None:
    """Let steps that wait for their time wait from an instant on, or from when what they come after was over."""
    for step in steps:
        waits = turn.state.step(step.id).is_waiting and (step.step.wait or step.step.at)
        if waits and (not step.awaits or awaited_end(turn.state, step)):
            over = (_over_at(turn, entry, awaited.step) for awaited in step.awaits)
            turn.edit_step(step.id).ready_at = max([since, *(at for at in over if at is not None)])


def _over_at(turn: Turn, entry: EntryPoint, step_id: str) -> Instant | None:
    before = entry.done.get(step_id) or entry.outcomes.get(step_id)
    if before is None or before.at is None:
        return None
    return instant_of(turn.now.calendar_of(turn.compiled_map.steps[step_id]), before.at, turn.at)


def _run(turn: Turn, entry: EntryPoint, play: CompiledPlay, since: Instant) -> None:
    record = turn.edit_play(play.play.id)
    record.status, record.instances, record.started_at = PlayStatus.OPEN, 1, since
    deadline = play.play.deadline
    record.deadline_at = turn.compiled_map.ours.deadline(since, deadline) if deadline else None
    record.rule = str(deadline) if deadline else None
    record.end_truths = {trigger.key: turn.now.is_true(trigger.alone) for trigger in play.ends_when if trigger.alone}
    turn.report(timeline.PlayStarted(turn.at, play.play.id, why=StartReason.BEFORE))
    wait_since(turn, entry, play.steps, since)


def _keep_open(turn: Turn, step: CompiledStep, each: OpenBefore, happened: Instant) -> None:
    """Open a step as of when it was opened; what fell due of it by an instant has `happened`."""
    start, calendar = turn.at, turn.now.calendar_of(step)
    turn.move_to(instant_of(calendar, each.at, start))
    plan_repeats(turn, step)
    record = opened(turn, step)
    if isinstance(step.step, Outcome):
        await_answer(turn, step)
    turn.move_to(max(turn.at, happened))
    if each.due is not None and not record.due_agreed:
        due = _instant(calendar, each.due)
        if isinstance(step.step, Outcome):
            record.due_at = record.timers["silent"] = due
        else:
            schedule(turn, step, due)
    record.timers = {name: at for name, at in record.timers.items() if at > turn.at or name in ("repeat", "silent")}
    record.reminders = {name: at for name, at in record.reminders.items() if at > turn.at}
    if "repeat" in record.timers:
        repeat_ahead(turn, step, record)
    turn.move_to(start)
    take_as_told(turn, step)
    say_opened(turn, step, record)


def _forget_past_dates(turn: Turn, entry: EntryPoint) -> None:
    """Forget dates that were agreed on and are over, of steps that aren't open: nobody is late as they open."""
    for step_id in entry.agreed:
        agreed = turn.state.agreed.get(step_id, {})
        step = turn.compiled_map.steps[step_id]
        if "due" in agreed and agreed_due(turn.now, step, agreed) <= turn.at:
            turn.state.agreed[step_id] = without_date(agreed)
