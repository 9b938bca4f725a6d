"""Runs the map's rules to a fixpoint: what follows from a change at the same instant, until nothing does.

One pass looks at conditions, closings and openings, in this order and each in the order of the file, and starts over
after the first thing that happens: conditions are looked at after every change.
"""

from __future__ import annotations

from milepost.planner.branches import (
    blocked_by,
    drop_kept_start,
    finish_play,
    finish_stage,
    is_start_wanted,
    open_or_defer,
    start_or_defer,
    try_start,
)
from milepost.planner.closings import AT_ITS_GOAL, end_journey
from milepost.planner.compiled_map import CompiledPlay, CompiledStage, CompiledStep, Watcher
from milepost.planner.deferred import Deferred, FinishPlay, OpenStage, StartPlay
from milepost.planner.enums import PlayEnding, StartReason, StepKind, SystemTaskReason
from milepost.planner.outcomes import verified_by_product
from milepost.planner.steps import finish_step, is_fulfilled, open_if_ready
from milepost.planner.system_tasks import close_system_tasks, open_system_task
from milepost.planner.turn import Turn
from milepost.planner.waited import Waited


def settle(turn: Turn) -> None:
    """Run the rules until nothing follows any more. While the journey is paused nothing closes, opens, starts or ends.

    Only what a change invalidated is looked at (`Turn.to_look`, `to_close`, `to_open`).
    """
    if not (turn.to_look or turn.to_close or turn.to_open):
        return
    turn.to_look.update(turn.compiled_map.time_dependent)
    while not turn.state.ended:
        if _conditions(turn):
            continue
        if turn.state.paused or not (turn.to_close or turn.to_open):
            return
        if not (_closings(turn) or _openings(turn) or _is_over(turn)):
            return


# Conditions.


def _conditions(turn: Turn) -> bool:
    watchers, waiting = turn.compiled_map.watchers, turn.to_look
    while waiting:
        place = min(waiting)
        waiting.remove(place)
        if _fires(turn, watchers[place]):
            waiting.add(place)
            return True
    return False


def _fires(turn: Turn, watcher: Watcher) -> bool:
    """Lets conditions and events act here; returns whether anything happened."""
    if isinstance(watcher, CompiledPlay):
        return _play_ends(turn, watcher) or _play_starts(turn, watcher)
    if isinstance(watcher, CompiledStep):
        return _step_fulfilled(turn, watcher)
    return _stage_called(turn, watcher)


def _step_fulfilled(turn: Turn, step: CompiledStep) -> bool:
    if not turn.state.step(step.id).is_open:
        return False
    if step.kind is StepKind.OUTCOME:
        return _verified(turn, step)
    if is_fulfilled(turn, step, step.triggers):
        finish_step(turn, step, by="product")
        return True
    return False


def _verified(turn: Turn, step: CompiledStep) -> bool:
    """Lets the product verify an outcome; returns whether it did. Once revoked, its conditions must turn true again."""
    events = tuple(trigger for trigger in step.triggers if trigger.event is not None)
    conditions = tuple(trigger for trigger in step.triggers if trigger.event is None)
    is_true = is_fulfilled(turn, step, conditions)
    if turn.state.step(step.id).must_turn and not is_true:
        turn.edit_step(step.id).must_turn = False
    if is_fulfilled(turn, step, events) or (is_true and not turn.state.step(step.id).must_turn):
        verified_by_product(turn, step)
        return True
    return False


def _stage_called(turn: Turn, stage: CompiledStage) -> bool:
    """Opens a stage whose trigger fires, unless it is open; returns whether one fired."""
    record = turn.state.stage(stage.stage.id)
    for trigger in stage.triggers:
        if not _turned(turn, trigger, record.counts, record.truths, ("stages", stage.stage.id)):
            continue
        if not record.is_open and turn.state.paused and trigger.event is None:
            turn.state.deferred.append(OpenStage(stage.stage.id, (trigger.key,)))
        elif not record.is_open:
            open_or_defer(turn, stage)
        return True
    return False


def _play_ends(turn: Turn, play: CompiledPlay) -> bool:
    record = turn.state.play(play.play.id)
    if not record.is_open or FinishPlay(play.play.id) in turn.state.deferred:
        return False
    for trigger in play.ends_when:
        if _turned(turn, trigger, record.end_counts, record.end_truths, ("plays_end", play.play.id)):
            if turn.state.paused:
                turn.state.deferred.append(FinishPlay(play.play.id))
            else:
                finish_play(turn, play, PlayEnding.ENDS_WHEN)
            return True
    return False


