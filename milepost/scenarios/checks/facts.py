"""Checks of a scenario's facts: that they name what is there, fit what they speak of, and are told while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from milepost.language.attribute_values import parse_date
from milepost.language.findings import Finding
from milepost.language.model import Outcome
from milepost.language.names import nearest
from milepost.language.yaml_text import Path
from milepost.planner.instants import Instant, instant
from milepost.planner.timeline import FactIgnored
from milepost.planner.written_facts import WrittenFact
from milepost.scenarios.checks.dates import read_instant
from milepost.scenarios.checks.defined_names import Known, unknown
from milepost.scenarios.checks.people import check_changes, check_contacts, check_team
from milepost.text import did_you_mean

_NAMES_A_STEP = ("step_done", "step_skipped", "step_reopened", "snoozed", "answer", "revoked")


def check_facts(
    facts: Sequence[WrittenFact], expect: Iterable[Mapping[str, Any]], known: Known, span: tuple[Instant, Instant]
) -> Iterator[Finding]:
    """Every fact of a scenario that runs from the first instant of `span` to the last.

    A fact may be wrong on purpose, to see that it is ignored: then the scenario expects `fact_ignored` there.
    """
    ignored = [each for each in expect if each.get("kind") == FactIgnored.kind]
    for index, fact in enumerate(facts):
        path: Path = ("facts", index)
        yield from _names(path, fact, known)
        yield from _when(path, fact, span)
        if not _on_purpose(fact, ignored):
            yield from _sense(path, fact, known)
        if fact.event is not None and fact.event not in known.events:
            suggestion = nearest(fact.event, known.events)
            hint = did_you_mean(suggestion) or ", so it brings about nothing"
            said = f"The map waits for no event {fact.event!r}{hint}"
            yield Finding((*path, "event"), "W212", said, suggestion)


def _on_purpose(fact: WrittenFact, ignored: Iterable[Mapping[str, Any]]) -> bool:
    at = None if fact.at is None else instant(fact.at)
    return any("at" not in each or read_instant(each["at"]) == at for each in ignored)


def _names(path: Path, fact: WrittenFact, known: Known) -> Iterator[Finding]:
    for kind in _NAMES_A_STEP:
        if getattr(fact, kind) is not None:
            yield from unknown((*path, kind), "step", getattr(fact, kind), known.steps)
    for step in fact.agreed or ():
        yield from unknown((*path, "agreed", step), "step", step, known.steps, key=True)
    if fact.play_started is not None:
        yield from unknown((*path, "play_started"), "play", fact.play_started, known.plays)
    yield from check_contacts((*path, "contacts"), fact.contacts or (), known)
    yield from check_team((*path, "team"), fact.team or {}, known)


def _when(path: Path, fact: WrittenFact, span: tuple[Instant, Instant]) -> Iterator[Finding]:
    if fact.at is None:
        yield Finding(path, "M102", "The field 'at' is missing: when is it told?")
        return
    start, until = span
    at = instant(fact.at)
    if at < start:
        yield Finding((*path, "at"), "M103", "The fact is dated before 'start', when there is no journey to tell it to")
    elif at > until >= start:
        yield Finding((*path, "at"), "M103", "The fact is dated after 'until', so it is never told; set 'until' later")


def _sense(path: Path, fact: WrittenFact, known: Known) -> Iterator[Finding]:
    """What the journey would ignore, whenever it is told."""
    if fact.set is not None:
        yield from check_changes((*path, "set"), fact.set, known)
    for kind in ("answer", "revoked"):
        name = getattr(fact, kind)
        if name in known.steps and name not in known.outcomes:
            yield from unknown((*path, kind), "outcome", name, known.outcomes)
    if fact.step_done in known.steps:
        yield from _done(path, fact, known)
    if fact.until is not None and parse_date(fact.until) is None and read_instant(fact.until) is None:
        said = f"'until' is {fact.until!r}; write a date, 2026-03-02, or an instant, 2026-03-02T09:00:00+01:00"
        yield Finding((*path, "until"), "M103", said)


def _done(path: Path, fact: WrittenFact, known: Known) -> Iterator[Finding]:
    step = fact.step_done
    assert step is not None
    if all(isinstance(each.step, Outcome) for each in known.steps[step]):
        said = f"{step!r} is an outcome, which is answered and not done; write 'answer: {step}' with a 'verdict'"
        yield Finding((*path, "step_done"), "M103", said)
    results = known.results(step)
    if results and fact.result is None:
        yield Finding(path, "M102", f"{step!r} ends in a result; write 'result:' with one of {', '.join(results)}")
    elif results:
        yield from unknown((*path, "result"), "result", fact.result, results)
