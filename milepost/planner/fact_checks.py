"""Whether a fact speaks of things that the journey's map knows. What merely comes too late is the planner's to say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES
from milepost.language.attribute_values import YEARS, parse_date
from milepost.language.attribute_values import fits as is_of_type
from milepost.language.model import Attribute, AttributeType, Outcome, Touchpoint
from milepost.numbers import AmbiguousNumberError, NotANumberError, read_number
from milepost.planner.calendars import is_zone
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_errors import (
    InvalidFactError,
    UnknownAttributeError,
    UnknownOutcomeError,
    UnknownPlayError,
    UnknownResultError,
    UnknownStepError,
)
from milepost.planner.facts import (
    Agreed,
    Answered,
    AttributesSet,
    ContactsGiven,
    EventHappened,
    Fact,
    PlayStarted,
    Revoked,
    Snoozed,
    StepDone,
    StepReopened,
    StepSkipped,
    TeamGiven,
)

ABOUT_THE_RECORD = (AttributesSet, ContactsGiven, TeamGiven, EventHappened)
"""Facts that are taken in without a journey as well: they say something of the customer."""


def check(fact: Fact, compiled_map: CompiledMap) -> None:
    """Hold a fact against the map of the journey that it is for.

    Raises:
        RefusedError: it names what the map does not know, or says what cannot be.
    """
    where = f" in map {compiled_map.map.map!r}"
    match fact:
        case StepDone():
            _check_step(compiled_map, fact.step, where)
            _check_result(compiled_map, fact)
        case StepSkipped() | StepReopened():
            _check_step(compiled_map, fact.step, where)
        case Snoozed():
            _check_step(compiled_map, fact.step, where)
            _check_until(fact.until)
        case Answered() | Revoked():
            outcomes = [step.id for step in compiled_map.steps.values() if isinstance(step.step, Outcome)]
            if fact.outcome not in outcomes:
                raise UnknownOutcomeError(fact.outcome, outcomes, where)
            if isinstance(fact, Answered):
                _check_measured(compiled_map, fact)
        case PlayStarted():
            if fact.play not in compiled_map.plays:
                raise UnknownPlayError(fact.play, compiled_map.plays, where)
        case Agreed():
            for step, agreed in fact.steps.items():
                _check_step(compiled_map, step, where)
                _check_due(step, agreed.get("due"))
        case AttributesSet():
            check_attributes(fact.attributes, compiled_map.map.attributes, where)
        case _:
            return


def check_attributes(given: Mapping[str, Any], declared: Mapping[str, Attribute], where: str = "") -> None:
    """Hold attributes against those that the map declares, or all maps.

    Raises:
        UnknownAttributeError: one is declared nowhere.
        InvalidFactError: one has a value of the wrong type, or one that is not allowed.
    """
    for name, value in given.items():
        if name in declared:
            _check_value(name, value, declared[name])
        elif name not in BUILT_IN_ATTRIBUTES:
            raise UnknownAttributeError(name, [*declared, *BUILT_IN_ATTRIBUTES], where)
        else:
            _check_built_in(name, value)


def fits(name: str, value: Any, declared: Mapping[str, Attribute]) -> bool:
    """Whether a journey on this map would take the attribute."""
    try:
        check_attributes({name: value}, declared)
    except (InvalidFactError, UnknownAttributeError):
        return False
    return True


def _check_step(compiled_map: CompiledMap, step: str, where: str) -> None:
    if step not in compiled_map.steps:
        raise UnknownStepError(step, compiled_map.steps, where)


def _check_result(compiled_map: CompiledMap, fact: StepDone) -> None:
    step = compiled_map.steps[fact.step].step
    if isinstance(step, Outcome):
        raise InvalidFactError(
            f"{fact.step!r} is an outcome, which is answered and not done.", "Tell an answer instead."
        )
    results = step.results if isinstance(step, Touchpoint) else None
    if not results or fact.result in results:
        return
    if fact.result is None:
        raise InvalidFactError(f"{fact.step!r} ends in a result.", f"Say which: {', '.join(results)}.")
    raise UnknownResultError(fact.result, results, f" of step {fact.step!r}")


def _check_measured(compiled_map: CompiledMap, fact: Answered) -> None:
    """What is measured is compared with a target: it is a number, or not known."""
    step, value = compiled_map.steps[fact.outcome].step, fact.value
    if not isinstance(step, Outcome) or step.metric is None or value is None:
        return
    if isinstance(value, str) or not isfinite(value):
        raise InvalidFactError(
            f"The value of {fact.outcome!r} is {value!r}, which isn't a number; it measures {step.metric.name!r}.",
            _number_hint(str(value)),
        )


def _number_hint(text: str) -> str | None:
    """Says how to write as a number what somebody wrote as a text."""
    try:
        return f"Write {read_number(text)}, without quotes."
    except AmbiguousNumberError as error:
        return error.hint
    except NotANumberError:
        return "Write a number without a unit, such as 5.5."


def _check_due(step: str, due: str | None) -> None:
    if due is not None and parse_date(due) is None:
        hint = f"Write a date, 2026-03-02, in a year from {YEARS[0]} to {YEARS[-1]}."
        raise InvalidFactError(f"The due date of {step!r} is {due!r}.", hint)


def _check_until(until: str) -> None:
    try:
        instant = datetime.fromisoformat(until)
        is_valid = parse_date(until) is not None or (instant.tzinfo is not None and instant.year in YEARS)
    except ValueError:
        is_valid = False
    if not is_valid:
        raise InvalidFactError(
            f"'until' is {until!r}.",
            f"Write a date, 2026-03-02, or an instant, 2026-03-02T09:00:00Z, in a year from {YEARS[0]} to {YEARS[-1]}.",
        )


def _check_value(name: str, value: Any, attribute: Attribute) -> None:
    if value is None:
        return
    if not is_of_type(value, attribute.type):
        raise InvalidFactError(
            f"Attribute {name!r} is {value!r}, which is no {attribute.type}.", _HOW.get(attribute.type)
        )
    if attribute.one_of is not None and value not in attribute.one_of:
        allowed = ", ".join(str(each) for each in attribute.one_of)
        raise InvalidFactError(f"Attribute {name!r} is {value!r}.", f"It is one of: {allowed}.")


_HOW = {
    AttributeType.DATE: f"Write it as 2026-03-02, in a year from {YEARS[0]} to {YEARS[-1]}.",
    AttributeType.FLAG: "Write true or false.",
    AttributeType.NUMBER: "Write it without a unit.",
}


def _check_built_in(name: str, value: Any) -> None:
    if value is None and name in ("country", "language"):
        return
    if not isinstance(value, str) or not value.strip():
        raise InvalidFactError(f"{name!r} is {value!r}.", "It must be a text.")
    if name == "timezone" and not is_zone(value):
        raise InvalidFactError(f"Unknown time zone {value!r}.", "Write an IANA name, such as Europe/Berlin.")
