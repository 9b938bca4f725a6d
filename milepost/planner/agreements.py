"""What people agree on for a step, as the planner reads it: with a local date, and for a time of day the instant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from milepost import limits
from milepost.language.attribute_values import parse_date
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import IgnoreReason
from milepost.planner.fact_errors import IgnoredError, InvalidFactError
from milepost.planner.ids import TaskId
from milepost.planner.instants import Instant, optional_text, parse, text
from milepost.planner.situation import Situation
from milepost.planner.state import State

DEFAULT_MINUTES = 60
_DATE = ("due", "at", "minutes")


class AgreedTime(NamedTuple):
    """A time of day: the instant and, where anybody said so, how many minutes it takes from then."""

    at: Instant
    minutes: int | None


def agreed_time(state: State, step: str) -> AgreedTime | None:
    """Returns the time of day that people agreed on for an open step; None where it is a day alone, or nothing.

    That of a touchpoint with guests is in its invitation, as their calendars outlive the step.
    """
    record = state.step(step)
    if not (record.is_open and record.due_agreed):
        return None
    kept = state.invitations.get(str(TaskId(step, record.occurrence)))
    at, minutes = (record.agreed_at, record.agreed_minutes) if kept is None else (kept.at, kept.minutes)
    return None if at is None else AgreedTime(at, minutes)


def agreed_json(agreed: AgreedTime | None) -> dict[str, Any]:
    """Returns a time of day as plain data, both None where there is none."""
    at, minutes = agreed or (None, None)
    return {"agreed_at": optional_text(at), "agreed_minutes": minutes}


def agreed_on(now: Situation, step: CompiledStep, told: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what was agreed on; with a time of day, `due` is its day in the step's calendar, `at` the instant.

    Raises:
        IgnoredError: the instant has passed.
    """
    at = parse(told["at"]) if "at" in told else None
    if at is not None and at < now.at:
        raise IgnoredError(IgnoreReason.PAST)
    return in_calendar(now, step, told)


def in_calendar(now: Situation, step: CompiledStep, told: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what was agreed on, past or not, with its day in the step's calendar; guests hear how long it takes."""
    if "at" not in told:
        return dict(told)
    at = parse(told["at"])
    day = now.calendar_of(step).local(at).date().isoformat()
    takes = {"minutes": DEFAULT_MINUTES} if step.has_guests else {}
    return {**takes, **told, "due": day, "at": at}


def as_told(agreed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what was agreed on as people and programs write it: the reverse of `agreed_on`."""
    if "at" not in agreed:
        return dict(agreed)
    return {**{name: value for name, value in agreed.items() if name != "due"}, "at": text(agreed["at"])}


def without_date(agreed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what was agreed on besides the date."""
    return {name: value for name, value in agreed.items() if name not in _DATE}


def cleared(agreed: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Returns what was agreed on without what holds no longer: `due` with its time of day, `person`."""
    kept = without_date(agreed) if "due" in names else agreed
    return {name: value for name, value in kept.items() if name not in names}


def together(earlier: Mapping[str, Any], agreed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns two agreements on one step as one: a later date takes the place of the earlier with its time of day."""
    return {**(without_date(earlier) if "due" in agreed else earlier), **agreed}


def check_times_ahead(steps: Mapping[str, Mapping[str, Any]], now: Instant) -> None:
    """Check that no time of day that people agreed on is past."""
    for step, agreed in steps.items():
        if "at" in agreed and parse(agreed["at"]) < now:
            message = f"'at' of {step!r} is {agreed['at']!r}, which is past."
            raise InvalidFactError(message, "Write a later instant.", IgnoreReason.PAST)


def check_time(step: str, agreed: Mapping[str, Any]) -> None:
    """Check the time of day that people agreed on: `at` in the place of `due`, and how many `minutes` it takes."""
    moment, minutes = moment_or_none(agreed["at"]), agreed.get("minutes")
    if moment is None or "due" in agreed:
        hint = "Write an instant in the place of 'due', 2026-03-02T09:00:00Z."
        raise InvalidFactError(f"'at' of {step!r} is {agreed['at']!r}.", hint, IgnoreReason.DUE)
    if minutes is not None and not 0 < minutes <= limits.MINUTES:
        hint = f"Write how many minutes it takes, at most {limits.MINUTES}."
        raise InvalidFactError(f"'minutes' of {step!r} is {minutes!r}.", hint, IgnoreReason.DUE)


def moment_or_none(text: str) -> datetime | None:
    """Reads an aware datetime in a year that counts; None where the text isn't one."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return None if moment.tzinfo is None or parse_date(moment) is None else moment
