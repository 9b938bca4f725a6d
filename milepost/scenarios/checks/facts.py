"""Checks of a scenario's facts: their names are defined, their values fit, and their dates are within the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from milepost.language.attribute_values import parse_date
from milepost.language.findings import Finding
from milepost.language.names import nearest
from milepost.language.steps import Outcome
from milepost.language.yaml_text import Path
from milepost.planner.instants import Instant, instant
from milepost.planner.timeline import FactIgnored
from milepost.planner.written_facts import WrittenFact
from milepost.scenarios.checks.dates import read_instant
from milepost.scenarios.checks.defined_names import DefinedNames, check_name
from milepost.scenarios.checks.people import check_changes, check_contacts, check_team
from milepost.scenarios.expectations import Expected
from milepost.text import did_you_mean

_NAMES_A_STEP = ("step_done", "step_skipped", "step_reopened", "snoozed", "answer", "revoked")


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
        yield from _names(path, fact, names)
        yield from _date(path, fact, span)
        if not _is_wrong_on_purpose(fact, ignored):
            yield from _values(path, fact, names)
        if fact.event is not None and fact.event not in names.events:
            suggestion = nearest(fact.event, names.events)
            hint = did_you_mean(suggestion) or ", so it brings about nothing"
            message = f"The map waits for no event {fact.event!r}{hint}"
            yield Finding((*path, "event"), "W212", message, suggestion)


def _is_wrong_on_purpose(fact: WrittenFact, ignored: Iterable[Expected]) -> bool:
    at = None if fact.at is None else instant(fact.at)
    return any("at" not in each or read_instant(each["at"]) == at for each in ignored)


def _names(path: Path, fact: WrittenFact, names: DefinedNames) -> Iterator[Finding]:
    for kind in _NAMES_A_STEP:
        if getattr(fact, kind) is not None:
            yield from check_name((*path, kind), "step", getattr(fact, kind), names.steps)
    for step in fact.agreed or ():
        yield from check_name((*path, "agreed", step), "step", step, names.steps, key=True)
    if fact.play_started is not None:
        yield from check_name((*path, "play_started"), "play", fact.play_started, names.plays)
    yield from check_contacts((*path, "contacts"), fact.contacts or (), names)
    yield from check_team((*path, "team"), fact.team or {}, names)


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


def _values(path: Path, fact: WrittenFact, names: DefinedNames) -> Iterator[Finding]:
    """Checks what the journey would ignore at any time."""
    if fact.set is not None:
        yield from check_changes((*path, "set"), fact.set, names)
    for kind in ("answer", "revoked"):
        name = getattr(fact, kind)
        if name in names.steps and name not in names.outcomes:
            yield from check_name((*path, kind), "outcome", name, names.outcomes)
    if fact.step_done in names.steps:
        yield from _done(path, fact, names)
    if fact.until is not None and parse_date(fact.until) is None and read_instant(fact.until) is None:
        message = f"'until' is {fact.until!r}; write a date, 2026-03-02, or an instant, 2026-03-02T09:00:00+01:00"
        yield Finding((*path, "until"), "M103", message)


def _done(path: Path, fact: WrittenFact, names: DefinedNames) -> Iterator[Finding]:
    step = fact.step_done
    assert step is not None
    if all(isinstance(each.step, Outcome) for each in names.steps[step]):
        message = f"{step!r} is an outcome, which is answered and not done; write 'answer: {step}' with a 'verdict'"
        yield Finding((*path, "step_done"), "M103", message)
    results = names.results(step)
    if results and fact.result is None:
        yield Finding(path, "M102", f"{step!r} ends in a result; write 'result:' with one of {', '.join(results)}")
    elif results:
        yield from check_name((*path, "result"), "result", fact.result, results)
