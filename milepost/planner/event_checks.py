"""Finds values in product events that no condition of the map can use: the text `"120"` where it needs a number.

Such an event is taken in all the same: it counts where nothing is asked of its properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milepost.language.conditions import PropertyKind
from milepost.numbers import NotANumberError, read_number
from milepost.planner.compiled_map import CompiledMap
from milepost.text import listing, shortened

_WORDS = {
    PropertyKind.TEXT: "a text",
    PropertyKind.NUMBER: "a number",
    PropertyKind.FLAG: "true or false",
    PropertyKind.LIST: "a list",
    PropertyKind.OBJECT: "an object",
}
_LONGEST = 40  # characters of a value that are repeated


@dataclass(frozen=True, slots=True)
class UnusableProperty:
    """A property of an event whose value is of another kind than the map's conditions need."""

    event: str
    name: str
    value: Any
    kind: PropertyKind
    needed: tuple[PropertyKind, ...]

    def __str__(self) -> str:
        needed = listing([_WORDS[kind] for kind in self.needed], last="or")
        value = shortened(repr(self.value), _LONGEST)
        return (
            f"The property {self.name!r} of {self.event!r} is {value}, {_WORDS[self.kind]}; the map needs {needed} "
            f"there, so conditions that use it aren't met.{self._hint}"
        )

    @property
    def _hint(self) -> str:
        if isinstance(self.value, str) and PropertyKind.NUMBER in self.needed:
            try:
                return f" Send {read_number(self.value)}, without quotes."
            except NotANumberError:
                return ""
        if self.kind is PropertyKind.NUMBER and PropertyKind.TEXT in self.needed:
            return " Send it in quotes."
        return ""


def unusable_properties(compiled_map: CompiledMap, event: str, properties: Mapping[str, Any]) -> list[UnusableProperty]:
    """Returns the properties of an event that none of the map's conditions on it can use, by name."""
    conditions = compiled_map.event_conditions.get(event, ())
    unusable = []
    for name in sorted({name for condition in conditions for name in condition.properties}):
        kind = PropertyKind.of(properties.get(name))
        needed = {each for condition in conditions for each in condition.kinds_of(name)}
        if kind is not None and needed and kind not in needed:
            order = tuple(each for each in PropertyKind if each in needed)
            unusable.append(UnusableProperty(event, name, properties[name], kind, order))
    return unusable
