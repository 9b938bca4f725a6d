"""Validates facts against the journey's map: names that exist, values that fit.

The intake checks a whole fact and refuses it; a plan makes the same checks one by one, each where
it applies the fact, and reports a fact that fails as ignored. Facts that are valid but come too late for the state of
the journey are handled by the planner alone (`fact_effects`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from math import isfinite
from typing import Any

from milepost import places
from milepost.customer import BUILT_IN_ATTRIBUTES, Contact, Customer
from milepost.language.asks import Ask
from milepost.language.attribute_values import YEARS, parse_date
from milepost.language.attribute_values import fits as is_of_type
from milepost.language.field_types import AttributeType, Verdict
from milepost.language.model import Attribute
from milepost.language.steps import Action, Outcome, Touchpoint
from milepost.numbers import AmbiguousNumberError, NotANumberError, read_number
from milepost.planner.agreements import check_time, moment_or_none
from milepost.planner.colleague_checks import check_away, check_hand_over
from milepost.planner.compiled_map import CompiledMap, CompiledPlay, CompiledStep
from milepost.planner.enums import IgnoreReason
from milepost.planner.fact_errors import (
    InvalidFactError,
    NotAnOutcomeError,
    UnknownAttributeError,
    UnknownOutcomeError,
    UnknownPlayError,
    UnknownResultError,
    UnknownStepError,
    WrongAnswersError,
)
from milepost.planner.facts import (
    Agreed,
    AnswerCompleted,
    Answered,
    AttributesSet,
    Away,
    ContactsGiven,
    EventHappened,
    Fact,
    HandedOver,
    MailChosen,
    Noted,
    PlayStarted,
    Replied,
    Requested,
    Responded,
    Revoked,
    Snoozed,
    StepDone,
    StepReopened,
    StepSkipped,
    TaskAdded,
    TeamGiven,
)
from milepost.planner.ids import AddedTaskId
from milepost.planner.request_checks import check_requested, check_responded
from milepost.planner.task_checks import check_added_task
from milepost.planner.zones import is_zone
from milepost.text import did_you_mean, nearest

ABOUT_THE_RECORD = (AttributesSet, ContactsGiven, MailChosen, TeamGiven, HandedOver, EventHappened)
"""Facts about the customer, which are taken in without a journey as well."""

_VERDICTS = frozenset(Verdict)
_IN_YEARS = f"in a year from {YEARS[0]} to {YEARS[-1]}."
_HINTS = {
    AttributeType.DATE: f"Write it as 2026-03-02, {_IN_YEARS}",
    AttributeType.FLAG: "Write true or false.",
    AttributeType.NUMBER: "Write it without a unit.",
    AttributeType.TEXT: "Write it in quotes.",
}


def check(fact: Fact, compiled_map: CompiledMap) -> None:
    """Check everything that a fact says against the map of the journey that it is for.

    Raises:
        RefusedError: it names something that the map doesn't define, or says something that can't be.
    """
    fact = compiled_map.earlier_ids.today(fact)
    match fact:
        case StepDone():
            if not AddedTaskId.parse(fact.step):
                step = step_named(compiled_map, fact.step)
                check_result(step, fact.result)
                check_answers(step, fact, compiled_map.map.attributes)
        case StepSkipped() | StepReopened():
            check_step(compiled_map, fact.step)
        case Snoozed():
            check_step(compiled_map, fact.step)
            parse_until(fact.until)
        case Answered() | AnswerCompleted():
            check_measured(outcome_named(compiled_map, fact.outcome), fact.value)
            if isinstance(fact, Answered):
                check_verdict(fact.verdict)
        case Revoked():
            outcome_named(compiled_map, fact.outcome)
        case PlayStarted():
            play_named(compiled_map, fact.play)
        case Agreed():
            check_agreement(compiled_map, fact.steps)
        case AttributesSet():
            check_attributes(fact.attributes, compiled_map.map.attributes, _in(compiled_map))
        case ContactsGiven():
            check_contacts(fact.contacts)
        case TaskAdded():
            check_added_task(compiled_map, fact)
        case HandedOver():
            check_hand_over(compiled_map, fact)
        case Away():
            check_away(compiled_map, fact)
        case Requested() | Replied() | Responded():
            check_step(compiled_map, fact.step)
            if isinstance(fact, Requested):
                check_requested(compiled_map.steps.get(fact.step), fact)
            if isinstance(fact, Responded):
                check_responded(compiled_map, fact)
        case Noted():
            check_subject(compiled_map, fact.about)
        case _:
            return


def _in(compiled_map: CompiledMap) -> str:
    return f" in map {compiled_map.map.map!r}"


# Names.


def step_named(compiled_map: CompiledMap, step: str) -> CompiledStep:
    """The step of an id, or UnknownStepError."""
    if step not in compiled_map.steps:
        raise UnknownStepError(step, compiled_map.steps, _in(compiled_map))
    return compiled_map.steps[step]


def check_step(compiled_map: CompiledMap, step: str) -> None:
    """Check that a step exists; of a task that was added, only the journey knows."""
    if not AddedTaskId.parse(step):
        step_named(compiled_map, step)


def outcome_named(compiled_map: CompiledMap, outcome: str) -> CompiledStep:
    """The outcome of an id, or UnknownOutcomeError."""
    step = compiled_map.steps.get(outcome)
    if step is None or not isinstance(step.step, Outcome):
        outcomes = [step.id for step in compiled_map.steps.values() if isinstance(step.step, Outcome)]
        error = UnknownOutcomeError if step is None else NotAnOutcomeError
        raise error(outcome, outcomes, _in(compiled_map))
    return step


def play_named(compiled_map: CompiledMap, play: str) -> CompiledPlay:
    """The play of an id, or UnknownPlayError."""
    if play not in compiled_map.plays:
        raise UnknownPlayError(play, compiled_map.plays, _in(compiled_map))
    return compiled_map.plays[play]


def is_address(about: str | None) -> bool:
    """Returns whether the subject of a note is a person's address; else it is a step."""
    return about is not None and "@" in about


