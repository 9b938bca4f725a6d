"""One journey run to its end by the planner alone, for tests that look at its timeline or its last state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milepost.customer import Customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant
from milepost.planner.simulation import steps
from milepost.planner.state import State
from milepost.planner.timeline import Entry


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a simulation: every entry up to its end, and the state then."""

    timeline: tuple[Entry, ...]
    state: State


def simulate(
    compiled_map: CompiledMap,
    customer: Customer,
    start: Instant,
    facts: Sequence[Fact],
    until: Instant,
    *,
    versions: Mapping[str, CompiledMap] | None = None,
    held: bool = False,
) -> Run:
    """Run one journey from its start up to and including an instant; with `held`, its mail is held from the start.

    `versions` are the compiled maps that facts of kind `map_changed` may name.
    """
    state = State.begin(customer, compiled_map.map.map, compiled_map.version, start)
    state.mail_held = held
    timeline: list[Entry] = []
    for step in steps(compiled_map, state, facts, until, versions or {}):
        timeline += step.timeline
        state = step.state
    return Run(tuple(timeline), state)
