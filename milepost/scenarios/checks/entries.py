"""Checks of what a scenario expects and forbids: an entry that can never be written tests nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milepost.language.findings import Finding
from milepost.language.model import Outcome
from milepost.language.names import nearest
from milepost.language.yaml_text import Path
from milepost.planner import timeline
from milepost.planner.instants import Instant
from milepost.planner.timeline import ENTRIES, json_keys
from milepost.scenarios.checks.dates import read_instant
from milepost.scenarios.checks.defined_names import Known, unknown
from milepost.scenarios.checks.excluded import check_excluded
from milepost.scenarios.checks.timeline_fields import ENTRY_FIELDS, ONE_OF, WORDS_BY_KIND
from milepost.text import did_you_mean

_OF_OUTCOMES = {
    entry.kind
    for entry in (timeline.OutcomeAsked, timeline.OutcomeAnswered, timeline.OutcomeSilent, timeline.OutcomeRevoked)
}


@dataclass(frozen=True)
class Check:
    """What entries are held against: the map's names, when the scenario runs, and what it says itself.

    `addresses` are those of everybody on the customer's side, `reasons` those for which a fact ends the journey,
    `agreed` the steps whose due date a fact sets.
    """

    known: Known
    span: tuple[Instant, Instant]
    addresses: Sequence[str]
    reasons: Sequence[str]
    agreed: Sequence[str] = ()

    def entries(self, where: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
        """Every entry of `expect` or `never`."""
        latest: Instant | None = None
        for index, entry in enumerate(entries):
            path: Path = (where, index)
            if not entry:
                yield Finding(path, "M102", "The entry says nothing; write at least its 'kind'")
            yield from self._shape(path, entry)
            yield from self._names(path, entry)
            yield from self._place(path, entry)
            if not any(isinstance(value, list | dict) for name, value in entry.items() if name != "steps"):
                yield from check_excluded(path, entry, self.known, self.agreed)
            at = read_instant(entry.get("at"))
            if at is not None:
                yield from self._when(path, at, latest if where == "expect" else None)
                latest = at

    def _shape(self, path: Path, entry: Mapping[str, Any]) -> Iterator[Finding]:
        """Fields that entries have, entries of this kind have, and the words and types that they take."""
        kind = entry.get("kind")
        for name, value in entry.items():
            if name not in ENTRY_FIELDS:
                suggestion = nearest(name, ENTRY_FIELDS)
                said = f"Unknown field {name!r} of an entry{did_you_mean(suggestion)}"
                yield Finding((*path, name), "M101", said, suggestion, key=True)
            elif name == "kind":
                if value not in ENTRIES:
                    suggestion = nearest(str(value), ENTRIES)
                    said = f"Unknown kind {value!r} of entry{did_you_mean(suggestion)}"
                    yield Finding((*path, name), "M103", said, suggestion)
            elif kind in ENTRIES and name not in json_keys(ENTRIES[kind]):
                has = ", ".join(json_keys(ENTRIES[kind]))
                said = f"{kind!r} never has {name!r}, so no entry can be like this; it has {has}"
                yield Finding((*path, name), "M101", said, key=True)
            elif value is not None:
                yield from _value((*path, name), name, value, kind)

    def _names(self, path: Path, entry: Mapping[str, Any]) -> Iterator[Finding]:
        valid: dict[str, tuple[str, Iterable[str]]] = {
            "step": ("step", self.known.steps),
            "stage": ("stage", self.known.stages),
            "play": ("play", self.known.plays),
            "role": ("role", self.known.roles),
            "persona": ("persona", self.known.personas),
            "template": ("message", self.known.templates),
            "map": ("map", self.known.maps),
            "contact": ("address", self.addresses),
        }
        if entry.get("step") in self.known.steps:
            valid["result"] = ("result", self.known.results(entry["step"]))
        elif "step" not in entry:
            valid["result"] = ("result", self.known.results())
        if entry.get("kind") == timeline.JourneyEnded.kind:
            valid["reason"] = ("reason", [*self.known.endings, *self.reasons])
        for name, (noun, names) in valid.items():
            if isinstance(entry.get(name), str):
                yield from unknown((*path, name), noun, entry[name], names)
        steps = entry.get("steps")
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            yield from unknown((*path, "steps", index), "step", step, self.known.steps)

    def _place(self, path: Path, entry: Mapping[str, Any]) -> Iterator[Finding]:
        """Whether the step is where the entry has it, and of the sort that the kind is about."""
        step, kind = entry.get("step"), entry.get("kind")
        placed = self.known.steps.get(step) if isinstance(step, str) else None
        if placed is None:
            return
        for field in ("stage", "play"):
            home = [each.container for each in placed if each.in_play == (field == "play")]
            if entry.get(field) is not None and entry[field] not in home:
                where = ", ".join(f"{'play' if each.in_play else 'stage'} {each.container!r}" for each in placed)
                said = f"{step!r} is not in {field} {entry[field]!r} but in {where}, so no entry can be like this"
                yield Finding((*path, field), "M105", said)
        if kind in _OF_OUTCOMES and not any(isinstance(each.step, Outcome) for each in placed):
            yield from unknown((*path, "step"), "outcome", step, self.known.outcomes)
        if kind == timeline.MessageSent.kind and not any(each.template or each.reminder_template for each in placed):
            said = f"{step!r} has no message, so none is ever sent for it"
            yield Finding((*path, "step"), "M105", said)

    def _when(self, path: Path, at: Instant, latest: Instant | None) -> Iterator[Finding]:
        start, until = self.span
        if at < start:
            said = "The entry is dated before 'start', when nothing is written yet"
            yield Finding((*path, "at"), "M103", said)
        elif at > until >= start:
            said = "The entry is dated after 'until', up to which the scenario runs; set 'until' later"
            yield Finding((*path, "at"), "M103", said)
        elif latest is not None and at < latest:
            said = "The entry is dated before one above it; 'expect' is in the order in which things happen"
            yield Finding((*path, "at"), "M103", said)


def _value(path: Path, name: str, value: Any, kind: Any) -> Iterator[Finding]:
    allowed = WORDS_BY_KIND.get((str(kind), name)) or ONE_OF.get(name)
    if allowed is not None:
        if value not in allowed:
            suggestion = nearest(str(value), allowed)
            said = f"{value!r} is not one of {', '.join(allowed)}, the words of {name!r}{did_you_mean(suggestion)}"
            yield Finding(path, "M103", said, suggestion)
    elif name in ("due", "until"):
        if read_instant(value) is None:
            yield Finding(path, "M103", f"{value!r} is no instant; write one, such as 2026-03-02T17:00:00+01:00")
    elif name == "occurrence":
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            yield Finding(path, "M103", f"{name!r} takes a whole number from 1 on, not {value!r}")
    elif name == "steps":
        if not isinstance(value, list):
            yield Finding(path, "M103", f"{name!r} takes a list of steps, not {value!r}")
    elif name not in ("value", "at") and not isinstance(value, str):
        yield Finding(path, "M103", f"{name!r} takes text (in quotes, if it looks like a number), not {value!r}")
