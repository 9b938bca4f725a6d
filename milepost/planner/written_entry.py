"""Where a customer enters a journey, as people and programs write it (`enters:`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from milepost import limits
from milepost.language.field_types import Verdict
from milepost.planner.entry_checks import day_or_instant
from milepost.planner.entry_point import AnsweredBefore, DoneBefore, EntryPoint, OpenBefore
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.instants import instant, text
from milepost.planner.written_facts import Day, Written, check_date
from milepost.planner.written_values import Address, Measured, Name


def _as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _date(text: str) -> str:
    try:
        day_or_instant(text)
    except InvalidFactError as error:
        raise ValueError(f"{error.message} {error.hint}") from None
    return text


When = Annotated[Name, BeforeValidator(_as_text), AfterValidator(_date)]
"""A local date, or an instant with an offset."""


class WrittenDone(Written):
    """When a step was done, and how it ended."""

    at: When | None = Field(None, description="a date, or an instant")
    result: Name | None = None


class WrittenAnswerBefore(Written):
    """How an outcome was answered."""

    verdict: Verdict
    value: Measured = None
    at: When | None = Field(None, description="a date, or an instant")


class WrittenOpen(Written):
    """Since when a step is open, and when it is due."""

    at: When | None = Field(None, description="a date, or an instant")
    due: When | None = Field(None, description="a date, or an instant; without it, counted from `at`")


class WrittenAgreedBefore(Written):
    """What was agreed on a step."""

    due: Day | None = None
    at: Annotated[datetime, Field()] | None = Field(None, description="ISO 8601 with an offset, in the place of `due`")
    minutes: Annotated[int, Field(ge=1, le=limits.MINUTES)] | None = Field(None, description="from `at` on")
    person: Address | None = None

    @model_validator(mode="after")
    def _has_one_date(self) -> Self:
        check_date(self.due, self.at, self.minutes)
        return self

    def values(self) -> dict[str, Any]:
        at = None if self.at is None else text(instant(self.at))
        values = {"due": self.due, "at": at, "minutes": self.minutes, "person": self.person}
        return {name: value for name, value in values.items() if value is not None}


def _with_date(value: Any) -> Any:
    return {"at": _as_text(value)} if value is None or isinstance(value, str | date) else value


class WrittenEntry(Written):
    """Where a customer stands that was one before: the stage that it is in, and what has happened."""

    stage: Name = Field(description="the stage of the sequence that is open")
    since: When | None = Field(None, description="when it entered that stage; without it, at the start")
    done: Annotated[dict[Name, Annotated[WrittenDone, BeforeValidator(_with_date)]], Field(max_length=limits.STEPS)] = (
        Field(default_factory=dict, description="steps that are done, each with its date, or with `at` and `result`")
    )
    outcomes: Annotated[dict[Name, WrittenAnswerBefore], Field(max_length=limits.STEPS)] = Field(
        default_factory=dict, description="outcomes that were answered, each with `verdict`, `value`, `at`"
    )
    counts: Annotated[dict[Name, Annotated[int, Field(ge=0, le=1_000_000)]], Field(max_length=limits.STEPS)] = Field(
        default_factory=dict, description="product events that count already"
    )
    skipped: Annotated[tuple[Name, ...], Field(max_length=limits.STEPS)] = Field(
        (), description="steps that were skipped, and that nobody does any more"
    )
    plays: Annotated[dict[Name, When | None], Field(max_length=limits.STEPS)] = Field(
        default_factory=dict, description="plays that run, each with the date on which it started"
    )
    open: Annotated[dict[Name, Annotated[WrittenOpen, BeforeValidator(_with_date)]], Field(max_length=limits.STEPS)] = (
        Field(default_factory=dict, description="steps that are open and whose mail has gone, each with its date")
    )
    agreed: Annotated[dict[Name, WrittenAgreedBefore], Field(max_length=limits.STEPS)] = Field(
        default_factory=dict, description="what was agreed on steps: `due`, or `at` and `minutes`, and `person`"
    )
    paused: When | None = Field(None, description="since when the journey is paused")

    def entry_point(self) -> EntryPoint:
        return EntryPoint(
            self.stage,
            self.since,
            {step: DoneBefore(each.at, each.result) for step, each in self.done.items()},
            {step: AnsweredBefore(each.verdict, each.value, each.at) for step, each in self.outcomes.items()},
            dict(self.counts),
            self.skipped,
            dict(self.plays),
            {step: OpenBefore(each.at, each.due) for step, each in self.open.items()},
            {step: each.values() for step, each in self.agreed.items()},
            self.paused,
        )
