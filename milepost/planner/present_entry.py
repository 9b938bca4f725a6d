"""Where a journey stands now, as the entry of another journey: what an export writes, and an import plays silently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from milepost.planner.agreements import agreed_time, as_told
from milepost.planner.compiled_map import CompiledMap, CompiledStage, CompiledStep
from milepost.planner.entry_point import AnsweredBefore, DoneBefore, EntryPoint, OpenBefore
from milepost.planner.enums import MessageReason, StepKind, StepStatus
from milepost.planner.instants import Instant, text
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

    Of a step's occurrences the last counts. What is put off, and how a play that is over cools down, can't be said.
    Steps whose mail hasn't gone yet are left to open once more.
    """
    stage = None if state.ended else _stage(compiled_map, state)
    if stage is None:
        return None
    situation = Situation(compiled_map, state, now)
    opened_at = state.stage(stage.stage.id).opened_at
    return EntryPoint(
        stage.stage.id,
        None if opened_at is None else text(opened_at),
        dict(_done(situation, times)),
        dict(_answered(situation, times)),
        _counts(situation, stage),
        tuple(_skipped(situation, stage)),
        dict(_plays(situation)),
        dict(_open(situation)),
        dict(_agreed(situation)),
        None if state.paused_at is None else text(state.paused_at),
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
        if step.in_play and not situation.is_container_open(step):
            continue
        if step.container:
            yield step


def _plays(situation: Situation) -> Iterator[tuple[str, str | None]]:
    for play_id in situation.compiled_map.plays:
        record = situation.state.play(play_id)
        if record.is_open:
            yield play_id, None if record.started_at is None else text(record.started_at)


def _open(situation: Situation) -> Iterator[tuple[str, OpenBefore]]:
    to_come = {queued.step for queued in situation.state.queue if queued.reason is not MessageReason.REMINDER}
    for step in _steps(situation):
        record = situation.state.step(step.id)
        is_to_be_asked = step.kind is StepKind.OUTCOME and record.status is not StepStatus.ASKED
        if record.is_open and step.id not in to_come and not is_to_be_asked:
            since = record.asked_at or record.opened_at or situation.at
            due = None if record.due_at is None or record.due_agreed else text(record.due_at)
            yield step.id, OpenBefore(text(since), due)


def _agreed(situation: Situation) -> Iterator[tuple[str, dict[str, Any]]]:
    for step in situation.compiled_map.steps.values():
        if not step.container:
            continue  # a task that was added to this journey alone
        record = situation.state.step(step.id)
        agreed = as_told(situation.state.agreed.get(step.id, {}))
        if record.is_open and record.person is not None:
            agreed["person"] = record.person
        if record.is_open and record.due_agreed and record.due_at is not None:
            agreed |= _date(situation, step, record.due_at)
        if agreed:
            yield step.id, agreed


def _done(situation: Situation, times: LastTimes) -> Iterator[tuple[str, DoneBefore]]:
    for step in _steps(situation):
        record = situation.state.step(step.id)
        if record.status is StepStatus.DONE:
            at = times.done.get(step.id)
            yield step.id, DoneBefore(None if at is None else text(at), record.result)


def _answered(situation: Situation, times: LastTimes) -> Iterator[tuple[str, AnsweredBefore]]:
    for step in _steps(situation):
        record = situation.state.step(step.id)
        if record.status in _ANSWERED:
            at = times.answered.get(step.id)
            yield step.id, AnsweredBefore(str(record.status), record.value, None if at is None else text(at))


def _skipped(situation: Situation, stage: CompiledStage) -> Iterator[str]:
    """Steps that are over otherwise, and that would open again; those of earlier stages are over by themselves."""
    for step in _steps(situation):
        of = situation.compiled_map.stages.get(step.container)
        is_before = of is not None and of.in_sequence and of.position < stage.position
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


def _date(situation: Situation, step: CompiledStep, due: Instant) -> dict[str, Any]:
    """The date that people agreed on for an open step, with the time of day if they did on one."""
    agreed = agreed_time(situation.state, step.id)
    if agreed is not None:
        return {"at": text(agreed.at), **({} if agreed.minutes is None else {"minutes": agreed.minutes})}
    return {"due": situation.calendar_of(step).local(due).date().isoformat()}
