"""Fills the timer index from a journey's records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from milepost.planner.dependents import TASK, Watched
from milepost.planner.state import State
from milepost.planner.timer_index import NEVER, RANK_OF, STEP, Due, TimerIndex


def timer_index_of(state: State) -> TimerIndex:
    """The index of a state, worked out from its records alone; `wake` is left open."""
    index = TimerIndex()
    tables: dict[str, Mapping[str, Any]] = {
        "step": state.steps, "stage": state.stages, "play": state.plays, TASK: state.tasks,
    }  # fmt: skip
    update_timer_index(index, state, ((kind, name) for kind, table in tables.items() for name in table))
    return index


def update_timer_index(index: TimerIndex, state: State, changed: Iterable[Watched]) -> None:
    """Work out again the timers of steps, stages, plays and tasks that changed or are gone."""
    for what in changed:
        kind, name = what
        due = tuple(_TIMERS_OF[kind](state, name))
        if due:
            index.timers[what] = due
        else:
            index.timers.pop(what, None)
    index.soonest = min((at for timers in index.timers.values() for at, _ in timers), default=NEVER)


def _of_step(state: State, step: str) -> Iterator[Due]:
    record = state.step(step)
    opens_at = record.opens_at if record.is_waiting else record.timers.get("repeat")
    if opens_at is not None:
        yield opens_at, STEP
    if record.is_open:
        snoozed = record.snoozed_until is not None or record.quiet_until is not None
        for timer, at in record.timers.items():
            if timer != "repeat":
                yield record.is_due(timer) if snoozed else at, RANK_OF[timer]
        reminder = record.next_reminder()
        if reminder is not None:
            yield record.reminds_at(reminder), RANK_OF["remind"]


def _of_stage(state: State, stage: str) -> Iterator[Due]:
    record = state.stage(stage)
    if record.target_at is not None:
        yield record.target_at, RANK_OF["target"]
    if record.opens_at is not None:
        yield record.opens_at, RANK_OF["opens"]


def _of_play(state: State, play: str) -> Iterator[Due]:
    record = state.play(play)
    if record.deadline_at is not None:
        yield record.deadline_at, RANK_OF["deadline"]
    if record.cooldown_until is not None:
        yield record.cooldown_until, RANK_OF["cooldown"]


def _of_task(state: State, task: str) -> Iterator[Due]:
    record = state.tasks.get(task)
    if record is not None and record.escalates_at is not None:
        yield record.escalates_at, RANK_OF["unanswered"]


_TIMERS_OF: dict[str, Callable[[State, str], Iterator[Due]]] = {
    "step": _of_step, "stage": _of_stage, "play": _of_play, TASK: _of_task,
}  # fmt: skip
