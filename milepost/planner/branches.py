"""Branches: what follows. Starting plays, going to stages, ending, setting; and the ends that carry branches out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from milepost.language.steps import BranchItem
from milepost.planner import timeline
from milepost.planner.closings import close_stage, end_journey, end_play, start_over
from milepost.planner.compiled_map import CompiledPlay, CompiledStage
from milepost.planner.customer_changes import BY_THE_MAP, change_customer, with_attributes
from milepost.planner.deferred import GoTo, OpenStage, StartPlay
from milepost.planner.entry_bases import StagePlace, StepPlace
from milepost.planner.enums import (
    BlockReason,
    IgnoreReason,
    PlayEnding,
    PlayStatus,
    StageStatus,
    StartReason,
    SystemTaskReason,
)
from milepost.planner.facts import AttributesSet
from milepost.planner.situation import Situation
from milepost.planner.system_tasks import close_system_tasks
from milepost.planner.turn import Turn

Place = StepPlace | StagePlace | None


def carry_out(turn: Turn, branch: Iterable[BranchItem], place: Place) -> bool:
    """Do what a branch says, in its order; returns whether it moved the journey (`go_to` or `end`).

    `place` is the step or stage that leads there; None: a play does.
    While the journey is paused, `end` and `set` happen; `play` and `go_to` wait for the resume.
    """
    moved = False
    for item in branch:
        if turn.state.ended:
            return True
        if item.end is not None:
            end_journey(turn, item.end)
            moved = True
        elif item.set is not None:
            set_attributes(turn, _values(turn, item, place), BY_THE_MAP)
        elif item.play is not None:
            start_or_defer(turn, item.play, StartReason.BRANCH)
        elif item.go_to is not None:
            moved = True
            if turn.state.paused:
                turn.state.deferred.append(GoTo(item.go_to))
            else:
                go_to(turn, turn.compiled_map.stages[item.go_to])
    return moved


def _values(turn: Turn, item: BranchItem, place: Place) -> Mapping[str, Any]:
    """The values that a branch sets, with relative dates worked out; a date that isn't known gives none."""
    assert item.set is not None
    if not item.dates:
        return item.set
    values = dict(item.set)
    for name, relative in item.dates.items():
        day = turn.now.relative_date(relative, place.stage if place else None)
        if day is None:
            del values[name]
            turn.report(timeline.FactIgnored(turn.at, place, why=IgnoreReason.UNKNOWN, fact=AttributesSet.kind))
        else:
            values[name] = day.isoformat()
    return values


def start_or_defer(turn: Turn, play: str, why: StartReason) -> None:
    """Try to start a play now, or at the resume of a journey that is paused.

    Of the events that would start it one is kept: a product may send thousands in a long pause.
    """
    if not turn.state.paused:
        try_start(turn, turn.compiled_map.plays[play], why)
        return
    start = StartPlay(play, why)
    if why is not StartReason.EVENT or start not in turn.state.deferred:
        turn.state.deferred.append(start)


def set_attributes(turn: Turn, values: Mapping[str, Any], by: str | None) -> None:
    """Set attributes of the customer (None forgets one); waits for the customer's dates are worked out again."""
    change_customer(turn, with_attributes(turn.state.customer, values), by, values)
    dates = {*values, "started_on"} if "timezone" in values else set(values)
    if not turn.compiled_map.anchored.isdisjoint(dates):
        _work_out_anchors(turn, dates)


def _work_out_anchors(turn: Turn, values: Collection[str]) -> None:
    for step in turn.compiled_map.steps.values():
        if step.step.at is not None and step.step.at.attribute in values and not turn.state.step(step.id).forced:
            record = turn.state.step(step.id)
            if record.is_waiting and record.opens_at is not None:
                turn.edit_step(step.id).opens_at = None
    for stage in turn.compiled_map.stages.values():
        if stage.stage.opens and stage.stage.opens.at and stage.stage.opens.at.attribute in values:
            plan_opening(turn, stage)


# Stages.


def open_stage(turn: Turn, stage: CompiledStage) -> None:
    """Open a stage on a new visit: all its steps start over.

    A journey that is to move at its next stage leaves that to the move.
    """
    if turn.state.moving_to is not None and stage.in_sequence:
        turn.state.deferred.append(OpenStage(stage.stage.id))
        turn.moves_at = turn.at
        return
    start_over(turn, stage.steps, is_first=turn.state.stage(stage.stage.id).visits == 0)
    record = turn.edit_stage(stage.stage.id)
    record.status = StageStatus.OPEN
    record.visits += 1
    record.opened_at, record.closed_at, record.opens_at = turn.at, None, None
    record.dates = _dates_of_visit(turn, stage)
    target = stage.stage.target
    record.target_at = turn.compiled_map.ours.deadline(turn.at, target) if target else None
    record.rule = str(target) if target else None
    turn.state.idle = False
    close_system_tasks(turn, SystemTaskReason.IDLE)
    turn.report(timeline.StageOpened(turn.at, stage.stage.id))


def _dates_of_visit(turn: Turn, stage: CompiledStage) -> dict[str, str]:
    """The customer's date that a visit is for, by its attribute; empty where the stage opens at none."""
    opens = stage.stage.opens
    if opens is None or opens.at is None:
        return {}
    day = turn.now.customer_date(opens.at.attribute)
    return {} if day is None else {opens.at.attribute: day.isoformat()}


