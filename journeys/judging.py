"""Judging: holding a timeline against what a scenario expects of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from journeys.planner.instants import Instant, instant, parse
from journeys.planner.timeline import Entry

Expected = Mapping[str, Any]


def as_instant(value: Any) -> Instant | None:
    """The instant of text with an offset or of an aware datetime; anything else is none."""
    if isinstance(value, datetime):
        return instant(value) if value.tzinfo else None
    if not isinstance(value, str) or len(value) < len("2026-03-02T10:00Z"):
        return None
    try:
        return parse(value)
    except ValueError:
        return None


def matches(expected: Expected, entry: Entry) -> bool:
    """Whether an entry has all that is expected of it; instants are the same however they are written."""
    actual = entry.to_json()
    return all(_same(value, actual.get(name)) for name, value in expected.items())


def _same(expected: Any, actual: Any) -> bool:
    if expected == actual:
        return True
    moment = as_instant(expected)
    return moment is not None and moment == as_instant(actual)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a scenario: which expectations found no entry, which forbidden entries came."""

    missing: tuple[tuple[int, Expected], ...]
    forbidden: tuple[tuple[Expected, Entry], ...]
    found: Mapping[int, int]

    @property
    def passed(self) -> bool:
        return not self.missing and not self.forbidden


def judge(expect: Sequence[Expected], never: Sequence[Expected], timeline: Sequence[Entry]) -> Verdict:
    """Hold a timeline against what is expected, in order, and what must never come.

    `found` tells for each entry that met an expectation (by its place) which one.
    """
    missing: list[tuple[int, Expected]] = []
    found: dict[int, int] = {}
    position = 0
    for number, expected in enumerate(expect):
        at = next((i for i in range(position, len(timeline)) if matches(expected, timeline[i])), None)
        if at is None:
            missing.append((number, expected))
        else:
            found[at] = number
            position = at + 1
    forbidden = tuple((each, entry) for each in never for entry in timeline if matches(each, entry))
    return Verdict(tuple(missing), forbidden, found)
