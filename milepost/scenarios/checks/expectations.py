"""Checks of what a scenario expects and forbids: an expectation that no entry can ever meet tests nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milepost.language.findings import Finding
from milepost.language.names import nearest
from milepost.language.steps import Outcome
from milepost.language.yaml_text import Path
from milepost.planner import timeline
from milepost.planner.enums import CustomerPart, HoldReason, Response
from milepost.planner.fact_words import fact_called
from milepost.planner.ids import AddedTaskId
from milepost.planner.instants import Instant
from milepost.planner.request_checks import WISHES
from milepost.planner.timeline import ENTRIES, json_keys
from milepost.planner.written_facts import KINDS
from milepost.scenarios.checks.defined_names import DefinedNames, check_name
from milepost.scenarios.checks.excluded import check_excluded
from milepost.scenarios.expectations import Expected, read_instant
from milepost.text import did_you_mean

_FIELDS = tuple(dict.fromkeys(key for entry in ENTRIES.values() for key in json_keys(entry)))
_WORDS: Mapping[str, tuple[str, ...]] = {
    "track": ("company", "customer", "outcome"),
    "verdict": ("verified", "partial", "disputed"),
    "fact": KINDS,
    "wish": WISHES,
    "response": tuple(Response),
}
"""The words of fields that mean the same in every kind of entry."""
_WORDS_BY_KIND: Mapping[tuple[str, str], tuple[str, ...]] = {
    (timeline.MessageSent.kind, "reason"): ("opening", "reminder", "request", "touchpoint"),
    (timeline.MessageHeld.kind, "why"): tuple(HoldReason),
    (timeline.PlayBlocked.kind, "why"): ("open", "cooldown", "only_if"),
    (timeline.CustomerChanged.kind, "what"): tuple(CustomerPart),
    (timeline.TaskOpened.kind, "why"): (
        "contact",
        "message_failed",
        "opted_out",
        "cancelled",
        "value",
        "stuck",
        "idle",
        "request",
    ),
}
"""The words of fields that mean something else in each kind."""
_LISTS = ("steps", "names", "roles")
_ABOUT_OUTCOMES = {
    entry.kind
    for entry in (timeline.OutcomeAsked, timeline.OutcomeAnswered, timeline.OutcomeSilent, timeline.OutcomeRevoked)
}


@dataclass(frozen=True)
class ExpectationCheck:
    """Checks expectations against the map's names, the time that the scenario runs, and its own facts.

    `addresses` are those of everybody on the customer's side, `reasons` those for which a fact ends the journey,
    `agreed` the steps whose due date a fact sets. `enters` says that a
    journey begins with what was before its start: such lines are dated before the one above them.
    """

    names: DefinedNames
    span: tuple[Instant, Instant]
    addresses: Sequence[str]
    reasons: Sequence[str]
    agreed: Sequence[str] = ()
    enters: bool = False

    def findings(self, field: str, expectations: Iterable[Expected]) -> Iterator[Finding]:
        """Checks every expectation of `expect` or `never`."""
        latest: Instant | None = None
        for index, expected in enumerate(expectations):
            path: Path = (field, index)
            if not expected:
                yield Finding(path, "M102", "The entry says nothing; write at least its 'kind'")
            wrong = list(_nested(path, expected))
            wrong = wrong or [*_shape(path, expected), *self._defined(path, expected), *self._place(path, expected)]
            yield from wrong or check_excluded(path, expected, self.names, self.agreed)
            at = read_instant(expected.get("at"))
            if at is not None and not (self.enters and at < (latest or self.span[0])):
                yield from self._date(path, at, latest if field == "expect" else None)
                latest = at

    def _defined(self, path: Path, expected: Expected) -> Iterator[Finding]:
        """Checks the names that the map or the scenario must define."""
        names = self.names
        valid: dict[str, tuple[str, Iterable[str]]] = {
            "step": ("step", names.steps),
            "stage": ("stage", names.stages),
            "play": ("play", names.plays),
            "role": ("role", names.roles),
            "persona": ("persona", names.personas),
            "template": ("message", names.templates),
            "map": ("map", names.maps),
            "contact": ("address", self.addresses),
        }
        if expected.get("step") in names.steps:
            valid["result"] = ("result", names.results(expected["step"]))
        elif "step" not in expected:
            valid["result"] = ("result", names.results())
        if expected.get("kind") == timeline.JourneyEnded.kind:
            valid["reason"] = ("reason", [*names.endings, *self.reasons])
        for name, (noun, defined) in valid.items():
            if isinstance(expected.get(name), str) and not (name == "step" and AddedTaskId.parse(expected[name])):
                yield from check_name((*path, name), noun, expected[name], defined)
        steps = expected.get("steps")
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            yield from check_name((*path, "steps", index), "step", step, names.steps)

    def _place(self, path: Path, expected: Expected) -> Iterator[Finding]:
        """Checks that the step is in the stage or play that is named, and of the sort that the kind is about."""
        step, kind = expected.get("step"), expected.get("kind")
        versions = self.names.steps.get(step) if isinstance(step, str) else None
        if versions is None:
            return
        for field in ("stage", "play"):
            home = [each.container for each in versions if each.in_play == (field == "play")]
            if expected.get(field) is not None and expected[field] not in home:
                where = ", ".join(f"{'play' if each.in_play else 'stage'} {each.container!r}" for each in versions)
                message = f"{step!r} is not in {field} {expected[field]!r} but in {where}, so no entry can be like this"
                yield Finding((*path, field), "M105", message)
        if kind in _ABOUT_OUTCOMES and not any(isinstance(each.step, Outcome) for each in versions):
            yield from check_name((*path, "step"), "outcome", step, self.names.outcomes)
        if kind == timeline.MessageSent.kind and not any(each.template or each.reminder_template for each in versions):
            yield Finding((*path, "step"), "M105", f"{step!r} has no message, so none is ever sent for it")

    def _date(self, path: Path, at: Instant, latest: Instant | None) -> Iterator[Finding]:
        start, until = self.span
        if at < start:
            message = "The entry is dated before 'start', when nothing is written yet"
        elif at > until >= start:
            message = "The entry is dated after 'until', up to which the scenario runs; set 'until' later"
        elif latest is not None and at < latest:
            message = "The entry is dated before one above it; 'expect' is in the order in which things happen"
        else:
            return
        yield Finding((*path, "at"), "M103", message)


def _nested(path: Path, expected: Expected) -> Iterator[Finding]:
    for name, value in expected.items():
        if isinstance(value, dict) or (isinstance(value, list) and name not in _LISTS):
            yield Finding((*path, name), "M103", f"{name!r} takes a single value, not {value!r}")


def _shape(path: Path, expected: Expected) -> Iterator[Finding]:
    """Checks that entries of the kind have the fields, and the fields' words and types."""
    kind = expected.get("kind")
    for name, value in expected.items():
        if name not in _FIELDS:
            suggestion = nearest(name, _FIELDS)
            message = f"Unknown field {name!r} of an entry{did_you_mean(suggestion)}"
            yield Finding((*path, name), "M101", message, suggestion, key=True)
        elif name == "kind":
            if value not in ENTRIES:
                meant = fact_called(str(value))
                suggestion = meant if meant in ENTRIES else nearest(str(value), ENTRIES)
                message = f"Unknown kind {value!r} of entry{did_you_mean(suggestion)}"
                yield Finding((*path, name), "M103", message, suggestion)
        elif kind in ENTRIES and name not in json_keys(ENTRIES[kind]):
            keys = ", ".join(json_keys(ENTRIES[kind]))
            message = f"{kind!r} never has {name!r}, so no entry can be like this; it has {keys}"
            yield Finding((*path, name), "M101", message, key=True)
        elif value is not None:
            yield from _value((*path, name), name, value, kind)


def _value(path: Path, name: str, value: Any, kind: Any) -> Iterator[Finding]:
    words = _WORDS_BY_KIND.get((str(kind), name)) or _WORDS.get(name)
    if words is not None:
        if value not in words:
            suggestion = nearest(str(value), words)
            message = f"{value!r} is not one of {', '.join(words)}, the words of {name!r}{did_you_mean(suggestion)}"
            yield Finding(path, "M103", message, suggestion)
    elif name in ("due", "until"):
        if read_instant(value) is None:
            yield Finding(path, "M103", f"{value!r} isn't an instant; write one, such as 2026-03-02T17:00:00+01:00")
    elif name == "occurrence":
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            yield Finding(path, "M103", f"{name!r} takes a whole number from 1 on, not {value!r}")
    elif name in _LISTS:
        if not isinstance(value, list):
            yield Finding(path, "M103", f"{name!r} takes a list, not {value!r}")
    elif name in ("needs_answer", "now"):
        if not isinstance(value, bool):
            yield Finding(path, "M103", f"{name!r} takes true or false, not {value!r}")
    elif name not in ("value", "at") and not isinstance(value, str):
        yield Finding(path, "M103", f"{name!r} takes text (in quotes, if it looks like a number), not {value!r}")