def _play_starts(turn: Turn, play: CompiledPlay) -> bool:
    play_id = play.play.id
    record = turn.state.play(play_id)
    fired = [
        trigger
        for trigger in play.starts_when
        if _turned(turn, trigger, record.counts, record.truths, ("plays", play_id))
    ]
    if not fired:
        return record.kept is not None and _kept_start(turn, play, record.kept)
    if any(trigger.event is not None for trigger in fired):
        start_or_defer(turn, play_id, StartReason.EVENT)
    elif turn.state.paused:
        _defer_condition(turn, play_id, {trigger.key for trigger in fired})
    else:
        try_start(turn, play, StartReason.CONDITION, [trigger.key for trigger in fired])
    return True


def _defer_condition(turn: Turn, play_id: str, triggers: set[str]) -> None:
    """Keep for the resume that conditions turned true in the pause: once a play, to be looked at again then."""
    others: list[Deferred] = []
    for item in turn.state.deferred:
        if isinstance(item, StartPlay) and item.play == play_id and item.triggers is not None:
            triggers.update(item.triggers)
        else:
            others.append(item)
    turn.state.deferred = [*others, StartPlay(play_id, StartReason.CONDITION, tuple(sorted(triggers)))]


def _kept_start(turn: Turn, play: CompiledPlay, kept: StartReason) -> bool:
    """Try a start that was blocked, once nothing blocks it any more; drop it if its condition isn't true then."""
    cools_down = turn.state.play(play.play.id).cooldown_until is not None
    if turn.state.paused or cools_down or blocked_by(turn.now, play) is not None:
        return False
    if not is_start_wanted(turn.now, play):
        drop_kept_start(turn, play)
        return False
    return try_start(turn, play, kept)


def _turned(
    turn: Turn, trigger: Waited, counts: dict[str, int], truths: dict[str, bool], where: tuple[str, str]
) -> bool:
    """Returns whether a trigger fires now: enough events counted since it last fired, or its condition turned true."""
    if trigger.event is not None:
        if counts.get(trigger.key, 0) < trigger.count:
            return False
        _table(turn, where, "counts").pop(trigger.key)
        return True
    assert trigger.condition is not None
    before = truths.get(trigger.key, False)
    now = turn.now.is_true(trigger.condition)
    if now != before:
        _table(turn, where, "truths")[trigger.key] = now
    return now and not before


def _table(turn: Turn, where: tuple[str, str], name: str) -> dict[str, object]:
    kind, key = where
    record: object = turn.edit_stage(key) if kind == "stages" else turn.edit_play(key)
    table: dict[str, object] = getattr(record, f"end_{name}" if kind == "plays_end" else name)
    return table


# Closings and openings.


def _closings(turn: Turn) -> bool:
    containers, waiting = turn.compiled_map.containers, turn.to_close
    while waiting:
        place = min(waiting)
        if _closes(turn, containers[place]):
            return True
        waiting.remove(place)
    return False


def _closes(turn: Turn, container: CompiledStage | CompiledPlay) -> bool:
    if isinstance(container, CompiledStage):
        if not turn.state.stage(container.stage.id).is_open or not _all_closed(turn, container):
            return False
        finish_stage(turn, container)
        return True
    record = turn.state.play(container.play.id)
    if not record.is_open or not _all_closed(turn, container):
        return False
    finish_play(turn, container, PlayEnding.COMPLETED)
    return True


def _all_closed(turn: Turn, container: CompiledStage | CompiledPlay) -> bool:
    """Returns whether there are required steps and all of them are closed."""
    steps = turn.state.steps
    for step in container.required:
        record = steps.get(step)
        if record is None or not record.closed:
            return False
    return bool(container.required)


def _openings(turn: Turn) -> bool:
    steps, waiting = turn.compiled_map.ordered, turn.to_open
    while waiting:
        place = min(waiting)
        waiting.remove(place)
        if turn.now.is_container_open(steps[place]) and open_if_ready(turn, steps[place]):
            waiting.add(place)
            return True
    return False


def _is_over(turn: Turn) -> bool:
    """End a journey with nothing open and nothing next; one that goes on gives the csm a task, once."""
    state = turn.state
    if turn.moves_at is not None:
        return False
    if any(stage.is_open for stage in state.stages.values()) or any(play.is_open for play in state.plays.values()):
        return False
    if not turn.compiled_map.goes_on:
        end_journey(turn, AT_ITS_GOAL)
        return True
    goes_on_later = (
        any(state.step(task).is_open for task in state.added)
        or any(stage.opens_at is not None for stage in state.stages.values())
        or any(play.kept is not None and play.cooldown_until is not None for play in state.plays.values())
    )
    if goes_on_later and state.idle:
        state.idle = False
        close_system_tasks(turn, SystemTaskReason.IDLE)
    elif not goes_on_later and not state.idle:
        state.idle = True
        open_system_task(turn, SystemTaskReason.IDLE, "")
    return False
