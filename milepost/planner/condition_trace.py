"""Conditions traced: whether each is true, with the values that it looks at and the parts that fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from milepost.language import cel_text
from milepost.language.condition_errors import ConditionError
from milepost.language.conditions import Condition, compile_condition
from milepost.language.names import Names
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.situation import Situation

_EVENT = "event"
_KEPT = 256


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """A condition, whether it is true, the values that it looks at (None: unknown), and its parts that fail.

    `failing` is empty where the condition is true, or is not made of parts joined by `&&`.
    """

    text: str
    holds: bool
    values: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[str, ...] = ()

    @property
    def values_text(self) -> str:
        """The values in words: `health is 35, renews_on is unknown`."""
        return ", ".join(f"{name.removeprefix('customer.')} is {shown(value)}" for name, value in self.values.items())

    def __str__(self) -> str:
        return f"{self.text} ({self.values_text})" if self.values else self.text

    def to_json(self) -> dict[str, Any]:
        return {
            "condition": self.text,
            "true": self.holds,
            "values": dict(self.values),
            "failing": list(self.failing),
        }


def trace(now: Situation, condition: Condition) -> ConditionTrace:
    """Trace a condition now; an event's properties are left out, since there isn't an event now."""
    references = sorted(each for each in condition.references if each[0] != _EVENT)
    values = {f"{root}.{name}": now.value_of(root, name) for root, name in references}
    holds = now.is_true(condition)
    return ConditionTrace(condition.text, holds, values, () if holds else tuple(_failing(now, condition)))


def _failing(now: Situation, condition: Condition) -> list[str]:
    if any(root == _EVENT for root, _ in condition.references):
        return []
    return [part.text for part in _parts(now.compiled_map, condition.text) if not now.is_true(part)]


@lru_cache(_KEPT)
def _parts(compiled_map: CompiledMap, text: str) -> tuple[Condition, ...]:
    """Returns the conditions of which all have to be true, if there are several that are conditions alone."""
    parts = cel_text.conjuncts(text)
    names = Names.of(compiled_map.map)
    try:
        return tuple(compile_condition(part, names) for part in parts) if len(parts) > 1 else ()
    except ConditionError:
        return ()


def shown(value: Any) -> str:
    """A value as conditions write it; `unknown` where there is none."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else repr(value)
