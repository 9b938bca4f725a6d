"""Renames what a journey knows by an earlier id, as it moves to a version that says so with `was`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from milepost.planner.commands import RenameStep
from milepost.planner.deferred import Deferred, FinishPlay, GoTo, MessageFailed, OpenStage, ReachOtherwise, StartPlay
from milepost.planner.enums import SystemTaskReason
from milepost.planner.ids import TaskId
from milepost.planner.state import State
from milepost.planner.system_tasks import REACH_OTHERWISE
from milepost.planner.turn import Turn

V = TypeVar("V")
Names = Mapping[str, str]
"""The new ids by the old ones."""

_ABOUT_A_STEP = (*REACH_OTHERWISE, SystemTaskReason.VALUE, SystemTaskReason.REQUEST)
_SPACES = {"step": ("steps", "results", "outcomes", "answers"), "stage": ("stages",), "play": ("plays",)}
"""Under which names conditions see steps, stages and plays."""


def rename(turn: Turn) -> None:
    """Carry over all that is under an earlier id; back again where the version that is moved to has only that."""
    earlier, compiled_map, state = turn.compiled_map.earlier_ids, turn.compiled_map, turn.state
    if not (earlier or state.renamed):
        return
    steps = _names(turn, "step", earlier.steps, compiled_map.steps)
    stages = _names(turn, "stage", earlier.stages, compiled_map.stages)
    plays = _names(turn, "play", earlier.plays, compiled_map.plays)
    _rename_steps(turn, steps)
    _rename_stages(turn, stages)
    _carry_over(turn, "play", state.plays, plays)
    state.deferred = [_deferred(item, steps, stages, plays) for item in state.deferred]
    _rename_in_triggers(turn, {"step": steps, "stage": stages, "play": plays})


def _names(turn: Turn, kind: str, earlier: Names, parts: Mapping[str, object]) -> dict[str, str]:
    """The new ids by the old ones, as the new version says, or as an earlier move noted them."""
    noted = turn.state.renamed.get(kind, {})
    back = {new: old for new, old in noted.items() if new not in parts and old in parts}
    return {**earlier, **back}


def _carry_over(turn: Turn, kind: str, records: dict[str, V], names: Names) -> None:
    """Put records under their new ids, and note the old ones for the way back; a new id that has a record keeps it."""
    for old, new in names.items():
        if old in records and new not in records:
            records[new] = records.pop(old)
            turn.invalidate((kind, old))
            turn.invalidate((kind, new))
            turn.state.renamed = {**turn.state.renamed, kind: {**turn.state.renamed.get(kind, {}), new: old}}


def _rename_steps(turn: Turn, names: Names) -> None:
    state = turn.state
    for old, new in names.items():
        if old in state.steps and new not in state.steps:
            turn.order(RenameStep(old, new))
    _carry_over(turn, "step", state.steps, names)
    _carry_over(turn, "step", state.agreed, names)
    _carry_over(turn, "step", state.answers, names)
    _rename_invitations(state, names)
    for queued in state.queue:
        new = names.get(queued.step, queued.step)
        queued.step, queued.message = new, replace(queued.message, step=new)
    _rename_tasks(turn, _ABOUT_A_STEP, names)


def _rename_invitations(state: State, names: Names) -> None:
    for key, invitation in list(state.invitations.items()):
        step = names.get(invitation.step, invitation.step)
        del state.invitations[key]
        state.invitations[str(TaskId(step, invitation.occurrence))] = replace(invitation, step=step)


def _rename_stages(turn: Turn, names: Names) -> None:
    _carry_over(turn, "stage", turn.state.stages, names)
    _rename_tasks(turn, (SystemTaskReason.STUCK,), names)


def _rename_tasks(turn: Turn, reasons: Collection[SystemTaskReason], names: Names) -> None:
    for task, record in turn.state.tasks.items():
        if record.why in reasons and record.about in names:
            turn.state.tasks[task] = replace(record, about=names[record.about])


def _deferred(item: Deferred, steps: Names, stages: Names, plays: Names) -> Deferred:
    match item:
        case OpenStage() | GoTo():
            return replace(item, stage=stages.get(item.stage, item.stage))
        case StartPlay() | FinishPlay():
            return replace(item, play=plays.get(item.play, item.play))
        case MessageFailed() | ReachOtherwise():
            return replace(item, message=replace(item.message, step=steps.get(item.message.step, item.message.step)))


def _rename_in_triggers(turn: Turn, names: Mapping[str, Names]) -> None:
    """Know triggers again whose conditions name what was renamed."""
    state = turn.state
    spaces = ((space, ids) for kind, ids in names.items() for space in _SPACES[kind])
    paths = {f"{space}.{old}": f"{space}.{new}" for space, ids in spaces for old, new in ids.items()}

    def today(key: str) -> str:
        return re.sub(r"\b\w+\.\w+", lambda match: paths.get(match[0], match[0]), key)

    def renamed(table: Mapping[str, V]) -> dict[str, V]:
        return {today(key): value for key, value in table.items()}

    for step, record in list(state.steps.items()):
        if record.counts:
            turn.edit_step(step).counts = renamed(record.counts)
    for stage_id, old in list(state.stages.items()):
        stage = turn.edit_stage(stage_id)
        stage.counts, stage.truths = renamed(old.counts), renamed(old.truths)
    for play_id in list(state.plays):
        play = turn.edit_play(play_id)
        play.counts, play.truths = renamed(play.counts), renamed(play.truths)
        play.end_counts, play.end_truths = renamed(play.end_counts), renamed(play.end_truths)
        play.kept_for = sorted(map(today, play.kept_for))
    state.deferred = [_with_triggers(item, today) for item in state.deferred]


def _with_triggers(item: Deferred, today: Callable[[str], str]) -> Deferred:
    if isinstance(item, OpenStage | StartPlay) and item.triggers:
        return replace(item, triggers=tuple(sorted(map(today, item.triggers))))
    return item
