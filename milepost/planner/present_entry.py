"""Where a journey stands now, as the entry of another journey: what an export writes, and an import plays silently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from milepost.planner.compiled_map import CompiledMap, CompiledStage, CompiledStep
from milepost.planner.entry_point import AnsweredBefore, DoneBefore, EntryPoint
from milepost.planner.enums import StepStatus
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.state import State

_ANSWERED = (StepStatus.VERIFIED, StepStatus.PARTIAL, StepStatus.DISPUTED)


@dataclass(frozen=True, slots=True)
class LastTimes:
    """When each step was last done, and each outcome last answered, by the timeline."""

    done: dict[str, Instant] = field(default_factory=dict)
    answered: dict[str, Instant] = field(default_factory=dict)


def present_entry(compiled_map: CompiledMap, state: State, now: Instant, times: LastTimes) -> EntryPoint | None:
    """Returns where a customer enters who stands where the journey does; None if it has ended or hasn't begun.

    Of a step's occurrences the last counts. Plays that run, and what is paused or put off, can't be said.
    """
    stage = None if state.ended else _stage(compiled_map, state)
    if stage is None:
        return None
    situation = Situation(compiled_map, state, now)
    opened_at = state.stage(stage.stage.id).opened_at
    return EntryPoint(
        stage.stage.id,
        None if opened_at is None else _day(situation, None, opened_at),
        dict(_done(situation, times)),
        dict(_answered(situation, times)),
        _counts(situation, stage),
        tuple(_skipped(situation, stage)),
    )


def _stage(compiled_map: CompiledMap, state: State) -> CompiledStage | None:
    """The stage of the sequence that is open; where all are closed, the last that was."""
    sequence = [
        stage for stage in compiled_map.stages.values() if stage.in_sequence and state.stage(stage.stage.id).visits
    ]
    is_open = [stage for stage in sequence if state.stage(stage.stage.id).is_open]
    return next(reversed(is_open or sequence), None)


def _steps(situation: Situation) -> Iterator[CompiledStep]:
    for step in situation.compiled_map.steps.values():
        if step.container in situation.compiled_map.stages and not step.in_play:
            yield step


def _done(situation: Situation, times: LastTimes) -> Iterator[tuple[str, DoneBefore]]:
    for step in _steps(situation):
        record = situation.state.step(step.id)
        if record.status is StepStatus.DONE:
            at = times.done.get(step.id)
            yield step.id, DoneBefore(None if at is None else _day(situation, step, at), record.result)


def _answered(situation: Situation, times: LastTimes) -> Iterator[tuple[str, AnsweredBefore]]:
    for step in _steps(situation):
        record = situation.state.step(step.id)
        if record.status in _ANSWERED:
            at = times.answered.get(step.id)
            day = None if at is None else _day(situation, step, at)
            yield step.id, AnsweredBefore(str(record.status), record.value, day)


def _skipped(situation: Situation, stage: CompiledStage) -> Iterator[str]:
    """Steps that are over otherwise, and that would open again; those of earlier stages are over by themselves."""
    for step in _steps(situation):
        of = situation.compiled_map.stages[step.container]
        is_before = of.in_sequence and of.position < stage.position
        record = situation.state.step(step.id)
        if record.closed and not is_before and record.status not in (StepStatus.DONE, *_ANSWERED):
            yield step.id


def _counts(situation: Situation, stage: CompiledStage) -> dict[str, int]:
    """Events that steps of the open stage have counted, which aren't enough yet."""
    counts: dict[str, int] = {}
    for step in stage.steps:
        record = situation.state.step(step.id)
        for trigger in () if record.closed else step.triggers:
            if trigger.event and (count := record.counts.get(trigger.key, 0)):
                counts[trigger.event] = max(count, counts.get(trigger.event, 0))
    return counts


def _day(situation: Situation, step: CompiledStep | None, at: Instant) -> str:
    calendar = situation.compiled_map.ours if step is None else situation.calendar_of(step)
    return calendar.local(at).date().isoformat()
