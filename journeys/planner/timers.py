"""Timers: what happens by itself at its time, in the order of time and then of the file."""

from __future__ import annotations

from collections.abc import Iterator

from journeys.language.model import Action
from journeys.planner.ahead import RANK_OF, Ahead, Timer
from journeys.planner.branches import carry_out, finish_play, open_stage, try_start
from journeys.planner.chart import ChartPlay, ChartStage, ChartStep
from journeys.planner.dues import escalation_of
from journeys.planner.instants import Instant
from journeys.planner.messages import enqueue, is_held_by_play
from journeys.planner.outcomes import ask, silent
from journeys.planner.steps import open_in_time
from journeys.planner.tasks import open_engine_task
from journeys.planner.timeline import Kind
from journeys.planner.turn import Turn

_STEP = RANK_OF["step"]


def _ahead(turn: Turn) -> Ahead:
    if turn.ahead is None or turn.ahead.changes != turn.changes:
        turn.ahead = Ahead(turn.changes, list(_timers(turn)), list(_openings(turn)))
    return turn.ahead


def next_due(turn: Turn) -> Timer | None:
    """The first timer whose instant has come, or nothing."""
    ahead, by = _ahead(turn), turn.due_by
    due = [timer for timer in ahead.timers if timer.at <= by]
    due += [timer for timer in ahead.openings if timer.at <= by and not _is_held(turn, timer)]
    return min(due) if due else None


def wake_at(turn: Turn) -> Instant | None:
    """When the journey must next be looked at; None: only a fact can move it."""
    if turn.paused or turn.ended:
        return None
    ahead, now = _ahead(turn), turn.at
    instants = [timer.at for timer in ahead.timers]
    instants += [timer.at for timer in ahead.openings if timer.at > now]
    instants += [queued.until for queued in turn.state.queue if queued.until is not None and queued.until > now]
    return min(instants) if instants else None


def passed_by(turn: Turn) -> list[Instant]:
    """The instants before now for which something still waits to happen, in order of time."""
    ahead = _ahead(turn)
    return sorted({timer.at for timer in (*ahead.timers, *ahead.openings) if timer.at < turn.at})


def _openings(turn: Turn) -> Iterator[Timer]:
    """When waiting steps open and repeating ones open again; a play may hold those whose time has come."""
    for step_id, record in turn.state.steps.items():
        at = record.opens_at if record.status == "waiting" else record.timers.get("repeat")
        if at is None:
            continue
        step = turn.chart.steps.get(step_id)
        if step is not None and turn.is_container_open(step):
            yield Timer(at, step.position, _STEP, step_id)


def _is_held(turn: Turn, timer: Timer) -> bool:
    return is_held_by_play(turn, turn.chart.steps[timer.key], "everything")


def _timers(turn: Turn) -> Iterator[Timer]:
    chart, state = turn.chart, turn.state
    for step_id, record in state.steps.items():
        if not record.is_open or step_id not in chart.steps:
            continue
        position = chart.steps[step_id].position
        for name, at in record.timers.items():
            if name != "repeat":
                yield Timer(at, position, RANK_OF[name], step_id)
        if record.reminders:
            yield Timer(record.reminders[0], position, RANK_OF["remind"], step_id)
    for stage_id, stage in state.stages.items():
        if stage_id in chart.stages:
            position = chart.stages[stage_id].position
            if stage.target_at is not None:
                yield Timer(stage.target_at, position, RANK_OF["target"], stage_id)
            if stage.opens_at is not None:
                yield Timer(stage.opens_at, position, RANK_OF["opens"], stage_id)
    for play_id, play in state.plays.items():
        if play_id in chart.plays:
            position = chart.plays[play_id].position
            if play.deadline_at is not None:
                yield Timer(play.deadline_at, position, RANK_OF["deadline"], play_id)
            if play.cooldown_until is not None:
                yield Timer(play.cooldown_until, position, RANK_OF["cooldown"], play_id)


def fire(turn: Turn, timer: Timer) -> None:
    """Do what a timer is for."""
    chart = turn.chart
    match timer.kind:
        case "opens":
            _stage_opens(turn, chart.stages[timer.key], timer.at)
        case "target":
            _stuck(turn, chart.stages[timer.key])
        case "cooldown":
            _cooled_down(turn, chart.plays[timer.key])
        case "step":
            open_in_time(turn, chart.steps[timer.key])
        case "deadline":
            finish_play(turn, chart.plays[timer.key], "deadline")
        case _:
            _step_timer(turn, chart.steps[timer.key], timer.kind)


def _step_timer(turn: Turn, step: ChartStep, kind: str) -> None:
    record = turn.edit_step(step.id)
    if kind == "remind":
        record.reminders.pop(0)
        enqueue(turn, step, "reminder", step.reminder_template or "")
        return
    record.timers.pop(kind)
    match kind:
        case "due":
            turn.say(Kind.STEP_OVERDUE, step)
        case "overdue":
            assert isinstance(step.step, Action)
            if step.step.overdue:
                carry_out(turn, step.step.overdue.do)
        case "escalate":
            escalation = escalation_of(turn, step)
            if escalation:
                record.escalated_to = escalation.to
                turn.say(Kind.STEP_ESCALATED, step, role=escalation.to)
        case "silent":
            silent(turn, step)
        case _:
            ask(turn, step)


def _stage_opens(turn: Turn, stage: ChartStage, at: Instant) -> None:
    turn.edit_stage(stage.stage.id).opened_for = at
    open_stage(turn, stage)


def _stuck(turn: Turn, stage: ChartStage) -> None:
    turn.edit_stage(stage.stage.id).target_at = None
    turn.say(Kind.STAGE_STUCK, stage)
    open_engine_task(turn, "stuck", stage.stage.id, stage)


def _cooled_down(turn: Turn, play: ChartPlay) -> None:
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