def check_subject(compiled_map: CompiledMap, about: str | None) -> None:
    """Check the subject of a note: a person's address, or a step that exists."""
    if about is not None and not is_address(about):
        check_step(compiled_map, about)


# What is said of steps and outcomes.


def check_result(step: CompiledStep, result: str | None) -> None:
    """Check how a step ends: an outcome needs an answer instead, a task with results one of them."""
    if isinstance(step.step, Outcome):
        message = f"{step.id!r} is an outcome, which is answered and not done."
        raise InvalidFactError(message, "Tell an answer instead.", IgnoreReason.NEEDS_ANSWER)
    results = step.step.results if isinstance(step.step, Touchpoint) else None
    if not results or result in results:
        return
    if result is None:
        hint = f"Say which: {', '.join(results)}."
        raise InvalidFactError(f"{step.id!r} ends in a result.", hint, IgnoreReason.RESULT)
    raise UnknownResultError(result, results, f" of step {step.id!r}")


def check_answers(step: CompiledStep, fact: StepDone, declared: Mapping[str, Attribute]) -> None:
    """Check the form that a fact brings: all that is asked for, and nothing else. No form at all is fine here.

    Raises:
        WrongAnswersError: it says what is wrong, field by field.
    """
    if fact.answers is None:
        return
    problems = answer_problems(step, fact.answers, declared)
    if problems:
        raise WrongAnswersError(step.id, problems)


def check_form_is_sent(step: CompiledStep, fact: StepDone, customer: Customer) -> None:
    """Check that a contact of the customer sends the form; a colleague or the product may close the step without it."""
    is_asked = any(not ask.optional for ask in asks_of(step))
    if fact.answers is None and is_asked and fact.by is not None and customer.has_contact(fact.by):
        raise WrongAnswersError(step.id, {})


def asks_of(step: CompiledStep) -> tuple[Ask, ...]:
    """The form of a step; empty where it asks for nothing."""
    return step.step.asks if isinstance(step.step, Action) else ()


def answer_problems(
    step: CompiledStep, answers: Mapping[str, Any], declared: Mapping[str, Attribute]
) -> dict[str, str]:
    """Returns what is wrong with a form, by field: `day` `isn't a date`."""
    asks = {ask.field: ask for ask in asks_of(step)}
    problems = {name: _unasked(name, asks) for name in answers if name not in asks}
    for name, ask in asks.items():
        value = answers.get(name)
        complaint = ask.complaint(value)
        if value is None:
            complaint = None if ask.optional else "is missing"
        elif complaint is None and ask.set is not None and not fits(ask.set, value, declared):
            complaint = f"can't be the {ask.set!r} of a customer"
        if complaint is not None:
            problems[name] = complaint
    return problems


def _unasked(name: str, asks: Collection[str]) -> str:
    return f"isn't asked for{did_you_mean(nearest(name, asks))}"


def check_verdict(verdict: str) -> None:
    """Check that a verdict is one; silence can't be reported."""
    if verdict not in _VERDICTS:
        hint = f"It is one of: {', '.join(Verdict)}."
        raise InvalidFactError(f"The verdict is {verdict!r}.", hint, IgnoreReason.VERDICT)


def check_measured(outcome: CompiledStep, value: float | str | None) -> None:
    """Check that a measured value, which is compared with a target, is a number, or not known."""
    metric = outcome.step.metric if isinstance(outcome.step, Outcome) else None
    if metric is None or value is None:
        return
    if isinstance(value, str) or not isfinite(value):
        message = f"The value of {outcome.id!r} is {value!r}, which isn't a number; it measures {metric.name!r}."
        raise InvalidFactError(message, _number_hint(str(value)))


