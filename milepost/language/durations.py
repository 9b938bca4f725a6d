"""Durations, anchors, reminders and limits: how a map writes time.

These only read text. What they mean on a calendar is decided in `milepost.planner.calendars`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from milepost.errors import MilepostError
from milepost.text import count_of, nearest

MAX_YEARS = 100  # nothing in a customer's journey is planned further ahead


class Unit(StrEnum):
    """A unit of time; `minute` and `hour` are exact, all others work on local dates."""

    MINUTE = "minute"
    HOUR = "hour"
    BUSINESS_DAY = "business day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_PER_YEAR = {
    Unit.MINUTE: 525_600,
    Unit.HOUR: 8_760,
    Unit.BUSINESS_DAY: 261,
    Unit.DAY: 366,
    Unit.WEEK: 53,
    Unit.MONTH: 12,
    Unit.QUARTER: 4,
    Unit.YEAR: 1,
}
_LONGEST = 160
"""Characters; nobody means to write more."""
_UNITS = "minutes, hours, business days, days, weeks, months, quarters or years"
_UNIT = r"(minute|hour|business\s+day|day|week|month|quarter|year)"
_DURATION = rf"(\d+)\s+{_UNIT}s?"
_ANCHOR = rf"(?:(on)|{_DURATION}\s+(before|after))\s+customer\.([A-Za-z_]\w*)"
_DUE_REMINDER = rf"on\s+the\s+day|{_DURATION}\s+(before|after)"
_LIMIT = rf"(\d{{1,6}})\s+per\s+(?:{_DURATION}|{_UNIT})"
_REENTRY = rf"never|always|after\s+{_DURATION}"


_REENTRIES = "write 'never', 'always' or 'after DURATION', such as 'after 90 days'"


class _Text:
    """A value that a map writes as one line of text; pydantic reads it with `parse`.

    `_pattern` and `_examples` are for editors, which check and offer them.
    """

    __slots__ = ()
    _pattern: ClassVar[str] = ""
    _examples: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        raise NotImplementedError

    @classmethod
    def _validate(cls, value: Any) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise TimeTextError(cls._no_text(value))
        if len(value) > _LONGEST:
            raise TimeTextError(f"{value[:_LONGEST]!r}... is too long; write something like {cls._examples[0]!r}")
        return cls.parse(value)

    @classmethod
    def _no_text(cls, value: Any) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f"{value!r} has no unit; write it as text, such as {cls._examples[0]!r}"
        kinds = {"list": "A list", "tuple": "A list", "Items": "A list", "dict": "Fields", "Fields": "Fields"}
        what = "Nothing" if value is None else kinds.get(type(value).__name__, repr(value))
        return f"{what} isn't allowed here; write text, such as {cls._examples[0]!r}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        pattern, examples = rf"^\s*({cls._pattern})\s*$", list(cls._examples)
        return {"type": "string", "title": cls.__name__, "pattern": pattern, "examples": examples}


class TimeTextError(MilepostError, ValueError):
    """A duration, anchor, reminder or limit that can't be read (M106)."""

    code: ClassVar[str] = "bad_duration"


def _read(pattern: str, text: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, text.strip())


