"""Findings: what a check finds, by the path of the field.

A `Finding` becomes a `Problem` (see `milepost.language.problems`) once the line and column of that field are looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from milepost.language.problems import Problem
from milepost.language.yaml_text import Path, spot_of, value_at

_SHORT = 60
"""The most characters of a value that a message shows."""
_NOUNS = {
    "stages": "stage",
    "plays": "play",
    "touchpoints": "touchpoint",
    "actions": "action",
    "outcomes": "outcome",
    "roles": "role",
    "personas": "persona",
    "attributes": "attribute",
    "pointers": "pointer",
    "asks": "ask",
}
_NAMED_BY = {"ask": "field"}
"""The field that names a part, where it isn't the part's own noun."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at `path`: at its key if `key` is set, or `offset` characters into its text."""

    path: Path
    code: str
    message: str
    suggestion: str | None = None
    key: bool = False
    offset: int | None = None

    def problem(self, data: Any, file: str) -> Problem:
        """The finding with its place in the file."""
        spot = spot_of(data, self.path, key=self.key)
        value = value_at(data, self.path)
        if self.offset is not None and isinstance(value, str):
            spot = spot.within(value, self.offset)
        return Problem(file, spot.line, spot.column, self.code, self.message, self.suggestion)


def starts_with(path: Path, beginning: Path) -> bool:
    """Returns whether a path is `beginning` or lies below it."""
    return path[: len(beginning)] == beginning


def related(path: Path, others: Iterable[Path]) -> bool:
    """Returns whether a path lies above or below one of the others."""
    return any(starts_with(path, other) or starts_with(other, path) for other in others)


def describe(data: Any, path: Path) -> str:
    """Describes a path in words: `the map`, `stage 'value'`, `metric of outcome 'hours_saved'`."""
    owner, rest = "the map", path
    for index in range(len(path) - 1):
        noun = _NOUNS.get(str(path[index]))
        if noun is not None:
            owner = f"{noun} {_name(data, path[: index + 2], noun)}"
            rest = path[index + 2 :]
    fields = [str(part) for part in rest if isinstance(part, str)]
    return f"{'.'.join(fields)!r} of {owner}" if fields else owner


def _name(data: Any, path: Path, noun: str) -> str:
    if isinstance(path[-1], str):
        return repr(path[-1])
    value = value_at(data, path)
    name = value.get(_NAMED_BY.get(noun, noun)) if isinstance(value, dict) else None
    return repr(name) if isinstance(name, str) else f"number {path[-1] + 1}"


def quoted_value(value: Any) -> str:
    """A value, shortened to be quoted in a message."""
    if isinstance(value, dict):
        return "fields"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."