def _number_hint(text: str) -> str | None:
    """Says how to write as a number what somebody wrote as a text."""
    try:
        return f"Write {read_number(text)}, without quotes."
    except AmbiguousNumberError as error:
        return error.hint
    except NotANumberError:
        return "Write a number without a unit, such as 5.5."


def parse_until(until: str) -> date | datetime:
    """Read until when a step is snoozed: a local date, or an aware datetime."""
    day = parse_date(until)
    if day is not None:
        return day
    moment = moment_or_none(until)
    if moment is None:
        hint = f"Write a date, 2026-03-02, or an instant, 2026-03-02T09:00:00Z, {_IN_YEARS}"
        raise InvalidFactError(f"'until' is {until!r}.", hint, IgnoreReason.UNTIL)
    return moment


def check_agreement(compiled_map: CompiledMap, steps: Mapping[str, Mapping[str, Any]]) -> None:
    """Check what people agreed on: steps that exist, `due` a local date, or `at` an instant and its `minutes`."""
    for step in steps:
        check_step(compiled_map, step)
    for step, agreed in steps.items():
        if "due" in agreed and parse_date(agreed["due"]) is None:
            message = f"The due date of {step!r} is {agreed['due']!r}."
            raise InvalidFactError(message, f"Write a date, 2026-03-02, {_IN_YEARS}", IgnoreReason.DUE)
        if "at" in agreed:
            check_time(step, agreed)


def check_dates_ahead(steps: Mapping[str, Mapping[str, Any]], today: Callable[[str], date]) -> None:
    """Check that no date that people agreed on is past, by the date of today for a step."""
    for step_id, agreed in steps.items():
        day = parse_date(agreed.get("due"))
        if day is not None and day < today(step_id):
            message = f"The due date of {step_id!r} is {agreed['due']!r}, which is past."
            raise InvalidFactError(message, "Write today or a later day.", IgnoreReason.PAST)


# What is said of the customer.


def check_attributes(values: Mapping[str, Any], declared: Mapping[str, Attribute], where: str = "") -> None:
    """Check attributes against those that the map declares, or all maps.

    Raises:
        UnknownAttributeError: one is declared nowhere.
        InvalidFactError: one has a value of the wrong type, or one that is not allowed.
    """
    for name, value in values.items():
        if name in declared:
            _check_value(name, value, declared[name])
        elif name in BUILT_IN_ATTRIBUTES:
            _check_built_in(name, value)
        else:
            raise UnknownAttributeError(name, [*declared, *BUILT_IN_ATTRIBUTES], where)


def fits(name: str, value: Any, declared: Mapping[str, Attribute]) -> bool:
    """Returns whether a journey on this map would take the attribute."""
    try:
        check_attributes({name: value}, declared)
    except (InvalidFactError, UnknownAttributeError):
        return False
    return True


def is_allowed(value: Any, attribute: Attribute) -> bool:
    """Returns whether a value has the attribute's type and is one that is allowed; None forgets the attribute."""
    return value is None or (
        is_of_type(value, attribute.type) and (attribute.one_of is None or value in attribute.one_of)
    )


def _check_value(name: str, value: Any, attribute: Attribute) -> None:
    if is_allowed(value, attribute):
        return
    if not is_of_type(value, attribute.type):
        message = f"Attribute {name!r} is {value!r}, which is no {attribute.type}."
        raise InvalidFactError(message, _HINTS.get(attribute.type), IgnoreReason.TYPE)
    allowed = ", ".join(str(each) for each in attribute.one_of or ())
    raise InvalidFactError(f"Attribute {name!r} is {value!r}.", f"It is one of: {allowed}.", IgnoreReason.VALUE)


def _check_built_in(name: str, value: Any) -> None:
    if value is None and name in ("country", "language"):
        return
    if name == "timezone" and isinstance(value, str):
        _check_zone(value)
    elif name == "country" and isinstance(value, str):
        _check_country(value)
    elif not isinstance(value, str) or not value.strip():
        raise InvalidFactError(f"{name!r} is {value!r}.", "It must be a text.", IgnoreReason.TYPE)


def _check_zone(name: str) -> None:
    if not is_zone(name):
        hint = "Write an IANA name, such as Europe/Berlin."
        raise InvalidFactError(f"Unknown time zone {name!r}.", hint, IgnoreReason.TIMEZONE)


def _check_country(code: str) -> None:
    if not places.is_country(code):
        near = places.nearest_country(code)
        hint = f"Did you mean {near!r}?" if near else "Write a code, such as DE, or DE-BY for a region."
        raise InvalidFactError(f"Unknown country {code!r}.", hint, IgnoreReason.COUNTRY)


def check_contacts(contacts: Iterable[Contact]) -> None:
    """Check that the contacts' time zones and countries exist."""
    for contact in contacts:
        if contact.timezone:
            _check_zone(contact.timezone)
        if contact.country:
            _check_country(contact.country)
