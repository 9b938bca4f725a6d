"""Where a customer stands who enters a journey in the middle, and how else a journey begins: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class DoneBefore:
    """A step that was done before the journey began: `at` a local date, an instant with an offset, or unknown."""

    at: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class AnsweredBefore:
    """An outcome that was answered before the journey began; `at` as for steps."""

    verdict: str
    value: float | str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class OpenBefore:
    """A step that was open before the journey began, since when, and when it is due (None: counted from `at`)."""

    at: str | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """The stage of the sequence that a customer is in, since when, and what has happened before.

    An empty stage is the first of the map; `stages` are those of maps where it is another one, by their ids. `since`
    is a local date or an instant; None: the start. `counts` are product events that count already, `skipped` steps
    that nobody does any more. `plays` run since then (None: the start); of `open` steps the mail has gone; `agreed` is
    what was agreed on steps: `due` a local date, or `at` an instant and its `minutes`, and `person` an address. It is
    `paused` since then.
    """

    stage: str
    since: str | None = None
    done: Mapping[str, DoneBefore] = field(default_factory=dict)
    outcomes: Mapping[str, AnsweredBefore] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    plays: Mapping[str, str | None] = field(default_factory=dict)
    open: Mapping[str, OpenBefore] = field(default_factory=dict)
    agreed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    paused: str | None = None
    stages: Mapping[str, str] = field(default_factory=dict)

    def on(self, map_id: str) -> EntryPoint:
        """Return where a customer of this map enters; only that is kept, and sent anywhere."""
        return replace(self, stage=self.stages.get(map_id, self.stage), stages={}) if self.stages else self

    def to_json(self) -> dict[str, Any]:
        done = {step: [each.at, each.result] for step, each in self.done.items()}
        outcomes = {step: [each.verdict, each.value, each.at] for step, each in self.outcomes.items()}
        return {
            "stage": self.stage,
            "since": self.since,
            "done": done,
            "outcomes": outcomes,
            "counts": dict(self.counts),
            **({"skipped": list(self.skipped)} if self.skipped else {}),
            **({"plays": dict(self.plays)} if self.plays else {}),
            **({"open": {step: [each.at, each.due] for step, each in self.open.items()}} if self.open else {}),
            **({"agreed": {step: dict(each) for step, each in self.agreed.items()}} if self.agreed else {}),
            **({"paused": self.paused} if self.paused else {}),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> EntryPoint:
        return EntryPoint(
            data["stage"],
            data["since"],
            {step: DoneBefore(*each) for step, each in data["done"].items()},
            {step: AnsweredBefore(*each) for step, each in data["outcomes"].items()},
            data["counts"],
            tuple(data.get("skipped", ())),
            data.get("plays", {}),
            {step: OpenBefore(*each) for step, each in data.get("open", {}).items()},
            data.get("agreed", {}),
            data.get("paused"),
        )


@dataclass(frozen=True, slots=True)
class JourneyStart:
    """How a journey begins, where it isn't plainly at the first stage.

    `again` is why the customer was enrolled again by hand, whatever the map's `reenter` says; `by` is who did it.
    """

    enters: EntryPoint | None = None
    again: str | None = None
    by: str | None = None

    def to_json(self) -> dict[str, Any]:
        enters = self.enters.to_json() if self.enters else None
        return {"enters": enters, "again": self.again, "by": self.by}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> JourneyStart:
        enters = EntryPoint.from_json(data["enters"]) if data["enters"] else None
        return JourneyStart(enters, data["again"], data["by"])


PLAIN = JourneyStart()
"""A journey that begins at the first stage."""
