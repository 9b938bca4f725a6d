"""Judging: holding a timeline against what a scenario expects of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from milepost.planner import timeline
from milepost.planner.instants import Instant, instant, parse
from milepost.planner.timeline import Entry

Expected = Mapping[str, Any]

_ABOUT = ("step", "play", "stage")
_ALIKE = (
    {timeline.StepDone.kind, timeline.StepSkipped.kind, timeline.StepWithdrawn.kind},
    {timeline.OutcomeAnswered.kind, timeline.OutcomeSilent.kind},
    {timeline.PlayStarted.kind, timeline.PlayBlocked.kind},
    {timeline.MessageSent.kind, timeline.MessageHeld.kind, timeline.MessageDropped.kind},
)
"""Kinds of which one may come where another was expected."""


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


def differing(expected: Expected, entry: Entry) -> tuple[str, ...]:
    """The fields in which an entry is not as expected."""
    actual = entry.to_json()
    return tuple(name for name, value in expected.items() if not _same(value, actual.get(name)))


def _same(expected: Any, actual: Any) -> bool:
    if expected == actual:
        return True
    moment = as_instant(expected)
    return moment is not None and moment == as_instant(actual)


@dataclass(frozen=True, slots=True)
class Missing:
    """An expectation that found no entry.

    Attributes:
        number: Its place in `expect`.
        expected: What it says.
        position: From which entry of the timeline on it was looked for.
        nearest: The entry that is most like it, and in which fields that one differs.
        earlier: An entry that is as expected but came before what an earlier expectation had found.
        met: The expectation that `earlier`, or `nearest`, was found for, if it was.
        last: Where there is no `nearest`, the last entry about the same step, play or stage.
    """

    number: int
    expected: Expected
    position: int
    nearest: Entry | None = None
    differs: tuple[str, ...] = ()
    earlier: Entry | None = None
    met: int | None = None
    last: Entry | None = None


@dataclass(frozen=True, slots=True)
class Forbidden:
    """An entry that must never come: `number` is the place in `never` of what it is like."""

    number: int
    never: Expected
    entry: Entry


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a scenario: which expectations found no entry, which forbidden entries came."""

    missing: tuple[Missing, ...]
    forbidden: tuple[Forbidden, ...]
    found: Mapping[int, int]

    @property
    def passed(self) -> bool:
        return not self.missing and not self.forbidden


def judge(expect: Sequence[Expected], never: Sequence[Expected], entries: Sequence[Entry]) -> Verdict:
    """Hold a timeline against what is expected, in order, and what must never come.

    `found` tells for each entry that met an expectation (by its place) which one.
    """
    lost: list[tuple[int, int]] = []
    found: dict[int, int] = {}
    position = 0
    for number, expected in enumerate(expect):
        at = next((i for i in range(position, len(entries)) if matches(expected, entries[i])), None)
        if at is None:
            lost.append((number, position))
        else:
            found[at] = number
            position = at + 1
    missing = tuple(_missing(number, expect[number], place, entries, found) for number, place in lost)
    forbidden = tuple(
        Forbidden(number, each, entry) for number, each in enumerate(never) for entry in entries if matches(each, entry)
    )
    return Verdict(missing, forbidden, found)


def _missing(
    number: int, expected: Expected, position: int, entries: Sequence[Entry], found: Mapping[int, int]
) -> Missing:
    earlier = [at for at in range(position) if matches(expected, entries[at])]
    if earlier:
        free = [at for at in earlier if at not in found] or earlier
        return Missing(number, expected, position, earlier=entries[free[-1]], met=found.get(free[-1]))
    place = _nearest(expected, position, entries, found)
    if place is not None:
        nearest = entries[place]
        return Missing(number, expected, position, nearest, differing(expected, nearest), met=found.get(place))
    about = {name: expected[name] for name in _ABOUT if name in expected}
    same = [entry for entry in entries if about and matches(about, entry)]
    return Missing(number, expected, position, last=same[-1] if same else None)


def _nearest(expected: Expected, position: int, entries: Sequence[Entry], found: Mapping[int, int]) -> int | None:
    """The place of the entry about the same thing that differs in the fewest fields; of several, the nearest in time.

    One that another expectation has found comes last.
    """
    at = as_instant(expected.get("at"))
    ranked = []
    for place, entry in enumerate(entries):
        differs = differing(expected, entry)
        if differs and _is_like(expected, entry, differs):
            away = abs(entry.at - at) if at is not None else 0
            ranked.append(("kind" in differs, len(differs), place in found, away, place < position, place))
    return min(ranked)[-1] if ranked else None


def _is_like(expected: Expected, entry: Entry, differs: tuple[str, ...]) -> bool:
    """Whether an entry is about the same thing, and of the same kind or of one that may come instead."""
    if any(name in differs for name in _ABOUT) or len(differs) == len(expected):
        return False
    return "kind" not in differs or any({expected["kind"], entry.kind} <= alike for alike in _ALIKE)
