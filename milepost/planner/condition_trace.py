"""Conditions as people want them explained: with the values that they look at, and with the part that is not true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.language import cel_text
from milepost.language.conditions import Condition, ConditionError, Names, compile_condition
from milepost.planner.turn import Turn

_PROPERTY = "event"


@dataclass(frozen=True, slots=True)
class Look:
    """A condition, whether it is true, the values that it looks at (None: not known), and its parts that fail.

    `failing` is empty where the condition is true, or is not made of parts joined by `&&`.
    """

    text: str
    holds: bool
    values: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[str, ...] = ()

    @property
    def seen(self) -> str:
        """The values in words: `health is 35, renews_on is unknown`."""
        return ", ".join(f"{_named(name)} is {shown(value)}" for name, value in self.values.items())

    def __str__(self) -> str:
        return f"{self.text} ({self.seen})" if self.values else self.text

    def to_json(self) -> dict[str, Any]:
        return {
            "condition": self.text,
            "true": self.holds,
            "values": dict(self.values),
            "failing": list(self.failing),
        }


def look(turn: Turn, condition: Condition) -> Look:
    """Look at a condition now; what it asks of an event is left out, since no event is there."""
    references = sorted(each for each in condition.references if each[0] != _PROPERTY)
    values = {f"{root}.{name}": turn.value_of(root, name) for root, name in references}
    holds = turn.is_true(condition)
    return Look(condition.text, holds, values, () if holds else tuple(_failing(turn, condition)))


def _failing(turn: Turn, condition: Condition) -> list[str]:
    parts = cel_text.conjuncts(condition.text)
    if len(parts) == 1 or any(root == _PROPERTY for root, _ in condition.references):
        return []
    names = Names.of(turn.compiled_map.map)
    try:
        return [part for part in parts if not turn.is_true(compile_condition(part, names))]
    except ConditionError:  # a part by itself need not be a condition
        return []


def _named(name: str) -> str:
    return name.removeprefix("customer.")


def shown(value: Any) -> str:
    """A value as conditions write it; `unknown` where there is none."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else repr(value)
