"""How a customer enters a journey in the middle: what lies before is played silently, up to the start.

Nothing of it is late, sends a message, or leads anywhere. What opens at the start is an opening like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from milepost.planner.branches import open_stage, plan_opening
from milepost.planner.closings import settle_step
from milepost.planner.commands import RecordAnswer
from milepost.planner.compiled_map import CompiledMap, CompiledStage
from milepost.planner.entry_checks import with_stage
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.entry_under_way import go_on, instant_of, wait_since
from milepost.planner.enums import StageStatus, StepStatus
from milepost.planner.ids import AnswerId
from milepost.planner.instants import Instant
from milepost.planner.steps import repeat_ahead, repeat_instant
from milepost.planner.timeline import Entry, JourneyStarted, OutcomeAnswered, StageOpened, StepDone, StepSkipped
from milepost.planner.turn import Turn

BEFORE = "before"
"""Why a step of an earlier stage is skipped, or one that was skipped before."""


def enter(turn: Turn, entry: EntryPoint, start: JourneyStart) -> None:
    """Begin a journey where the customer stands: close what lies before, open the stage that it is in."""
    state, compiled_map = turn.state, turn.compiled_map
    entry = with_stage(compiled_map, entry)
    since = instant_of(compiled_map.ours, entry.since, turn.at)
    before = stages_before(compiled_map, entry.stage)
    lines = [*_done(turn, entry), *_answered(turn, entry), *_skipped(turn, before, entry.skipped)]
    turn.report(
        JourneyStarted(
            turn.at,
            map=state.map,
            version=state.version,
            stage=entry.stage,
            since=since,
            again=start.again,
            by=start.by,
        )
    )
    for line in sorted(lines, key=lambda each: each.at):
        turn.report(line)
    for stage in before:
        record = turn.edit_stage(stage.stage.id)
        record.status, record.visits = StageStatus.CLOSED, 1
    _count(turn, entry)
    _open(turn, entry, compiled_map.stages[entry.stage], since)
    _open_by_date(turn)
    go_on(turn, entry)
    _note_what_is_true(turn)


def stages_before(compiled_map: CompiledMap, stage_id: str) -> list[CompiledStage]:
    """The stages of the sequence before one of it."""
    position = compiled_map.stages[stage_id].position
    return [stage for stage in compiled_map.stages.values() if stage.in_sequence and stage.position < position]


def _done(turn: Turn, entry: EntryPoint) -> Iterator[Entry]:
    for step_id, each in entry.done.items():
        step = turn.compiled_map.steps[step_id]
        at = instant_of(turn.now.calendar_of(step), each.at, turn.at)
        record = settle_step(turn, step, StepStatus.DONE)
        record.result = each.result
        if step.every is not None and step.container == entry.stage:
            record.repeat_base, record.repeats, record.pace = at, 1, step.pace
            record.timers["repeat"] = repeat_instant(turn, step, record)
            repeat_ahead(turn, step, record)
        yield StepDone(at, turn.place(step), result=each.result)


def _answered(turn: Turn, entry: EntryPoint) -> Iterator[Entry]:
    for outcome, each in entry.outcomes.items():
        step = turn.compiled_map.steps[outcome]
        at = instant_of(turn.now.calendar_of(step), each.at, turn.at)
        verdict = StepStatus(each.verdict)
        record = settle_step(turn, step, verdict)
        record.verdict, record.value, record.answers = verdict, each.value, 1
        answer = str(AnswerId(outcome, record.occurrence, 1))
        turn.order(RecordAnswer(answer, outcome, record.occurrence, at, verdict, None, None, each.value, None, None))
        yield OutcomeAnswered(at, turn.place(step), verdict=verdict, value=each.value)


def _skipped(turn: Turn, before: list[CompiledStage], named: Iterable[str]) -> Iterator[Entry]:
    for step in (*(step for stage in before for step in stage.steps), *map(turn.compiled_map.steps.__getitem__, named)):
        if not turn.state.step(step.id).closed:
            settle_step(turn, step, StepStatus.SKIPPED)
            yield StepSkipped(turn.at, turn.place(step), why=BEFORE)


def _count(turn: Turn, entry: EntryPoint) -> None:
    """Let events count that came before the start; what would start a play or open a stage needs one more."""
    for step in turn.compiled_map.steps.values():
        for trigger in step.triggers:
            count = min(entry.counts.get(trigger.event or "", 0), trigger.count)
            if count and not turn.state.step(step.id).closed:
                turn.edit_step(step.id).counts[trigger.key] = count
    for stage_id, stage in turn.compiled_map.stages.items():
        for trigger in stage.triggers:
            if count := min(entry.counts.get(trigger.event or "", 0), trigger.count - 1):
                turn.edit_stage(stage_id).counts[trigger.key] = count
    for play_id, play in turn.compiled_map.plays.items():
        for trigger in play.starts_when:
            if count := min(entry.counts.get(trigger.event or "", 0), trigger.count - 1):
                turn.edit_play(play_id).counts[trigger.key] = count


def _open(turn: Turn, entry: EntryPoint, stage: CompiledStage, since: Instant) -> None:
    """Open the stage that the customer is in; its target and the waits of its steps count from when it entered."""
    record = turn.edit_stage(stage.stage.id)
    record.status, record.visits, record.opened_at = StageStatus.OPEN, 1, since
    target = stage.stage.target
    record.target_at = turn.compiled_map.ours.deadline(since, target) if target else None
    record.rule = str(target) if target else None
    turn.report(StageOpened(turn.at, stage.stage.id))
    wait_since(turn, entry, stage.steps, since)


def _open_by_date(turn: Turn) -> None:
    """Plan the stages that open at a date: one whose date is past opens only within its target."""
    ours = turn.compiled_map.ours
    for stage_id, stage in turn.compiled_map.stages.items():
        opens = stage.stage.opens
        anchor = turn.now.anchor_instant(ours, opens.at) if opens and opens.at and not stage.in_sequence else None
        if anchor is None or anchor > turn.at:
            plan_opening(turn, stage)
            continue
        turn.edit_stage(stage_id).opened_for = anchor
        ends = ours.deadline(anchor, stage.stage.target) if stage.stage.target else turn.at
        if ends > turn.at:
            open_stage(turn, stage)
            turn.edit_stage(stage_id).target_at = ends


def _note_what_is_true(turn: Turn) -> None:
    """Take conditions that are true at the start for what they were before: none turns true by entering."""
    for play_id, play in turn.compiled_map.plays.items():
        for trigger in play.starts_when:
            if trigger.alone is not None and turn.now.is_true(trigger.alone):
                turn.edit_play(play_id).truths[trigger.key] = True
