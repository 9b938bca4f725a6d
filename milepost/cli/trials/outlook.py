"""What comes after a simulation's last line: by itself, or only when somebody does something."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.cli.trials.timeline_lines import Clock
from milepost.language.model import Touchpoint
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan, plan
from milepost.planner.simulation import steps
from milepost.planner.state import State
from milepost.planner.timeline import Entry
from milepost.scenarios.scenario import Scenario

_LOOKED = 200
"""So many wake-ups ahead are looked at; most of them bring something about."""


def ahead(scenario: Scenario, clock: Clock) -> str:
    """One sentence: that the journey has ended, what comes next and when, or whom it waits for."""
    made = _last(scenario)
    state = made.state
    until = clock.time(scenario.until)
    if state.ended:
        assert state.ended_at is not None
        return f"The journey ended on {clock.time(state.ended_at)} ({state.reason}); nothing comes after it."
    if state.paused:
        return f"This is all up to {until}: the journey is paused, and nothing happens until it is resumed."
    compiled_map = _chart(scenario, state)
    following = next(_after(compiled_map, made), None)
    waits = _waits(compiled_map, state)
    if following is None:
        return f"This is all up to {until}, and nothing more comes by itself{waits}."
    return f"This is all up to {until}. Next by itself, on {clock.time(following.at)}: {_named(following)}{waits}."


def _last(scenario: Scenario) -> Plan:
    state = State.begin(scenario.customer, scenario.compiled_map.map.map, scenario.compiled_map.version, scenario.start)
    *_, last = steps(scenario.compiled_map, state, scenario.facts, scenario.until, scenario.versions)
    return last


def _chart(scenario: Scenario, state: State) -> CompiledMap:
    return scenario.versions.get(state.version, scenario.compiled_map)


def _after(compiled_map: CompiledMap, made: Plan) -> Iterator[Entry]:
    """What is written from here on if nobody does anything."""
    wake: Instant | None = made.wake_at
    for _ in range(_LOOKED):
        if wake is None:
            return
        made = plan(compiled_map, made.state, (), wake)
        yield from made.timeline
        wake = made.wake_at


def _named(entry: Entry) -> str:
    return f"{entry.kind} {entry.subject}".rstrip()


def _waits(compiled_map: CompiledMap, state: State) -> str:
    """Who has something to do: the steps and tasks that are open, by who is to do them."""
    waiting: dict[str, list[str]] = {}
    for step in compiled_map.steps.values():
        if state.step(step.id).is_open and not step.is_mail:
            who = step.step.role if isinstance(step.step, Touchpoint) else step.persona
            waiting.setdefault(str(who), []).append(step.id)
    for task, known in sorted(state.tasks.items()):
        waiting.setdefault(known.role, []).append(task)
    named = [f"the {who} ({', '.join(what)})" for who, what in waiting.items()]
    return f"; it waits for {' and for '.join(named)}" if named else ""
