"""Comparing a timeline with what a scenario expects of it, and finding what came nearest where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from milepost.planner import timeline
from milepost.planner.instants import Instant, instant
from milepost.planner.timeline import Entry

Expected = Mapping[str, Any]

_ABOUT = ("step", "play", "stage")
_ALIKE = (
    {timeline.StepDone.kind, timeline.StepSkipped.kind, timeline.StepWithdrawn.kind},
    {timeline.OutcomeAnswered.kind, timeline.OutcomeSilent.kind},
    {timeline.PlayStarted.kind, timeline.PlayBlocked.kind},
    {timeline.MessageSent.kind, timeline.MessageHeld.kind, timeline.MessageDropped.kind},
)
"""Kinds that may come in place of one another."""


def read_instant(value: Any) -> Instant | None:
    """The instant of a text with an offset or of an aware datetime; None for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant(moment) if isinstance(moment, datetime) and moment.tzinfo else None
    except (OverflowError, ValueError, OSError):
        return None


def matches(expected: Expected, entry: Entry) -> bool:
    """Returns whether an entry has every field that is expected; instants are equal whatever their offset."""
    actual = entry.to_json()
    return all(_same(value, actual.get(name)) for name, value in expected.items())


def differing(expected: Expected, entry: Entry) -> tuple[str, ...]:
    """The fields of an expectation that an entry doesn't have, or has with another value."""
    actual = entry.to_json()
    return tuple(name for name, value in expected.items() if not _same(value, actual.get(name)))


def _same(expected: Any, actual: Any) -> bool:
    if expected == actual:
        return True
    moment = read_instant(expected)
    return moment is not None and moment == read_instant(actual)


@dataclass(frozen=True, slots=True)
class Missing:
    """An expectation that no entry meets.

    Attributes:
        number: Its index in `expect`.
        expected: Its fields.
        position: The index in the timeline from which it was looked for.
        nearest: The entry that is most like it; `differs` are the fields in which it differs.
        earlier: An entry that is as expected, but came before the one that meets an earlier expectation.
        met: The expectation that `earlier`, or `nearest`, meets, if any.
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
    """An entry that must never come; `number` is the index in `never` of what forbids it."""

    number: int
    never: Expected
    entry: Entry


@dataclass(frozen=True, slots=True)
class Comparison:
    """The expectations that no entry meets, and the forbidden entries that came.

    `met` maps the index of each entry that meets an expectation to the index of that expectation.
    """

    missing: tuple[Missing, ...]
    forbidden: tuple[Forbidden, ...]
    met: Mapping[int, int]

    @property
    def passed(self) -> bool:
        return not self.missing and not self.forbidden


def compare(expect: Sequence[Expected], never: Sequence[Expected], entries: Sequence[Entry]) -> Comparison:
    """Compares a timeline with what is expected, in that order, and with what must never come."""
    unmet: list[tuple[int, int]] = []
    met: dict[int, int] = {}
    position = 0
    for number, expected in enumerate(expect):
        at = next((i for i in range(position, len(entries)) if matches(expected, entries[i])), None)
        if at is None:
            unmet.append((number, position))
        else:
            met[at] = number
            position = at + 1
    missing = tuple(_missing(number, expect[number], place, entries, met) for number, place in unmet)
    forbidden = tuple(
        Forbidden(number, each, entry) for number, each in enumerate(never) for entry in entries if matches(each, entry)
    )
    return Comparison(missing, forbidden, met)


def _missing(
    number: int, expected: Expected, position: int, entries: Sequence[Entry], met: Mapping[int, int]
) -> Missing:
    earlier = [at for at in range(position) if matches(expected, entries[at])]
    if earlier:
        free = [at for at in earlier if at not in met] or earlier
        return Missing(number, expected, position, earlier=entries[free[-1]], met=met.get(free[-1]))
    place = _nearest(expected, position, entries, met)
    if place is not None:
        nearest = entries[place]
        return Missing(number, expected, position, nearest, differing(expected, nearest), met=met.get(place))
    about = {name: expected[name] for name in _ABOUT if name in expected}
    same = [entry for entry in entries if about and matches(about, entry)]
    return Missing(number, expected, position, last=same[-1] if same else None)


def _nearest(expected: Expected, position: int, entries: Sequence[Entry], met: Mapping[int, int]) -> int | None:
    """The place of the entry about the same thing that differs in the fewest fields; of several, the nearest in time.

    One that meets another expectation comes last.
    """
    at = read_instant(expected.get("at"))
    ranked = []
    for place, entry in enumerate(entries):
        differs = differing(expected, entry)
        if differs and _is_like(expected, entry, differs):
            away = abs(entry.at - at) if at is not None else 0
            ranked.append(("kind" in differs, len(differs), place in met, away, place < position, place))
    return min(ranked)[-1] if ranked else None


def _is_like(expected: Expected, entry: Entry, differs: tuple[str, ...]) -> bool:
    """Returns whether an entry is about the same thing, and of the same kind or one that may come in its place."""
    if any(name in differs for name in _ABOUT) or len(differs) == len(expected):
        return False
    return "kind" not in differs or any({expected["kind"], entry.kind} <= alike for alike in _ALIKE)
