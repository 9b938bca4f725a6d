"""Moving an open journey to another version of its map: state is kept by id, what is gone is withdrawn."""

from __future__ import annotations

from typing import Any

from milepost.language.steps import Outcome
from milepost.planner import timeline
from milepost.planner.branches import open_or_defer, open_stage, plan_opening
from milepost.planner.commands import CloseTask
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.deadlines import change_due
from milepost.planner.deferred import OpenStage
from milepost.planner.entry_bases import StepPlace
from milepost.planner.enums import MessageReason, StepKind, StepStatus, SystemTaskReason, TaskStatus
from milepost.planner.ids import TaskId
from milepost.planner.instants import Instant
from milepost.planner.messages import drop, drop_of_step
from milepost.planner.pause_shift import due_by_map
from milepost.planner.request_tasks import withdraw_request
from milepost.planner.state import Queued, StepState
from milepost.planner.steps import repeat_ahead, repeat_instant
from milepost.planner.system_tasks import close_system_tasks
from milepost.planner.turn import Turn
from milepost.planner.version_rename import rename
from milepost.planner.waited import Waited


def move(turn: Turn, version: str) -> None:
    """Move the journey to the turn's map: withdraw what is gone, work out again what waits."""
    turn.report(timeline.MapChanged(turn.at, from_=turn.state.version, to=version))
    turn.state.version, turn.state.moving_to = version, None
    turn.invalidate_all()
    rename(turn)
    stood_there = _withdraw_what_is_gone(turn)
    for step in turn.compiled_map.steps.values():
        if step.id in turn.state.steps:
            _carry_over(turn, step)
    _forget_triggers(turn)
    for stage in turn.compiled_map.stages.values():
        plan_opening(turn, stage)
    if _open_awaited(turn) or stood_there:
        _stand_somewhere(turn)


def stay(turn: Turn) -> None:
    """Take back a move that waits for the next stage; a stage that waits for the move opens."""
    turn.state.moving_to = None
    _open_awaited(turn)


def _open_awaited(turn: Turn) -> bool:
    """Open the stages that waited for the move; returns whether one of them is gone. A pause keeps them."""
    state = turn.state
    if state.paused:
        return False
    awaited = [item.stage for item in state.deferred if isinstance(item, OpenStage)]
    state.deferred = [item for item in state.deferred if not isinstance(item, OpenStage)]
    stages = turn.compiled_map.stages
    for stage in awaited:
        if stage in stages and not state.stage(stage).is_open:
            open_stage(turn, stages[stage])
    return not stages.keys() >= set(awaited)


def _withdraw_what_is_gone(turn: Turn) -> bool:
    """Withdraw what the new version has no more; returns whether the customer stood in a stage that is gone."""
    state, compiled_map = turn.state, turn.compiled_map
    stood_there = False
    for queued in list(state.queue):
        _reword(turn, queued)
    for step_id in [each for each in state.steps if each not in compiled_map.steps]:
        record = state.steps[step_id]
        withdraw_request(turn, step_id)
        if record.is_open:
            turn.order(CloseTask(str(TaskId(step_id, record.occurrence)), TaskStatus.WITHDRAWN, turn.at))
            place = StepPlace(None, None, step_id, record.occurrence)
            turn.report(timeline.StepWithdrawn(turn.at, place, why="map_changed"))
        if record.is_open or record.is_waiting or record.status is StepStatus.WITHDRAWN:
            turn.put_step(step_id, _numbered(record))  # it may come back
        elif record.timers:
            turn.edit_step(step_id).timers = {}
    for stage_id in [each for each in state.stages if each not in compiled_map.stages]:
        turn.invalidate(("stage", stage_id))
        close_system_tasks(turn, SystemTaskReason.STUCK, stage_id)
        if state.stages.pop(stage_id).is_open:
            stood_there = True
            turn.report(timeline.StageClosed(turn.at, stage_id, why="map_changed"))
    for play_id in [each for each in state.plays if each not in compiled_map.plays]:
        turn.invalidate(("play", play_id))
        if state.plays.pop(play_id).is_open:
            turn.report(timeline.PlayEnded(turn.at, play_id, why="map_changed"))
    for step_id in [each for each in state.agreed if each not in compiled_map.steps]:
        del state.agreed[step_id]
    return stood_there


def _reword(turn: Turn, queued: Queued) -> None:
    """Give a message that waits the words of the new version; where that has none for it, it is dropped."""
    step = turn.compiled_map.steps.get(queued.step)
    if queued.reason is MessageReason.POINTER:
        if queued.template not in {each.message for each in turn.compiled_map.map.pointers.values()}:
            drop(turn, queued, "map_changed")
        return
    if queued.reason.is_ours:
        return
    template = None
    if step is not None:
        template = step.reminder_template if queued.reason is MessageReason.REMINDER else step.template
    if template is None:
        drop(turn, queued, "map_changed")
    else:
        queued.template = template


def _carry_over(turn: Turn, step: CompiledStep) -> None:
    """Carry a step's state over; the new version says when it opens, repeats and is due."""
    record = turn.state.step(step.id)
    if _is_another(turn, step):
        _begin_again(turn, step, record)
        return
    _carry_over_repeats(turn, step)
    if record.is_waiting:
        _carry_over_opening(turn, step, record)
    elif record.is_open and not isinstance(step.step, Outcome):
        _carry_over_due(turn, step, record)


