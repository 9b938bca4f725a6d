"""Tasks that colleagues add to one customer, beside the map: to the planner each is a step that no stage or play has.

A journey's plans run on its map with these tasks, so that they fall due, are snoozed, handed over and withdrawn by the
rules for every task. Nothing waits for them, and they close nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from milepost.language.durations import Duration, any_duration
from milepost.language.steps import Touchpoint
from milepost.planner.compiled_map import CompiledMap, compiled_task
from milepost.planner.state import State
from milepost.planner.task_records import AddedTask

MOST_OPEN = 50
"""Added tasks that one customer may have open at once: a state stays small."""
NUMBER = "task"
"""The number of tasks that were added to a journey, among `State.numbers`."""
_AFTER_THE_FILE = 1_000_000
"""The position of the first added task."""
_Fields = tuple[str, str, str, str | None, str | None, bool]


def with_added_tasks(compiled_map: CompiledMap, state: State) -> CompiledMap:
    """Returns the journey's map with the tasks that were added to it and are open; the map alone, without any."""
    alone = compiled_map.without_added or compiled_map
    if not state.added:
        return alone
    return _with(alone, tuple((task, *_fields(record)) for task, record in state.added.items()))


def _fields(task: AddedTask) -> tuple[str, str, str | None, str | None, bool]:
    return task.title, task.role, task.effort, task.due, task.internal


@lru_cache(maxsize=256)
def _with(compiled_map: CompiledMap, tasks: tuple[_Fields, ...]) -> CompiledMap:
    added = tuple(
        compiled_task(compiled_map.map, _touchpoint(task), _AFTER_THE_FILE + number)
        for number, task in enumerate(tasks)
    )
    steps = {**compiled_map.steps, **{step.id: step for step in added}}
    places = {**compiled_map.places, **{step.itself: step.position for step in added}}
    return replace(compiled_map, steps=steps, places=places, added=added, without_added=compiled_map)


def _touchpoint(fields: _Fields) -> Touchpoint:
    task, title, role, effort, due, internal = fields
    return Touchpoint.model_construct(
        touchpoint=task,
        title=title,
        role=role,
        effort=Duration.parse(effort) if effort else None,
        due=any_duration(due) if due else None,
        internal=internal,
    )


def forget_closed(state: State) -> None:
    """Forget the added tasks that are closed: the timeline and the rows of tasks keep them."""
    for task in [each for each in state.added if state.step(each).closed]:
        del state.added[task], state.steps[task]


def was_added(state: State, number: int) -> bool:
    """Returns whether a task of this number was ever added to the journey."""
    return number <= state.numbers.get(NUMBER, 0)
