"""Timers: they fire at their instants, in the order of time and then of the file."""

from __future__ import annotations

from milepost.language.steps import Action
from milepost.planner import timeline
from milepost.planner.branches import carry_out, drop_kept_start, finish_play, is_start_wanted, open_stage, try_start
from milepost.planner.compiled_map import CompiledPlay, CompiledStage, CompiledStep
from milepost.planner.dependents import TASK, Watched
from milepost.planner.entry_bases import StagePlace
from milepost.planner.enums import MessageReason, PlayEnding, StartReason, SystemTaskReason
from milepost.planner.expected_timers import timer_index_of, update_timer_index
from milepost.planner.instants import Instant
from milepost.planner.messages import enqueue
from milepost.planner.outcomes import ask, silent
from milepost.planner.request_tasks import escalate_request
from milepost.planner.steps import open_in_time
from milepost.planner.system_tasks import open_system_task
from milepost.planner.timer_index import NEVER, STEP, Timer, TimerIndex
from milepost.planner.turn import Turn

_AFTER_ALL = 1 << 30
"""The place of what the file has none for."""


def _timer_index(turn: Turn) -> TimerIndex:
    """The state's timer index, brought up to date with what the turn changed."""
    state = turn.state
    if state.timer_index is None:
        state.timer_index = timer_index_of(state)
    elif turn.changed:
        update_timer_index(state.timer_index, state, turn.changed)
    turn.changed.clear()
    return state.timer_index


def next_due(turn: Turn) -> Timer | None:
    """The first timer whose instant has come, or nothing."""
    index, by, places = _timer_index(turn), turn.due_by, turn.compiled_map.places
    if index.soonest > by:
        return None
    due = [
        Timer(at, places.get(what, _AFTER_ALL), rank, what[1])
        for what, timers in index.timers.items()
        for at, rank in timers
        if at <= by and _is_known(turn, what) and (rank != STEP or _may_open(turn, what[1]))
    ]
    return min(due) if due else None


def _is_known(turn: Turn, what: Watched) -> bool:
    return what in turn.compiled_map.places or what[0] == TASK


def _may_open(turn: Turn, step_id: str) -> bool:
    step = turn.compiled_map.steps[step_id]
    return turn.now.is_container_open(step) and not turn.now.holding_plays(step, "everything")


def wake_at(turn: Turn) -> Instant | None:
    """When the journey must next be looked at; None: only a fact can move it.

    A play may hold openings whose time has come: those wait for the play, not for the clock.
    """
    index, now = _timer_index(turn), turn.at  # kept up to date in a pause too: the next plan begins with it
    if not turn.state.is_open:
        return None
    wake = NEVER
    for what, timers in index.timers.items():
        for at, rank in timers:
            if at < wake and (rank != STEP or at > now) and _still_counts(turn, what, rank):
                wake = at
    for queued in turn.state.queue:
        wake = min([wake, *(at for at in (queued.until, queued.owner_at) if at is not None and at > now)])
    return None if wake == NEVER else wake


def known_wake(turn: Turn) -> Instant | None:
    """When the journey must next be looked at, as the plan before this one worked it out."""
    return wake_at(turn) if turn.state.timer_index is None else turn.state.timer_index.wake


def keep_wake(turn: Turn, wake: Instant | None) -> None:
    """Remember for the next plan when the journey must be looked at."""
    if turn.state.timer_index is not None:
        turn.state.timer_index.wake = wake


def passed_by(turn: Turn) -> list[Instant]:
    """The instants before now for which something still waits to happen, in order of time."""
    timers = ((what, due) for what, dues in _timer_index(turn).timers.items() for due in dues)
    return sorted({at for what, (at, rank) in timers if at < turn.at and _still_counts(turn, what, rank)})


def _still_counts(turn: Turn, what: Watched, rank: int) -> bool:
    """Returns whether a timer belongs to the map or a task and, for a step's opening, to an open stage or play."""
    if not _is_known(turn, what):
        return False
    return rank != STEP or turn.now.is_container_open(turn.compiled_map.steps[what[1]])


def fire(turn: Turn, timer: Timer) -> None:
    """Do what a timer is for."""
    compiled_map = turn.compiled_map
    match timer.kind:
        case "opens":
            _stage_opens(turn, compiled_map.stages[timer.key], timer.at)
        case "target":
            _stuck(turn, compiled_map.stages[timer.key])
        case "cooldown":
            _cooled_down(turn, compiled_map.plays[timer.key])
        case "step":
            open_in_time(turn, compiled_map.steps[timer.key])
        case "unanswered":
            escalate_request(turn, timer.key)
        case "deadline":
            finish_play(turn, compiled_map.plays[timer.key], PlayEnding.DEADLINE)
        case _:
            _step_timer(turn, compiled_map.steps[timer.key], timer.kind)


def _step_timer(turn: Turn, step: CompiledStep, kind: str) -> None:
    record = turn.edit_step(step.id)
    if kind == "remind":
        reminder = record.next_reminder() or ""
        del record.reminders[reminder]
        record.reminded.append(reminder)
        if step.is_task:
            turn.report(timeline.TaskWarned(turn.at, turn.place(step)))
            return
        enqueue(turn, step, MessageReason.REMINDER, step.reminder_template or "")
        return
    record.timers.pop(kind)
    match kind:
        case "due":
            turn.report(timeline.StepOverdue(turn.at, turn.place(step)))
        case "overdue":
            assert isinstance(step.step, Action)
            if step.step.overdue:
                carry_out(turn, step.step.overdue.do, turn.place(step))
        case "escalate":
            if step.escalate:
                record.escalated_to = step.escalate.to
                turn.report(timeline.StepEscalated(turn.at, turn.place(step), role=step.escalate.to))
        case "silent":
            silent(turn, step)
        case _:
            ask(turn, step)


def _stage_opens(turn: Turn, stage: CompiledStage, at: Instant) -> None:
    turn.edit_stage(stage.stage.id).opened_for = at
    open_stage(turn, stage)


def _stuck(turn: Turn, stage: CompiledStage) -> None:
    record = turn.edit_stage(stage.stage.id)
    record.target_at = record.rule = None
    turn.report(timeline.StageStuck(turn.at, stage.stage.id))
    open_system_task(turn, SystemTaskReason.STUCK, stage.stage.id, StagePlace(stage.stage.id))


def _cooled_down(turn: Turn, play: CompiledPlay) -> None:
    """The cooldown is over: a start that was kept, or a condition that is true now, starts the play."""
    record = turn.edit_play(play.play.id)
    record.cooldown_until = record.rule = None
    kept = record.kept if is_start_wanted(turn.now, play) else None
    if kept is None:
        drop_kept_start(turn, play)
    true = [each.key for each in play.starts_when if each.alone and turn.now.is_true(each.alone)]
    if kept is not None or true:
        try_start(turn, play, kept or StartReason.CONDITION, true)
