"""Chooses the map for a customer, and applies the rule for entering one again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from milepost.customer import Customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.condition_trace import ConditionTrace, trace
from milepost.planner.instants import Instant, text
from milepost.planner.situation import Situation
from milepost.planner.state import State


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No map is for the customer; `why` says of each map, by its id, what speaks against it."""

    why: Mapping[str, str]

    def __str__(self) -> str:
        if not self.why:
            return "no map is published"
        return "; ".join(f"{map_id}: {reason}" for map_id, reason in self.why.items())


@dataclass(frozen=True, slots=True)
class MayNotEnter:
    """The customer may not begin another journey on the map: not before `until`, or never."""

    map: str
    until: Instant | None

    def __str__(self) -> str:
        if self.until is None:
            return f"map {self.map!r} says 'reenter: never', and the customer has been on it"
        return f"map {self.map!r} takes the customer again from {text(self.until)} on"


def matches(compiled_map: CompiledMap, customer: Customer, at: Instant) -> bool:
    """Returns whether the customer is in the map's segment at this instant."""
    return _before_the_start(compiled_map, customer, at).is_true(compiled_map.where)


@dataclass(frozen=True, slots=True)
class Considered:
    """A map, and what looking at its segment showed of a customer."""

    map: str
    title: str
    version: str
    priority: int
    where: ConditionTrace

    @property
    def why_not(self) -> str:
        """The reason against the map, in words."""
        values = f" ({self.where.values_text})" if self.where.values else ""
        return f"{self.where.text} is not true{values}"

    def to_json(self) -> dict[str, Any]:
        where = self.where.to_json()
        return {"map": self.map, "title": self.title, "version": self.version, "priority": self.priority, **where}


def considered(compiled_maps: Iterable[CompiledMap], customer: Customer, at: Instant) -> tuple[Considered, ...]:
    """Every map in the order in which they are tried, with the values that its segment looks at."""
    return tuple(
        Considered(
            compiled_map.map.map,
            compiled_map.map.title,
            compiled_map.version,
            compiled_map.map.segment.priority,
            trace(_before_the_start(compiled_map, customer, at), compiled_map.where),
        )
        for compiled_map in _in_order(compiled_maps)
    )


def _before_the_start(compiled_map: CompiledMap, customer: Customer, at: Instant) -> Situation:
    return Situation(compiled_map, State.begin(customer, compiled_map.map.map, compiled_map.version, at), at)


def _in_order(compiled_maps: Iterable[CompiledMap]) -> list[CompiledMap]:
    return sorted(compiled_maps, key=lambda compiled_map: (-compiled_map.map.segment.priority, compiled_map.map.map))


def best_map(compiled_maps: Iterable[CompiledMap], customer: Customer, at: Instant) -> CompiledMap | NoMatch:
    """The map of highest priority whose segment the customer is in; of several, the alphabetically first."""
    in_order = _in_order(compiled_maps)
    for compiled_map in in_order:
        if matches(compiled_map, customer, at):
            return compiled_map
    return NoMatch({each.map: each.why_not for each in considered(in_order, customer, at)})


def turns_to_match(compiled_map: CompiledMap, before: Customer | None, at: Instant) -> bool:
    """Returns whether a customer who is in the map's segment by now wasn't with the record before; None: there is none.

    After a journey has ended, only such a customer begins another one without anybody's doing.
    """
    return before is None or not matches(compiled_map, before, at)


def map_on_change(
    compiled_maps: Iterable[CompiledMap],
    before: Customer | None,
    customer: Customer,
    ends: Mapping[str, Instant],
    at: Instant,
) -> CompiledMap | NoMatch | MayNotEnter | None:
    """Chooses the map whose journey begins as a record changes, for a customer without an open journey.

    `before` is the record before, None for a new customer; `ends` are the last ends of the customer's journeys by map.
    Returns what keeps the customer out, or None where the change isn't what lets it match.
    """
    match = best_map(compiled_maps, customer, at)
    if isinstance(match, NoMatch):
        return match
    if ends and not turns_to_match(match, before, at):
        return None
    return entry_obstacle(match, ends.get(match.map.map), at) or match


def entry_obstacle(compiled_map: CompiledMap, last_ended_at: Instant | None, at: Instant) -> MayNotEnter | None:
    """Returns how the map's `reenter` keeps a customer out, or None; `last_ended_at` is of their last journey on it."""
    rule = compiled_map.map.reenter
    if last_ended_at is None or (rule.allowed and rule.after is None):
        return None
    if rule.after is None:
        return MayNotEnter(compiled_map.map.map, None)
    until = compiled_map.ours.opening(last_ended_at, rule.after)
    return None if until <= at else MayNotEnter(compiled_map.map.map, until)
