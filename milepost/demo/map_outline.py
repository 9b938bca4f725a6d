"""What the maps ask of people and of the product: all that the cast has to know to play along."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from milepost.language.model import Action, Map, Outcome, Touchpoint
from milepost.language.steps import Trigger


@dataclass(frozen=True, slots=True)
class Signal:
    """A product event, `count` times, with properties that satisfy the map's condition on it."""

    event: str
    count: int = 1
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an outcome asks for. `attribute` is where the product keeps the value, if it does."""

    baseline: float
    target: float
    attribute: str | None


@dataclass(frozen=True, slots=True)
class MapOutline:
    """One map as the cast has read it.

    Attributes:
        map: Its id.
        signals: By the action, the event that shows that it is done; others are done when people say so.
        results: By the touchpoint, the ways it can end.
        outcomes: What is asked for.
        alarms: Events that start a risk play.
    """

    map: str
    signals: dict[str, Signal]
    results: dict[str, tuple[str, ...]]
    outcomes: dict[str, Asked]
    alarms: tuple[Signal, ...]


def read_outline(known: Map) -> MapOutline:
    """Read a map."""
    steps = [step for part in (*known.stages, *known.plays) for step in part.steps]
    actions = [step for step in steps if isinstance(step, Action)]
    return MapOutline(
        map=known.map,
        signals={step.id: signal for step in actions for signal in _signals(step.done_when)[:1]},
        results={step.id: tuple(step.results) for step in steps if isinstance(step, Touchpoint) and step.results},
        outcomes={step.id: _asked(step) for step in steps if isinstance(step, Outcome)},
        alarms=tuple(signal for play in known.plays if play.kind == "risk" for signal in _signals(play.starts_when)),
    )


def _signals(triggers: Iterable[Trigger]) -> list[Signal]:
    return [
        Signal(trigger.event, trigger.count, _properties(trigger.if_ or ""))
        for trigger in triggers
        if trigger.event is not None
    ]


def _properties(condition: str) -> dict[str, str]:
    """Properties that make a plain condition true: `event.severity == "high"` wants a severity that is high."""
    return dict(re.findall(r'event\.(\w+)\s*==\s*"([^"]*)"', condition))


def _asked(outcome: Outcome) -> Asked:
    metric = outcome.metric
    return Asked(
        baseline=(metric.baseline or 0.0) if metric else 0.0,
        target=metric.target if metric else 1.0,
        attribute=outcome.value_from.removeprefix("customer.") if outcome.value_from else None,
    )
