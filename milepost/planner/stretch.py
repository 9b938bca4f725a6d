"""Undoing a fact: a stretch of a journey is planned anew without it, advance by advance. Pure, like all planning."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from milepost.planner.commands import RetryMessage, SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact, FactUndone
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry
from milepost.planner.version_plan import Load, plan_across_versions


@dataclass(frozen=True, slots=True)
class Leg:
    """One advance that is planned anew: the state that it begins from, its facts, its plan, the map it ends on."""

    before: State
    facts: tuple[Fact, ...]
    plan: Plan
    compiled_map: CompiledMap


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a journey, leg by leg."""

    legs: tuple[Leg, ...]

    @property
    def state(self) -> State:
        """The state that it ends with."""
        return self.legs[-1].plan.state

    @property
    def timeline(self) -> list[Entry]:
        return [entry for leg in self.legs for entry in leg.plan.timeline]

    @property
    def messages(self) -> dict[str, SendMessage]:
        """What it sends, by the ids of messages."""
        return {command.message: command for command in self._orders if isinstance(command, SendMessage)}

    @property
    def retries(self) -> dict[str, RetryMessage]:
        """What it sends again that failed, by the ids of messages."""
        return {command.message: command for command in self._orders if isinstance(command, RetryMessage)}

    @property
    def times(self) -> Counter[str]:
        """How often it sends each message: one may come back, or fail, and go again."""
        return Counter(command.message for command in self._orders)

    @property
    def _orders(self) -> list[SendMessage | RetryMessage]:
        commands = (command for leg in self.legs for command in leg.plan.commands)
        return [command for command in commands if isinstance(command, SendMessage | RetryMessage)]


@dataclass(frozen=True, slots=True)
class Undoing:
    """A stretch as it was planned and as it is planned anew, from the same state and on the same map."""

    begins_on: CompiledMap
    was: Stretch
    becomes: Stretch


def plan_stretch(
    compiled_map: CompiledMap, before: State, advances: Iterable[Sequence[Fact]], until: Instant, load: Load
) -> Stretch:
    """Plans a stretch from a state up to an instant, with the facts of each of its advances.

    It gives what the advances gave when they were made, but for those that took nothing in: what fell due in those
    belongs to the next.
    """
    legs: list[Leg] = []
    state, ahead = before, [*advances]
    while ahead or not legs or state.clock < until:
        facts = tuple(ahead.pop(0)) if ahead else ()
        now = max((fact.at for fact in facts), default=until)
        result, compiled_map = plan_across_versions(compiled_map, state, facts, max(state.clock, now), load)
        legs.append(Leg(state, facts, result, compiled_map))
        state = result.state
    return Stretch(tuple(legs))


def without(advances: Iterable[Sequence[Fact]], fact: str, undone: FactUndone) -> list[list[Fact]]:
    """Returns the facts of the advances without the one of this id, and last, by itself, that it was undone."""
    others = [[each for each in facts if each.id != fact] for facts in advances]
    return [*(facts for facts in others if facts), [undone]]


def told_undone(fact: Fact, by: str | None, at: Instant) -> FactUndone:
    """Returns the fact that another one was undone, by somebody."""
    step = getattr(fact, "step", None) or getattr(fact, "outcome", None)
    return FactUndone(id=f"undo/{fact.id}", at=at, by=by, fact=fact.kind, step=step)


def fell_due(was: Stretch, becomes: Stretch) -> Entry | None:
    """Returns the first entry that came about by itself, by no fact, and that the journey planned anew lacks."""
    told_at = {fact.at for leg in was.legs for fact in leg.facts}
    left = Counter(map(repr, becomes.timeline))
    for entry in was.timeline:
        if left[repr(entry)]:
            left[repr(entry)] -= 1
        elif entry.at not in told_at:
            return entry
    return None


def is_same(state: State, stored: dict[str, Any]) -> bool:
    """Tells whether a state is one that is stored, whatever the number of its advance."""
    ours = json.loads(json.dumps(state.to_json()))
    return {**ours, "revision": 0} == {**stored, "revision": 0}
