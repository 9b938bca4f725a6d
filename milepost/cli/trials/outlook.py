"""A sentence about what follows a simulation's last line: by itself, or only when somebody does something."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.cli.trials.timeline_lines import Clock
from milepost.language.steps import Touchpoint
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry
from milepost.scenarios.scenario import Scenario

_MOST_WAKE_UPS = 200
"""How many wake-ups to look ahead; most of them bring something about."""


def ahead(scenario: Scenario, clock: Clock) -> str:
    """Says in one sentence that the journey has ended, what comes next and when, or who it waits for."""
    *_, last = scenario.plans()
    state = last.state
    until = clock.time(scenario.until)
    if state.ended:
        assert state.ended_at is not None
        return f"The journey ended on {clock.time(state.ended_at)} ({state.reason}); nothing comes after it."
    if state.paused:
        return f"This is all up to {until}: the journey is paused, and nothing happens until it is resumed."
    compiled_map = scenario.versions.get(state.version, scenario.compiled_map)
    following = next(_after(compiled_map, last), None)
    waits = _waits(compiled_map, state)
    if following is None:
        return f"This is all up to {until}, and nothing more happens by itself{waits}."
    return f"This is all up to {until}. Next by itself, on {clock.time(following.at)}: {_named(following)}{waits}."


def _after(compiled_map: CompiledMap, last: Plan) -> Iterator[Entry]:
    """The entries to come if nobody does anything."""
    for _ in range(_MOST_WAKE_UPS):
        if last.wake_at is None:
            return
        last = plan(compiled_map, last.state, (), last.wake_at)
        yield from last.timeline


def _named(entry: Entry) -> str:
    return f"{entry.kind} {entry.subject}".rstrip()


def _waits(compiled_map: CompiledMap, state: State) -> str:
    """The open steps and tasks, by the people who do them."""
    waiting: dict[str, list[str]] = {}
    for step in compiled_map.steps.values():
        if state.step(step.id).is_open and not step.is_mail:
            who = step.step.role if isinstance(step.step, Touchpoint) else step.persona
            waiting.setdefault(str(who), []).append(step.id)
    for task, opened in sorted(state.tasks.items()):
        waiting.setdefault(opened.role, []).append(task)
    named = [f"the {who} ({', '.join(what)})" for who, what in waiting.items()]
    return f"; it waits for {' and for '.join(named)}" if named else ""
