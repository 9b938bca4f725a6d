"""Which map a customer is for, and whether a customer may enter one again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from journeys.planner.chart import Chart
from journeys.planner.customer import Customer
from journeys.planner.instants import Instant, text
from journeys.planner.state import State
from journeys.planner.turn import Turn


@dataclass(frozen=True, slots=True)
class Match:
    """The map that a customer is for."""

    chart: Chart


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No map is for the customer; `why` says of each map, by its id, what speaks against it."""

    why: Mapping[str, str]

    def __str__(self) -> str:
        if not self.why:
            return "no map is published"
        return "; ".join(f"{map_id}: {reason}" for map_id, reason in self.why.items())


@dataclass(frozen=True, slots=True)
class MayEnter:
    """The customer may begin a journey on the map."""


@dataclass(frozen=True, slots=True)
class MayNotEnter:
    """The customer may not begin another journey on the map: not before `until`, or never."""

    map: str
    until: Instant | None

    def __str__(self) -> str:
        if self.until is None:
            return f"map {self.map!r} says 'reenter: never', and the customer has been on it"
        return f"map {self.map!r} takes the customer again from {text(self.until)} on"


def matches(chart: Chart, customer: Customer, at: Instant) -> bool:
    """Whether the customer is in the map's segment at this instant."""
    before_the_start = State.begin(customer, chart.map.map, chart.version, at)
    return Turn(chart, before_the_start, at).is_true(chart.where)


def best_map(charts: Iterable[Chart], customer: Customer, at: Instant) -> Match | NoMatch:
    """The map of highest priority whose segment the customer is in; of several, the alphabetically first."""
    in_order = sorted(charts, key=lambda chart: (-chart.map.segment.priority, chart.map.map))
    for chart in in_order:
        if matches(chart, customer, at):
            return Match(chart)
    return NoMatch({chart.map.map: _why_not(chart, customer) for chart in in_order})


def may_enter(chart: Chart, last_ended_at: Instant | None, at: Instant) -> MayEnter | MayNotEnter:
    """Whether the map's `reenter` lets a customer in whose last journey on it ended then (None: never was on it)."""
    rule = chart.map.reenter
    if last_ended_at is None or (rule.allowed and rule.after is None):
        return MayEnter()
    if rule.after is None:
        return MayNotEnter(chart.map.map, None)
    until = chart.ours.opening(last_ended_at, rule.after)
    return MayEnter() if until <= at else MayNotEnter(chart.map.map, until)


def _why_not(chart: Chart, customer: Customer) -> str:
    looked_at = sorted(name for root, name in chart.where.references if root == "customer")
    known = {**customer.attributes, **_built_in(customer)}
    values = [
        f"{name} is {known[name]!r}" if known.get(name) is not None else f"{name} is unknown" for name in looked_at
    ]
    return f"{chart.where.text} is not true" + (f" ({', '.join(values)})" if values else "")


def _built_in(customer: Customer) -> dict[str, str | None]:
    return {name: getattr(customer, name) for name in ("id", "name", "timezone", "country", "language")}