def open_or_defer(turn: Turn, stage: CompiledStage) -> None:
    """Open a stage now, or at the resume of a journey that is paused."""
    if turn.state.paused:
        turn.state.deferred.append(OpenStage(stage.stage.id))
    else:
        open_stage(turn, stage)


def finish_stage(turn: Turn, stage: CompiledStage) -> None:
    """Close a stage whose steps are all closed, carry out its branch, and open the next of the sequence."""
    close_stage(turn, stage, "stage_closed")
    plan_opening(turn, stage)
    if carry_out(turn, stage.stage.then, StagePlace(stage.stage.id)) or not stage.in_sequence:
        return
    following = turn.compiled_map.next_in_sequence(stage.stage.id)
    if following is not None:
        open_stage(turn, turn.compiled_map.stages[following])


def go_to(turn: Turn, stage: CompiledStage) -> None:
    """Leave every open stage of the sequence for this one; a stage with `opens` opens beside them instead."""
    for other_id, other in turn.compiled_map.stages.items():
        is_open = turn.state.stage(other_id).is_open
        if is_open and (other is stage or (stage.in_sequence and other.in_sequence)):
            close_stage(turn, other, "go_to")
    open_stage(turn, stage)


def plan_opening(turn: Turn, stage: CompiledStage) -> None:
    """Work out when a stage with an anchor opens: the first time even if that is past, again only if it lies ahead."""
    opens = stage.stage.opens
    record = turn.state.stage(stage.stage.id)
    if record.is_open:
        return
    if stage.in_sequence or opens is None or opens.at is None:
        if record.opens_at is not None:
            turn.edit_stage(stage.stage.id).opens_at = None  # in another version it opened on a date
        return
    at = turn.now.anchor_instant(turn.compiled_map.ours, opens.at)
    again = record.visits > 0 and at != record.opens_at  # what fell due in a pause is still to come
    passed = record.opened_for is not None and at is not None and at <= record.opened_for
    if at is None or passed or (again and at <= turn.at):
        at = None
    if at != record.opens_at:
        turn.edit_stage(stage.stage.id).opens_at = at


# Plays.


def try_start(turn: Turn, play: CompiledPlay, why: StartReason, conditions: Iterable[str] = ()) -> bool:
    """Start a play, unless it is open, cooling down, or `only_if` isn't true; `conditions` are those that ask for it.

    What blocks it is reported, and a blocked start is kept to be tried again; returns whether it started.
    """
    blocked = blocked_by(turn.now, play)
    if blocked is not None:
        turn.report(timeline.PlayBlocked(turn.at, play.play.id, why=blocked))
        if blocked is not BlockReason.OPEN:
            _keep_start(turn, play, why, conditions)
        return False
    _start(turn, play, why)
    return True


def _keep_start(turn: Turn, play: CompiledPlay, why: StartReason, conditions: Iterable[str]) -> None:
    """Keep one start a play. What an event, a branch or a fact asks for is kept whatever the conditions say then."""
    record = turn.edit_play(play.play.id)
    by_condition = why is StartReason.CONDITION
    if by_condition and record.kept not in (None, StartReason.CONDITION):
        return
    record.kept, record.kept_for = why, sorted({*record.kept_for, *conditions}) if by_condition else []


def is_start_wanted(now: Situation, play: CompiledPlay) -> bool:
    """Returns whether a start that was kept still counts: one that only conditions gave, while one of them is true."""
    record = now.state.play(play.play.id)
    if record.kept is not StartReason.CONDITION:
        return record.kept is not None
    return any(
        now.is_true(trigger.alone)
        for trigger in play.starts_when
        if trigger.alone and (not record.kept_for or trigger.key in record.kept_for)
    )


def drop_kept_start(turn: Turn, play: CompiledPlay) -> None:
    """Forget a start that was kept."""
    record = turn.edit_play(play.play.id)
    record.kept, record.kept_for = None, []


def blocked_by(now: Situation, play: CompiledPlay) -> BlockReason | None:
    """Returns the reason that keeps a play from starting now; None: it can start."""
    record = now.state.play(play.play.id)
    if record.is_open:
        return BlockReason.OPEN
    if record.cooldown_until is not None and now.at < record.cooldown_until:
        return BlockReason.COOLDOWN
    if play.only_if is not None and not now.is_true(play.only_if):
        return BlockReason.ONLY_IF
    return None


def _start(turn: Turn, play: CompiledPlay, why: StartReason) -> None:
    start_over(turn, play.steps, is_first=turn.state.play(play.play.id).instances == 0)
    record = turn.edit_play(play.play.id)
    record.status = PlayStatus.OPEN
    record.instances += 1
    record.started_at = turn.at
    record.cooldown_until = None
    record.kept, record.kept_for = None, []
    deadline = play.play.deadline
    record.deadline_at = turn.compiled_map.ours.deadline(turn.at, deadline) if deadline else None
    record.rule = str(deadline) if deadline else None
    turn.state.idle = False
    close_system_tasks(turn, SystemTaskReason.IDLE)
    turn.report(timeline.PlayStarted(turn.at, play.play.id, why=why))
    record.end_counts = {}
    record.end_truths = {trigger.key: turn.now.is_true(trigger.alone) for trigger in play.ends_when if trigger.alone}


def finish_play(turn: Turn, play: CompiledPlay, why: PlayEnding) -> None:
    """End a play and carry out where it leads: `on_deadline` if that ended it, then `then`."""
    end_play(turn, play, why)
    if why is PlayEnding.DEADLINE:
        carry_out(turn, play.play.on_deadline, None)
    if not turn.state.ended:
        carry_out(turn, play.play.then, None)