def _carry_over_opening(turn: Turn, step: CompiledStep, record: StepState) -> None:
    """Work out again when the step opens if the map says otherwise now; one that was reopened opens in any case."""
    if not record.forced and record.opens_at is not None and record.rule != step.opening_rule:
        turn.edit_step(step.id).opens_at = None


def _carry_over_due(turn: Turn, step: CompiledStep, record: StepState) -> None:
    """Work out a due date again, from the opening, if the map says otherwise now.

    One that people agreed on stays, and none moves into the past.
    """
    if record.reminders and not step.reminders:
        turn.edit_step(step.id).reminders = {}
    if record.due_agreed or record.opened_at is None or record.rule == step.due_rule:
        return
    due = due_by_map(turn.now, step, record.opened_at)
    if due is None or due > turn.at:
        turn.edit_step(step.id).rule = step.due_rule
        if due != record.due_at:
            change_due(turn, step, due, "map_changed")


def _is_another(turn: Turn, step: CompiledStep) -> bool:
    """Returns whether this id names another step now: one of another kind, or in a stage or play that isn't open.

    Work that was done counts for a task, a mail and an action alike, wherever the step stands now. What was withdrawn
    wasn't done.
    """
    record, is_container_open = turn.state.step(step.id), turn.now.is_container_open(step)
    if record.is_open:
        return record.kind != step.kind or not is_container_open
    if record.status is StepStatus.WITHDRAWN:
        return is_container_open
    return record.closed and record.kind != step.kind and StepKind.OUTCOME in (record.kind, step.kind)


def _begin_again(turn: Turn, step: CompiledStep, record: StepState) -> None:
    """Let a step wait that has only its id in common with the one before."""
    if record.is_open:
        if record.kind is StepKind.TASK:
            turn.order(CloseTask(str(TaskId(step.id, record.occurrence)), TaskStatus.WITHDRAWN, turn.at))
        turn.report(timeline.StepWithdrawn(turn.at, turn.place(step), why="map_changed"))
    drop_of_step(turn, step.id, "map_changed")
    turn.put_step(step.id, _numbered(record))


def _forget_triggers(turn: Turn) -> None:
    """Forget what was counted and seen of triggers that the new version doesn't have there."""
    compiled_map, state = turn.compiled_map, turn.state
    for step_id, step in compiled_map.steps.items():
        if _has_others(step.triggers, state.step(step_id).counts):
            _keep_only(step.triggers, turn.edit_step(step_id).counts)
    for stage_id, stage in compiled_map.stages.items():
        if _has_others(stage.triggers, state.stage(stage_id).counts, state.stage(stage_id).truths):
            record = turn.edit_stage(stage_id)
            _keep_only(stage.triggers, record.counts, record.truths)
    for play_id, play in compiled_map.plays.items():
        old = state.play(play_id)
        if _has_others(play.starts_when, old.counts, old.truths):
            _keep_only(play.starts_when, turn.edit_play(play_id).counts, turn.edit_play(play_id).truths)
        if _has_others(play.ends_when, old.end_counts, old.end_truths):
            _keep_only(play.ends_when, turn.edit_play(play_id).end_counts, turn.edit_play(play_id).end_truths)


def _has_others(triggers: tuple[Waited, ...], *tables: dict[str, Any]) -> bool:
    return any(tables) and any(table.keys() - {trigger.key for trigger in triggers} for table in tables)


def _keep_only(triggers: tuple[Waited, ...], *tables: dict[str, Any]) -> None:
    keys = {trigger.key for trigger in triggers}
    for table in tables:
        for key in table.keys() - keys:
            del table[key]


def _numbered(record: StepState) -> StepState:
    """A step that waits, and goes on being numbered."""
    return StepState(occurrence=record.occurrence, answers=record.answers)


def _carry_over_repeats(turn: Turn, step: CompiledStep) -> None:
    """Repeat as the new version says, from the first opening of this visit; what is past by now is not made up.

    What stands in a stage or play that isn't open repeats no longer.
    """
    record = turn.state.step(step.id)
    if step.every is None or not turn.now.is_container_open(step):
        if "repeat" in record.timers:
            record = turn.edit_step(step.id)
            del record.timers["repeat"]
            record.repeat_base, record.repeats, record.pace = None, 0, None
    elif record.repeat_base is not None:
        if record.pace != step.pace:
            _repeat_from(turn, step, record.repeat_base)
    elif not record.is_waiting:
        _repeat_from(turn, step, record.opened_at)


def _repeat_from(turn: Turn, step: CompiledStep, first: Instant | None) -> None:
    record = turn.edit_step(step.id)
    record.repeat_base, record.repeats, record.pace = turn.at if first is None else first, 1, step.pace
    record.timers["repeat"] = repeat_instant(turn, step, record)
    repeat_ahead(turn, step, record)


def _stand_somewhere(turn: Turn) -> None:
    """A customer whose stage is gone goes on in the first stage of the sequence that it has not been in."""
    compiled_map, state = turn.compiled_map, turn.state
    sequence = [stage_id for stage_id, stage in compiled_map.stages.items() if stage.in_sequence]
    if any(state.stage(stage_id).is_open for stage_id in sequence):
        return
    for stage_id in sequence:
        if state.stage(stage_id).visits == 0:
            open_or_defer(turn, compiled_map.stages[stage_id])
            return
