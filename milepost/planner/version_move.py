"""Moving an open journey to another version of its map: state is kept by id, what is gone is withdrawn."""

from __future__ import annotations

from milepost.language.model import Outcome
from milepost.planner import timeline
from milepost.planner.branches import open_stage, plan_opening
from milepost.planner.commands import CloseTask
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.deadlines import change, first_due
from milepost.planner.instants import Instant
from milepost.planner.messages import drop, drop_of_step
from milepost.planner.state import Queued, StepState
from milepost.planner.steps import repeat_ahead, repeat_instant
from milepost.planner.system_tasks import close_system_tasks
from milepost.planner.turn import Turn


def move(turn: Turn, version: str) -> None:
    """Go on with the turn's chart, whose version is new: withdraw what is gone, work out anew what waits."""
    turn.report(timeline.MapChanged(turn.at, from_=turn.state.version, to=version))
    turn.state.version = version
    turn.look_anew()
    stood_there = _withdraw_what_is_gone(turn)
    for step in turn.compiled_map.steps.values():
        if step.id in turn.state.steps:
            _carry_over(turn, step)
    for stage in turn.compiled_map.stages.values():
        plan_opening(turn, stage)
    if stood_there:
        _stand_somewhere(turn)


def _withdraw_what_is_gone(turn: Turn) -> bool:
    """Withdraw what the new version has no more; returns whether the customer stood in a stage that is gone."""
    state, compiled_map = turn.state, turn.compiled_map
    stood_there = False
    for queued in list(state.queue):
        _word_anew(turn, queued)
    for step_id in [known for known in state.steps if known not in compiled_map.steps]:
        record = state.steps[step_id]
        if record.is_open:
            turn.order(CloseTask(f"{step_id}/{record.occurrence}", "withdrawn"))
            place = timeline.StepPlace(None, None, step_id, record.occurrence)
            turn.report(timeline.StepWithdrawn(turn.at, place, why="map_changed"))
        turn.put_step(step_id, StepState(occurrence=record.occurrence, answers=record.answers))  # it may come back
    for stage_id in [known for known in state.stages if known not in compiled_map.stages]:
        turn.changed(("stage", stage_id))
        close_system_tasks(turn, "stuck", stage_id)
        if state.stages.pop(stage_id).status == "open":
            stood_there = True
            turn.report(timeline.StageClosed(turn.at, stage_id, why="map_changed"))
    for play_id in [known for known in state.plays if known not in compiled_map.plays]:
        turn.changed(("play", play_id))
        if state.plays.pop(play_id).status == "open":
            turn.report(timeline.PlayEnded(turn.at, play_id, why="map_changed"))
    for step_id in [known for known in state.agreed if known not in compiled_map.steps]:
        del state.agreed[step_id]
    return stood_there


def _word_anew(turn: Turn, queued: Queued) -> None:
    """Let a message that waits say what the new version says; without words in it, it is dropped."""
    step = turn.compiled_map.steps.get(queued.step)
    template = None
    if step is not None:
        template = step.reminder_template if queued.reason == "reminder" else step.template
    if template is None:
        drop(turn, queued, "map_changed")
    else:
        queued.template = template


def _carry_over(turn: Turn, step: CompiledStep) -> None:
    record = turn.state.step(step.id)
    if _is_another(turn, step):
        _begin_anew(turn, step, record)
        return
    if record.status == "waiting" and not record.forced and record.opens_at is not None:
        turn.edit_step(step.id).opens_at = None  # worked out anew from when it became ready
    if turn.is_container_open(step):
        _carry_over_repeats(turn, step)
    if record.reminders and not step.reminders and not isinstance(step.step, Outcome):
        turn.edit_step(step.id).reminders = []
    if not record.is_open or record.due_agreed or isinstance(step.step, Outcome) or record.opened_at is None:
        return
    now, turn.at = turn.at, record.opened_at
    due, _ = first_due(turn, step)
    turn.at = now
    if due is not None and record.shifted:
        due = turn.calendar_of(step).shifted(due, record.shifted, exact=False)
    if due != record.due_at and (due is None or due > turn.at):
        change(turn, step, due, "map_changed")


def _is_another(turn: Turn, step: CompiledStep) -> bool:
    """Whether the step under this id is another one now: of another kind, or in a stage or play that is not open.

    What somebody did counts for a task, a mail and an action alike.
    """
    record = turn.state.step(step.id)
    if record.is_open:
        return record.kind != step.kind or not turn.is_container_open(step)
    return record.closed and record.kind != step.kind and "outcome" in (record.kind, step.kind)


def _begin_anew(turn: Turn, step: CompiledStep, record: StepState) -> None:
    """Let a step wait that has only its id in common with the one before."""
    if record.is_open:
        if record.kind == "task":
            turn.order(CloseTask(f"{step.id}/{record.occurrence}", "withdrawn"))
        turn.report(timeline.StepWithdrawn(turn.at, turn.place(step), why="map_changed"))
    drop_of_step(turn, step.id, "map_changed")
    turn.put_step(step.id, StepState(occurrence=record.occurrence, answers=record.answers))


def _carry_over_repeats(turn: Turn, step: CompiledStep) -> None:
    """Repeat as the new version says, from the first opening of this visit; what is past by now is not made up."""
    record = turn.state.step(step.id)
    repeats = record.repeat_base is not None
    if step.every is None:
        if repeats:
            record = turn.edit_step(step.id)
            record.timers.pop("repeat", None)
            record.repeat_base, record.repeats = None, 0
    elif repeats:
        if record.timers.get("repeat") != repeat_instant(turn, step, record):
            _repeat_from(turn, step, record.repeat_base)
    elif record.status != "waiting":
        _repeat_from(turn, step, record.opened_at)


def _repeat_from(turn: Turn, step: CompiledStep, first: Instant | None) -> None:
    record = turn.edit_step(step.id)
    record.repeat_base, record.repeats = turn.at if first is None else first, 1
    record.timers["repeat"] = repeat_instant(turn, step, record)
    repeat_ahead(turn, step, record)


def _stand_somewhere(turn: Turn) -> None:
    """A customer whose stage is gone goes on in the first stage of the sequence that it has not been in."""
    compiled_map, state = turn.compiled_map, turn.state
    sequence = [stage_id for stage_id, stage in compiled_map.stages.items() if stage.in_sequence]
    if any(state.stage(stage_id).status == "open" for stage_id in sequence):
        return
    for stage_id in sequence:
        if state.stage(stage_id).visits == 0:
            if turn.paused:
                state.deferred.append({"open": stage_id})
            else:
                open_stage(turn, compiled_map.stages[stage_id])
            return
