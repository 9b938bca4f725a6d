"""Checks of a scenario's facts: the map takes them, their names are defined, and their dates are within the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from milepost.language.findings import Finding
from milepost.language.names import nearest
from milepost.language.yaml_text import Path
from milepost.planner.enums import IgnoreReason
from milepost.planner.fact_errors import UnknownAttributeError
from milepost.planner.instants import Instant, instant
from milepost.planner.timeline import FactIgnored
from milepost.planner.written_facts import WrittenFact
from milepost.scenarios.checks.defined_names import DefinedNames, refusal_finding
from milepost.scenarios.checks.people import check_contacts, check_team
from milepost.scenarios.expectations import Expected, read_instant
from milepost.text import did_you_mean

_FIELDS = {
    IgnoreReason.RESULT: "result",
    IgnoreReason.ANSWERS: "answers",
    IgnoreReason.VALUE: "value",
    IgnoreReason.UNTIL: "until",
}
"""The field that a fact is refused for, where it isn't the one that says what happened."""


def check_facts(
    facts: Sequence[WrittenFact],
    expect: Iterable[Expected],
    names: DefinedNames,
    span: tuple[Instant, Instant],
) -> Iterator[Finding]:
    """Checks every fact of a scenario that runs from the first instant of `span` to the last.

    A fact may be wrong on purpose, to see that it is ignored: then the scenario expects `fact_ignored` at its instant.
    """
    ignored = [each for each in expect if each.get("kind") == FactIgnored.kind]
    for index, fact in enumerate(facts):
        path: Path = ("facts", index)
        yield from _refusals(path, fact, names, on_purpose=_is_wrong_on_purpose(fact, ignored))
        yield from check_contacts((*path, "contacts"), fact.contacts or (), names)
        yield from check_team((*path, "team"), fact.team or {}, names)
        yield from _date(path, fact, span)
        if fact.event is not None and fact.event not in names.events:
            suggestion = nearest(fact.event, names.events)
            hint = did_you_mean(suggestion) or ", so it brings about nothing"
            message = f"The map waits for no event {fact.event!r}{hint}"
            yield Finding((*path, "event"), "W212", message, suggestion)


def _is_wrong_on_purpose(fact: WrittenFact, ignored: Iterable[Expected]) -> bool:
    at = None if fact.at is None else instant(fact.at)
    return any("at" not in each or read_instant(each["at"]) == at for each in ignored)


def _refusals(path: Path, fact: WrittenFact, names: DefinedNames, *, on_purpose: bool) -> Iterator[Finding]:
    """Finds what the planner would ignore; a step or play that doesn't exist is a mistake even on purpose."""
    for place, part in _parts(fact):
        error = names.refusal(part.fact("", 0))
        if error is None:
            continue
        names_nothing = error.ignored_as is IgnoreReason.UNKNOWN and not isinstance(error, UnknownAttributeError)
        if on_purpose and not names_nothing:
            continue
        field = _FIELDS.get(error.ignored_as) if len(place) == 1 else None
        if field and getattr(fact, field) is None:
            yield Finding(path, "M102", str(error).removesuffix("."))
        else:
            yield refusal_finding((*path, field) if field else (*path, *place), error, is_key=len(place) > 1)


def _parts(fact: WrittenFact) -> Iterator[tuple[Path, WrittenFact]]:
    """A fact in parts that can each be refused, by the field of each: its attributes or agreements one by one."""
    for kind in ("set", "agreed"):
        for name, value in (getattr(fact, kind) or {}).items():
            yield (kind, name), fact.model_copy(update={kind: {name: value}})
    if fact.kind not in ("set", "agreed"):
        yield (fact.kind,), fact


def _date(path: Path, fact: WrittenFact, span: tuple[Instant, Instant]) -> Iterator[Finding]:
    if fact.at is None:
        yield Finding(path, "M102", "The field 'at' is missing: when does it happen?")
        return
    start, until = span
    at = instant(fact.at)
    if at < start:
        yield Finding((*path, "at"), "M103", "The fact is dated before 'start', when there is no journey yet")
    elif at > until >= start:
        yield Finding((*path, "at"), "M103", "The fact is dated after 'until', so it never happens; set 'until' later")
