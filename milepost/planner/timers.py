"""Timers: what happens by itself at its time, in the order of time and then of the file."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.language.model import Action
from milepost.planner import timeline
from milepost.planner.branches import carry_out, finish_play, open_stage, try_start
from milepost.planner.compiled_map import CompiledPlay, CompiledStage, CompiledStep
from milepost.planner.deadlines import escalation_of
from milepost.planner.expected_timers import foresee, foreseen
from milepost.planner.instants import Instant
from milepost.planner.messages import enqueue, is_held_by_play
from milepost.planner.outcomes import ask, silent
from milepost.planner.steps import open_in_time
from milepost.planner.system_tasks import open_system_task
from milepost.planner.timer_index import STEP, Due, Timer, TimerIndex
from milepost.planner.turn import Turn


def _ahead(turn: Turn) -> TimerIndex:
    """What lies ahead, with all that changed taken in."""
    state = turn.state
    if state.ahead is None:
        state.ahead = foreseen(state)
    elif turn.moved:
        foresee(state.ahead, state, turn.moved)
    turn.moved.clear()
    return state.ahead


def next_due(turn: Turn) -> Timer | None:
    """The first timer whose instant has come, or nothing."""
    ahead, by, places = _ahead(turn), turn.due_by, turn.compiled_map.places
    if ahead.soonest > by:
        return None
    due = [
        Timer(at, places[what], rank, what[1])
        for what, timers in ahead.timers.items()
        for at, rank in timers
        if at <= by and what in places and (rank != STEP or _may_open(turn, what[1]))
    ]
    return min(due) if due else None


def _may_open(turn: Turn, step_id: str) -> bool:
    step = turn.compiled_map.steps[step_id]
    return turn.is_container_open(step) and not is_held_by_play(turn, step, "everything")


def wake_at(turn: Turn) -> Instant | None:
    """When the journey must next be looked at; None: only a fact can move it."""
    ahead, now = _ahead(turn), turn.at  # taken in even in a pause: the next plan begins with it
    if turn.paused or turn.ended:
        return None
    instants = [at for at, rank in _coming(turn, ahead) if rank != STEP or at > now]
    instants += [queued.until for queued in turn.state.queue if queued.until is not None and queued.until > now]
    return min(instants) if instants else None


def known_wake(turn: Turn) -> Instant | None:
    """When the journey must next be looked at, as the plan before this one found."""
    return wake_at(turn) if turn.state.ahead is None else turn.state.ahead.wake


def keep_wake(turn: Turn, wake: Instant | None) -> None:
    """Remember for the next plan when the journey must be looked at."""
    if turn.state.ahead is not None:
        turn.state.ahead.wake = wake


def passed_by(turn: Turn) -> list[Instant]:
    """The instants before now for which something still waits to happen, in order of time."""
    return sorted({at for at, _ in _coming(turn, _ahead(turn)) if at < turn.at})


def _coming(turn: Turn, ahead: TimerIndex) -> Iterator[Due]:
    """All that lies ahead of what the map still has and what is open; a play may hold openings whose time has come."""
    compiled_map = turn.compiled_map
    for what, timers in ahead.timers.items():
        if what in compiled_map.places:
            for due in timers:
                if due[1] != STEP or turn.is_container_open(compiled_map.steps[what[1]]):
                    yield due


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
        case "deadline":
            finish_play(turn, compiled_map.plays[timer.key], "deadline")
        case _:
            _step_timer(turn, compiled_map.steps[timer.key], timer.kind)


def _step_timer(turn: Turn, step: CompiledStep, kind: str) -> None:
    record = turn.edit_step(step.id)
    if kind == "remind":
        record.reminders.pop(0)
        enqueue(turn, step, "reminder", step.reminder_template or "")
        return
    record.timers.pop(kind)
    match kind:
        case "due":
            turn.report(timeline.StepOverdue(turn.at, turn.place(step)))
        case "overdue":
            assert isinstance(step.step, Action)
            if step.step.overdue:
                carry_out(turn, step.step.overdue.do)
        case "escalate":
            escalation = escalation_of(turn, step)
            if escalation:
                record.escalated_to = escalation.to
                turn.report(timeline.StepEscalated(turn.at, turn.place(step), role=escalation.to))
        case "silent":
            silent(turn, step)
        case _:
            ask(turn, step)


def _stage_opens(turn: Turn, stage: CompiledStage, at: Instant) -> None:
    turn.edit_stage(stage.stage.id).opened_for = at
    open_stage(turn, stage)


def _stuck(turn: Turn, stage: CompiledStage) -> None:
    turn.edit_stage(stage.stage.id).target_at = None
    turn.report(timeline.StageStuck(turn.at, stage.stage.id))
    open_system_task(turn, "stuck", stage.stage.id, timeline.StagePlace(stage.stage.id))


def _cooled_down(turn: Turn, play: CompiledPlay) -> None:
    """The cooldown is over: a start that was kept, or a condition that is true now, starts the play."""
    record = turn.edit_play(play.play.id)
    record.cooldown_until = None
    wanted = record.kept
    for trigger in play.starts_when:
        if (
            wanted is None
            and trigger.event is None
            and trigger.condition is not None
            and turn.is_true(trigger.condition)
        ):
            wanted = "condition"
    if wanted is not None:
        try_start(turn, play, wanted)
