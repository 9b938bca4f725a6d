"""Simulation: the planner in a loop with a virtual clock. It prints what production does: it is the same function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact, MapChanged
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.version_plan import next_stage_move


def steps(
    compiled_map: CompiledMap, state: State, facts: Sequence[Fact], until: Instant, versions: Mapping[str, CompiledMap]
) -> Iterator[Plan]:
    """Every plan of a journey up to an instant: at its start, at its wake-ups, and at each fact.

    As in the inbox, the first fact with an id counts and others with the same id don't.
    """
    ahead = each_once(facts)
    latest = plan(compiled_map, state, (), state.clock)
    yield latest
    while True:
        now = _next(latest, ahead)
        if now is None or now > until:
            return
        due = _due(ahead, now)
        del ahead[: len(due)]
        if due and isinstance(due[0], MapChanged) and not due[0].at_next_stage:
            compiled_map = versions.get(due[0].version, compiled_map)
        latest = plan(compiled_map, latest.state, due, now)
        yield latest
        if latest.moves_at is not None:
            compiled_map = versions.get(latest.state.moving_to or "", compiled_map)
            latest = plan(compiled_map, latest.state, [next_stage_move(compiled_map, now)], now)
            yield latest


def each_once(facts: Sequence[Fact]) -> list[Fact]:
    """The facts in order of time, without those whose id came before."""
    by_id: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: fact.at):
        by_id.setdefault(fact.id, fact)
    return list(by_id.values())


def _next(latest: Plan, ahead: list[Fact]) -> Instant | None:
    """The instant of the next timer or fact, whichever comes first."""
    instants = [latest.wake_at] if latest.wake_at is not None else []
    if ahead:
        instants.append(max(ahead[0].at, latest.state.clock))
    return min(instants, default=None)


def _due(ahead: list[Fact], now: Instant) -> list[Fact]:
    """The facts that are taken in now; a change of the map begins a plan of its own."""
    due: list[Fact] = []
    for fact in ahead:
        if fact.at > now or (due and isinstance(fact, MapChanged)):
            break
        due.append(fact)
    return due
