"""Which happenings are told: in quiet times all, in a rush the most telling ones, and how many more there were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from milepost.cli.support.output import count_of
from milepost.store.timeline import Happening

_WEIGHTS = {
    "journey_ended": 9,
    "outcome_answered": 8,
    "outcome_silent": 8,
    "play_ended": 7,
    "play_started": 7,
    "outcome_revoked": 7,
    "journey_paused": 6,
    "journey_resumed": 6,
    "map_changed": 6,
    "stage_stuck": 6,
    "stage_opened": 5,
    "step_escalated": 5,
    "outcome_asked": 4,
    "step_overdue": 4,
    "task_opened": 4,
    "step_done": 3,
    "step_opened": 2,
    "message_sent": 2,
}
"""How telling a kind is; those that are not named come last."""
_MORE = {
    "step_opened": ("step opened", "steps opened"),
    "step_done": ("step done", "steps done"),
    "message_sent": ("message sent", "messages sent"),
    "stage_opened": ("stage opened", "stages opened"),
    "outcome_asked": ("question asked", "questions asked"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What of a batch is told, in its order, and a word about the rest (None: there is none)."""

    lines: tuple[Happening, ...]
    rest: str | None


def choose(batch: Sequence[Happening], at_most: int) -> Told:
    """Choose what to tell of the happenings since the last look."""
    if len(batch) <= at_most:
        return Told(tuple(batch), None)
    ranked = sorted(batch, key=lambda each: (-weight(each), each.entry.serial))
    kept = {each.entry.serial for each in ranked[:at_most]}
    left = [each for each in batch if each.entry.serial not in kept]
    return Told(tuple(each for each in batch if each.entry.serial in kept), _rest(left))


def weight(happening: Happening) -> int:
    """How telling a happening is."""
    reminder = happening.entry.data.get("reason") == "reminder"
    result = happening.entry.data.get("result") is not None
    return _WEIGHTS.get(happening.entry.kind, 0) + reminder + 2 * result


def _rest(left: Sequence[Happening]) -> str:
    counts = Counter(each.entry.kind for each in left)
    named = [(kind, number) for kind, number in counts.most_common() if kind in _MORE]
    others = sum(counts.values()) - sum(number for _, number in named)
    said = [count_of(number, *_MORE[kind]) for kind, number in named]
    if others:
        said.append(count_of(others, "other line", "other lines"))
    return f"and {', '.join(said)}"
