"""Closing: how steps, stages, plays and the journey itself end, without what follows from it (see `branches`)."""

from __future__ import annotations

from milepost.planner import timeline
from milepost.planner.commands import CloseTask
from milepost.planner.compiled_map import CompiledPlay, CompiledStage, CompiledStep
from milepost.planner.enums import (
    JourneyStatus,
    PlayEnding,
    PlayStatus,
    StageStatus,
    StepStatus,
    SystemTaskReason,
    TaskStatus,
)
from milepost.planner.ids import TaskId
from milepost.planner.messages import drop, drop_of_step
from milepost.planner.state import StepState
from milepost.planner.system_tasks import close_system_task, close_system_tasks
from milepost.planner.turn import Turn

AT_ITS_GOAL = "completed"
"""The reason of a journey that ends because all that its map requires is closed."""
_KEPT_OVER_VISITS = ("occurrence", "result", "verdict", "verdict_of", "value", "answers")


def complete_step(
    turn: Turn, step: CompiledStep, *, by: str | None, result: str | None = None, note: str | None = None
) -> None:
    """Close a step as done; one that never opened closes its next occurrence."""
    settle_step(turn, step, StepStatus.DONE)
    turn.report(timeline.StepDone(turn.at, turn.place(step), by=by, result=result, note=note))
    drop_of_step(turn, step.id, "done")


def skip_step(turn: Turn, step: CompiledStep, why: str, by: str | None = None) -> None:
    """Close a step as skipped; one that never opened closes its next occurrence."""
    settle_step(turn, step, StepStatus.SKIPPED)
    turn.report(timeline.StepSkipped(turn.at, turn.place(step), why=why, by=by))
    drop_of_step(turn, step.id, "skipped")


def withdraw_step(turn: Turn, step: CompiledStep, why: str) -> None:
    """Close an open step because nothing asks for it any longer."""
    settle_step(turn, step, StepStatus.WITHDRAWN)
    turn.report(timeline.StepWithdrawn(turn.at, turn.place(step), why=why))
    drop_of_step(turn, step.id, "withdrawn")


def settle_step(turn: Turn, step: CompiledStep, status: StepStatus) -> StepState:
    """Give a step its last status: its timers go, and what its next occurrence waits for is counted from here."""
    record = turn.edit_step(step.id)
    if record.is_open and step.is_task:
        turn.order(CloseTask(str(TaskId(step.id, record.occurrence)), TaskStatus(status), turn.at))
    was_open = record.is_open or (record.closed and record.closed_at is not None)
    record.closed_at = turn.at if was_open else None
    if not record.is_open and not record.closed:
        record.begin_occurrence()
    if not step.container:
        turn.invalidate_all()  # no stage or play closes with an added task, but the journey may be idle now
    record.status, record.kind = status, step.kind
    record.opens_at = record.ready_at = None
    record.forced = record.asks_again = False
    record.rule, record.snoozed_until, record.snoozed_end = None, None, None
    record.be_quiet_no_more()
    record.reminders, record.reminded, record.counts = {}, [], {}
    record.timers = {name: at for name, at in record.timers.items() if name == "repeat"}
    return record


def withdraw_steps(turn: Turn, steps: tuple[CompiledStep, ...], why: str) -> None:
    """Withdraw what is open; what repeats stops repeating, what waits for its time waits no longer."""
    for step in steps:
        record = turn.state.step(step.id)
        if record.is_open:
            withdraw_step(turn, step, why)
        elif record.opens_at is not None:
            record = turn.edit_step(step.id)
            record.opens_at = record.ready_at = record.rule = None
        if "repeat" in turn.state.step(step.id).timers:
            turn.edit_step(step.id).timers.pop("repeat")


def start_over(turn: Turn, steps: tuple[CompiledStep, ...], *, is_first: bool) -> None:
    """Let every step of a stage or play wait again; its occurrences go on being numbered.

    What was done before that opens for the first time, in another stage of an earlier version, stays so. What repeats
    comes with its stage.
    """
    for step in steps:
        if step.id in turn.state.steps:
            old = turn.state.step(step.id)
            if is_first and old.closed and old.status is not StepStatus.WITHDRAWN and step.every is None:
                continue
            fresh = StepState(**{name: getattr(old, name) for name in _KEPT_OVER_VISITS})
            fresh.counts = dict(old.counts)
            turn.put_step(step.id, fresh)


def close_stage(turn: Turn, stage: CompiledStage, why: str) -> None:
    """Close a stage and withdraw what is open in it."""
    record = turn.edit_stage(stage.stage.id)
    record.status, record.closed_at = StageStatus.CLOSED, turn.at
    record.target_at = record.opens_at = record.rule = None
    turn.report(timeline.StageClosed(turn.at, stage.stage.id))
    withdraw_steps(turn, stage.steps, why)
    close_system_tasks(turn, SystemTaskReason.STUCK, stage.stage.id)


def end_play(turn: Turn, play: CompiledPlay, why: PlayEnding) -> None:
    """End a play, withdraw what is open in it and begin its cooldown."""
    record = turn.edit_play(play.play.id)
    record.status = PlayStatus.ENDED
    record.deadline_at = record.rule = None
    record.end_truths, record.end_counts = {}, {}
    turn.report(timeline.PlayEnded(turn.at, play.play.id, why=why))
    withdraw_steps(turn, play.steps, "play_ended")
    if play.play.cooldown:
        record.cooldown_until = turn.compiled_map.ours.opening(turn.at, play.play.cooldown)
        record.rule = str(play.play.cooldown)


def end_journey(turn: Turn, reason: str, note: str | None = None) -> None:
    """End the journey at this very moment: what is open is withdrawn, what waits is dropped."""
    for container in turn.compiled_map.containers:
        withdraw_steps(turn, container.steps, "journey_ended")
    withdraw_steps(turn, turn.compiled_map.added, "journey_ended")
    for queued in list(turn.state.queue):
        drop(turn, queued, "journey_ended")
    for task in sorted(turn.state.tasks):
        close_system_task(turn, task, TaskStatus.WITHDRAWN)
    state = turn.state
    state.status, state.reason, state.ended_at = JourneyStatus.ENDED, reason, turn.at
    state.deferred, state.sent = [], {}
    turn.report(timeline.JourneyEnded(turn.at, reason=reason, note=note))
