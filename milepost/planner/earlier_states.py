"""States of journeys that an earlier Milepost wrote, brought up to date by the next plan: it has the map at hand.

Of form 1 three things are not in the state: how long the pauses were that moved its dates (a due date that a later
version of the map works out differently doesn't count them), which occurrence a verdict is of, and until when a step
was snoozed (its dates stay where the snooze put them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from milepost.language.steps import Action, Outcome
from milepost.planner.compiled_map import CompiledMap, CompiledPlay, CompiledStep
from milepost.planner.deferred import Deferred, StartPlay
from milepost.planner.state import PlayState, State, StepState
from milepost.planner.waited import Waited

V = TypeVar("V")


def bring_up_to_date(compiled_map: CompiledMap, state: State) -> None:
    """Fill in what a state of form 1 says by places in the map's lists, or leaves to the map.

    The state is changed; its records are replaced.
    """
    state.format = 2
    for step in compiled_map.steps.values():
        if step.id in state.steps:
            state.steps[step.id] = _step_today(step, state.steps[step.id])
    for stage_id, stage in compiled_map.stages.items():
        if stage_id in state.stages:
            old, target = state.stages[stage_id], stage.stage.target
            counts, truths = _by_key(old.counts, stage.triggers), _by_key(old.truths, stage.triggers)
            rule = str(target) if target and old.target_at is not None else None
            state.stages[stage_id] = replace(old, counts=counts, truths=truths, rule=rule)
    for play_id, play in compiled_map.plays.items():
        if play_id in state.plays:
            state.plays[play_id] = _play_today(play, state.plays[play_id])
    state.deferred = [_deferred_today(compiled_map, item) for item in state.deferred]


def _by_key(table: Mapping[str, V], triggers: Sequence[Waited]) -> dict[str, V]:
    keys = {str(place): trigger.key for place, trigger in enumerate(triggers)}
    return {keys[place]: value for place, value in table.items() if place in keys}


def _step_today(step: CompiledStep, old: StepState) -> StepState:
    rule = step.due_rule if old.is_open else step.opening_rule
    if isinstance(step.step, Outcome) and old.is_open:
        again = step.step.ask_again
        rule = str(again.after) if again and "ask" in old.timers else str(step.step.within)
    written = [str(each) for each in (step.step.remind if isinstance(step.step, Action | Outcome) else ())]
    reminders = dict(zip(written[len(written) - len(old.reminders) :], old.reminders.values(), strict=False))
    return replace(
        old,
        counts=_by_key(old.counts, step.triggers),
        rule=None if old.closed else rule,
        pace=step.pace if old.repeat_base is not None else None,
        reminders=reminders,
        reminded=[each for each in written if each not in reminders] if old.is_open else [],
    )


def _play_today(play: CompiledPlay, old: PlayState) -> PlayState:
    length = play.play.deadline if old.deadline_at is not None else play.play.cooldown
    planned = old.deadline_at is not None or old.cooldown_until is not None
    return replace(
        old,
        counts=_by_key(old.counts, play.starts_when),
        truths=_by_key(old.truths, play.starts_when),
        end_counts=_by_key(old.end_counts, play.ends_when),
        end_truths=_by_key(old.end_truths, play.ends_when),
        rule=str(length) if length and planned else None,
    )


def _deferred_today(compiled_map: CompiledMap, item: Deferred) -> Deferred:
    if not isinstance(item, StartPlay) or item.triggers is None or item.play not in compiled_map.plays:
        return item
    keys = _by_key(dict.fromkeys(item.triggers, True), compiled_map.plays[item.play].starts_when)
    return replace(item, triggers=tuple(sorted(keys)))
