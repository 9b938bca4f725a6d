"""Pauses and resumes a journey; what fell due in between is moved or dropped, as the map says."""

from __future__ import annotations

from typing import assert_never

from milepost.planner import timeline
from milepost.planner.branches import finish_play, go_to, open_stage, try_start
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.deferred import Deferred, FinishPlay, GoTo, MessageFailed, OpenStage, ReachOtherwise, StartPlay
from milepost.planner.enums import JourneyStatus, MessageReason, PlayEnding
from milepost.planner.ids import MessageId
from milepost.planner.instants import Instant
from milepost.planner.messages import say_dropped
from milepost.planner.outcomes import plan_asking_again
from milepost.planner.pause_shift import shift
from milepost.planner.state import Queued
from milepost.planner.steps import plan_repeats
from milepost.planner.system_tasks import open_message_failed, open_reach_otherwise
from milepost.planner.turn import Turn
from milepost.planner.waited import Waited


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
        shift(turn, paused_at)
    elif turn.compiled_map.map.on_resume == "skip":
        _drop_passed_reminders(turn)
    _begin_repeats(turn, paused_at)
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


def _do(turn: Turn, item: Deferred) -> None:
    """Do what was deferred; a stage or play that the map has no more is left out."""
    stages, plays = turn.compiled_map.stages, turn.compiled_map.plays
    match item:
        case GoTo():
            if item.stage in stages:
                go_to(turn, stages[item.stage])
        case OpenStage():
            stage = stages.get(item.stage)
            is_open = turn.state.stage(item.stage).is_open
            if stage is not None and not is_open and _is_still_called(turn, stage.triggers, item.triggers):
                open_stage(turn, stage)
        case StartPlay():
            if item.play in plays and _is_still_called(turn, plays[item.play].starts_when, item.triggers):
                try_start(turn, plays[item.play], item.why, item.triggers or ())
        case FinishPlay():
            if item.play in plays and turn.state.play(item.play).is_open:
                finish_play(turn, plays[item.play], PlayEnding.ENDS_WHEN)
        case MessageFailed():
            open_message_failed(turn, item.message)
        case ReachOtherwise():
            open_reach_otherwise(turn, item.message, item.why)
        case _:
            assert_never(item)


def _is_still_called(turn: Turn, triggers: tuple[Waited, ...], turned: tuple[str, ...] | None) -> bool:
    """Returns whether a condition that turned true in the pause still is; True where `turned` is None."""
    return turned is None or any(
        trigger.condition is not None and turn.now.is_true(trigger.condition)
        for trigger in triggers
        if trigger.key in turned
    )


def _begin_repeats(turn: Turn, paused_at: Instant) -> None:
    """Count repeats that began in the pause, with a step that was closed then, from the resume."""
    for step in turn.compiled_map.steps.values():
        base = turn.state.step(step.id).repeat_base
        if base is not None and base > paused_at and step.every is not None and turn.now.is_container_open(step):
            turn.edit_step(step.id).repeat_base = None
            plan_repeats(turn, step)


def _drop_passed_reminders(turn: Turn) -> None:
    for step in turn.compiled_map.steps.values():
        passed = [each for each in turn.state.step(step.id).reminders if _reminds_by_now(turn, step, each)]
        for reminder in passed:
            record = turn.edit_step(step.id)
            del record.reminders[reminder]
            record.reminded.append(reminder)
            if step.is_task:
                continue  # a warning is no message: there is none to drop
            number = record.numbers["reminder"] = record.numbers.get("reminder", 0) + 1
            message = MessageId(step.id, record.occurrence, MessageReason.REMINDER, number)
            say_dropped(turn, Queued.of(message, ""), "pause")


def _reminds_by_now(turn: Turn, step: CompiledStep, reminder: str) -> bool:
    return turn.state.step(step.id).reminds_at(reminder) <= turn.at