_SHORT_UNITS = {
    "min": Unit.MINUTE, "mins": Unit.MINUTE, "h": Unit.HOUR, "hr": Unit.HOUR, "hrs": Unit.HOUR, "d": Unit.DAY,
    "bd": Unit.BUSINESS_DAY, "working day": Unit.BUSINESS_DAY, "workday": Unit.BUSINESS_DAY,
    "work day": Unit.BUSINESS_DAY, "weekday": Unit.BUSINESS_DAY, "w": Unit.WEEK, "wk": Unit.WEEK, "wks": Unit.WEEK,
    "mo": Unit.MONTH, "mon": Unit.MONTH, "mth": Unit.MONTH, "q": Unit.QUARTER, "y": Unit.YEAR, "yr": Unit.YEAR,
    "yrs": Unit.YEAR,
}  # fmt: skip
_NUMBERS = ("a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _duration_suggestion(text: str) -> str | None:
    """The duration that a text such as `4w` or `two Weeks` probably means."""
    match = re.fullmatch(r"(\d{1,6}|[a-z]+\b)[\s-]*([a-z][a-z ]*)", " ".join(text.lower().split()))
    if match is None or not (match[1].isdigit() or match[1] in _NUMBERS):
        return None
    count = int(match[1]) if match[1].isdigit() else max(_NUMBERS.index(match[1]) - 1, 1)
    name = match[2].removesuffix("s")
    unit = _SHORT_UNITS.get(match[2]) or _SHORT_UNITS.get(name)
    if unit is None:
        near = nearest(name, Unit, cutoff=0.75)
        unit = Unit(near) if near else None
    return str(Duration(count, unit)) if unit else None


def _duration_hint(text: str) -> str:
    if match := _read(rf"({_DURATION})\s+(?:before|after)\b.*", text):
        return f"write only how long: {match[1]!r}"
    if suggestion := _duration_suggestion(text):
        return f"write {suggestion!r}"
    return f"write a whole number, a space and {_UNITS}, such as '4 weeks'"


def _anchor_example(text: str) -> str:
    if (match := _read(rf"(on|{_DURATION}\s+(?:before|after))\s+([A-Za-z_]\w*)", text)) is not None:
        return f"{match[1]} customer.{match[4]}"
    return "120 days before customer.renews_on"


def _reminder_example(text: str) -> str:
    if (match := _read(rf"({_DURATION}).*", text)) is not None:
        return f"{match[1]} before"
    return f"{_duration_suggestion(text) or '3 business days'} before"


def _limit_example(text: str) -> str:
    if (match := _read(rf"(\d{{1,6}})\s*(?:a|an|each|every|/|in|x)\s*({_DURATION}|{_UNIT})s?", text)) is not None:
        return f"{match[1]} per {match[2]}"
    return "3 per 7 days"


def _duration(count: str, unit: str, text: str) -> Duration:
    number = int(count) if len(count) < 12 else 10**12  # noqa: PLR2004 - longer than any duration allowed
    kind = Unit(re.sub(r"\s+", " ", unit))
    if number > MAX_YEARS * _PER_YEAR[kind]:
        raise TimeTextError(f"{text!r} is longer than {MAX_YEARS} years; write a shorter duration")
    return Duration(number, kind)


@dataclass(frozen=True, slots=True)
class Duration(_Text):
    """A length of time such as `5 business days`."""

    _pattern: ClassVar[str] = _DURATION
    _examples: ClassVar[tuple[str, ...]] = ("5 business days", "2 weeks", "4 hours", "1 month")

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Duration:
        match = _read(_DURATION, text)
        if match is None:
            raise TimeTextError(f"{text!r} is not a duration; {_duration_hint(text)}")
        return _duration(match[1], match[2], text)

    @property
    def exact(self) -> bool:
        """Whether it is in minutes or hours, which are counted on the clock rather than a calendar."""
        return self.unit in (Unit.MINUTE, Unit.HOUR)

    def __str__(self) -> str:
        return count_of(self.count, self.unit)


@dataclass(frozen=True, slots=True)
class Anchor(_Text):
    """A day counted from one of the customer's dates: `120 days before customer.renews_on`."""

    _pattern: ClassVar[str] = _ANCHOR
    _examples: ClassVar[tuple[str, ...]] = ("120 days before customer.renews_on", "on customer.renews_on")

    offset: Duration | None
    before: bool
    attribute: str

    @classmethod
    def parse(cls, text: str) -> Anchor:
        match = _read(_ANCHOR, text)
        if match is None:
            raise TimeTextError(
                f"{text!r} isn't an anchor; write 'DURATION before|after customer.DATE' or 'on customer.DATE', "
                f"such as {_anchor_example(text)!r}"
            )
        if match[1]:
            return Anchor(None, before=False, attribute=match[5])
        return Anchor(_duration(match[2], match[3], text), match[4] == "before", match[5])

    def __str__(self) -> str:
        if self.offset is None:
            return f"on customer.{self.attribute}"
        return f"{self.offset} {'before' if self.before else 'after'} customer.{self.attribute}"


@dataclass(frozen=True, slots=True)
class DueReminder(_Text):
    """A reminder, counted from a due date: `3 business days before`, `on the day`, `2 business days after`."""

    _pattern: ClassVar[str] = _DUE_REMINDER
    _examples: ClassVar[tuple[str, ...]] = ("3 business days before", "on the day", "2 business days after")

    offset: Duration | None
    before: bool

    @classmethod
    def parse(cls, text: str) -> DueReminder:
        match = _read(_DUE_REMINDER, text)
        if match is None:
            raise TimeTextError(
                f"{text!r} isn't a reminder of an action; write 'DURATION before|after' or 'on the day', "
                f"such as {_reminder_example(text)!r}"
            )
        if match[1] is None:
            return DueReminder(None, before=False)
        return DueReminder(_duration(match[1], match[2], text), match[3] == "before")

    def __str__(self) -> str:
        return "on the day" if self.offset is None else f"{self.offset} {'before' if self.before else 'after'}"


@dataclass(frozen=True, slots=True)
class Limit(_Text):
    """At most `count` messages to one contact in any trailing `period`: `3 per 7 days`."""

    _pattern: ClassVar[str] = _LIMIT
    _examples: ClassVar[tuple[str, ...]] = ("3 per 7 days", "1 per week")

    count: int
    period: Duration

    @classmethod
    def parse(cls, text: str) -> Limit:
        match = _read(_LIMIT, text)
        if match is None:
            raise TimeTextError(f"{text!r} isn't a limit; write 'N per DURATION', such as {_limit_example(text)!r}")
        if int(match[1]) == 0:
            raise TimeTextError(f"{text!r} lets no message through; write a limit of at least 1")
        period = _duration(match[2] or "1", match[3] or match[4], text)
        if period.count == 0:
            raise TimeTextError(f"{text!r} has an empty period; write at least 1 day")
        return Limit(int(match[1]), period)

    def __str__(self) -> str:
        return f"{self.count} per {self.period}"


@dataclass(frozen=True, slots=True)
class Reentry(_Text):
    """When a customer whose journey ended may be enrolled again: `never`, `always` or `after DURATION`."""

    _pattern: ClassVar[str] = _REENTRY
    _examples: ClassVar[tuple[str, ...]] = ("never", "always", "after 90 days")

    allowed: bool
    after: Duration | None = None

    @classmethod
    def parse(cls, text: str) -> Reentry:
        match = _read(_REENTRY, text)
        if match is None:
            raise TimeTextError(f"{text!r} isn't a rule for re-entry; {_REENTRIES}")
        if match[1] is None:
            return Reentry(text.strip() == "always")
        return Reentry(allowed=True, after=_duration(match[1], match[2], text))

    def __str__(self) -> str:
        return f"after {self.after}" if self.after else ("always" if self.allowed else "never")
