"""Chooses the entries to show: all in quiet times; in a rush the most important ones, with a count of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from milepost.planner import timeline
from milepost.planner.timeline import Entry
from milepost.store.timeline import CustomerEntry
from milepost.text import count_of

_WEIGHTS: dict[type[Entry], int] = {
    timeline.JourneyEnded: 9,
    timeline.OutcomeAnswered: 8,
    timeline.OutcomeSilent: 8,
    timeline.PlayEnded: 7,
    timeline.PlayStarted: 7,
    timeline.OutcomeRevoked: 7,
    timeline.JourneyPaused: 6,
    timeline.JourneyResumed: 6,
    timeline.MapChanged: 6,
    timeline.StageStuck: 6,
    timeline.StageOpened: 5,
    timeline.StepEscalated: 5,
    timeline.OutcomeAsked: 4,
    timeline.StepOverdue: 4,
    timeline.TaskOpened: 4,
    timeline.StepDone: 3,
    timeline.StepOpened: 2,
    timeline.MessageSent: 2,
}
"""How important an entry is; classes without a weight come last."""
_NOUNS: dict[type[Entry], tuple[str, str]] = {
    timeline.StepOpened: ("step opened", "steps opened"),
    timeline.StepDone: ("step done", "steps done"),
    timeline.MessageSent: ("message sent", "messages sent"),
    timeline.StageOpened: ("stage opened", "stages opened"),
    timeline.OutcomeAsked: ("question asked", "questions asked"),
}


@dataclass(frozen=True, slots=True)
class Highlights:
    """The entries of a batch to show, in its order, and a phrase about the rest (None: there is none)."""

    lines: tuple[CustomerEntry, ...]
    rest: str | None


def choose(batch: Sequence[CustomerEntry], at_most: int) -> Highlights:
    """Choose the entries to show of those since the last look."""
    if len(batch) <= at_most:
        return Highlights(tuple(batch), None)
    ranked = sorted(batch, key=lambda each: (-weight(each), each.serial))
    kept = {each.serial for each in ranked[:at_most]}
    left = [each for each in batch if each.serial not in kept]
    return Highlights(tuple(each for each in batch if each.serial in kept), _rest(left))


def weight(happening: CustomerEntry) -> int:
    """The importance of an entry."""
    match happening.entry:
        case timeline.MessageSent(reason="reminder"):
            return _WEIGHTS[timeline.MessageSent] + 1
        case timeline.StepDone(result=str()):
            return _WEIGHTS[timeline.StepDone] + 2
        case entry:
            return _WEIGHTS.get(type(entry), 0)


def _rest(left: Sequence[CustomerEntry]) -> str:
    counts = Counter(type(each.entry) for each in left)
    named = [(entry, number) for entry, number in counts.most_common() if entry in _NOUNS]
    others = sum(counts.values()) - sum(number for _, number in named)
    parts = [count_of(number, *_NOUNS[entry]) for entry, number in named]
    if others:
        parts.append(count_of(others, "other line"))
    return f"and {', '.join(parts)}"
