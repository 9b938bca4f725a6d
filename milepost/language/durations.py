"""Durations, anchors, reminders and limits: how a map writes time.

These only read text. What they mean on a calendar is decided in `milepost.planner.calendars`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from milepost.errors import MilepostError
from milepost.language.findings import quoted_value
from milepost.text import count_of, nearest

MAX_YEARS = 100  # nothing in a customer's journey is planned further ahead


class Unit(StrEnum):
    """A unit of time.

    `minute` and `hour` are exact, `business hour` is an hour of working time, all others work on local dates.
    """

    MINUTE = "minute"
    HOUR = "hour"
    BUSINESS_HOUR = "business hour"
    BUSINESS_DAY = "business day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MOST_BUSINESS_HOURS = 400  # ten weeks; they are counted one working day after the other
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
_ELSEWHERE = "write hours or business days here"
_UNITS = "minutes, hours, business days, days, weeks, months, quarters or years"
_UNIT = r"(minute|hour|business\s+day|day|week|month|quarter|year)"
_DURATION = rf"(\d+)\s+{_UNIT}s?"


class _Text:
    """A value that a map writes as one line of text.

    `_pattern` reads it. Editors check it with `_pattern` too, and offer `_examples`.
    """

    __slots__ = ()
    _pattern: ClassVar[str] = ""
    _examples: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a text; raises TimeTextError if it isn't one of these."""
        match = _read(cls._pattern, text)
        if match is None and re.search(r"\bbusiness\s+hours?\b", text):
            raise TimeTextError(f"{text!r}: business hours are for 'due' and 'escalate.after' of tasks; {_ELSEWHERE}")
        if match is None:
            raise TimeTextError(f"{text!r} {cls._refusal(text)}")
        return cls._of(match, text)

    @classmethod
    def _of(cls, match: re.Match[str], text: str) -> Self:
        raise NotImplementedError

    @classmethod
    def _refusal(cls, text: str) -> str:
        """Returns what a text isn't, and how to write it."""
        raise NotImplementedError

    @classmethod
    def _validate(cls, value: Any) -> Self:
        if isinstance(value, cls):
            return value
        example = repr(cls._examples[0])
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise TimeTextError(f"{value!r} has no unit; write it as text, such as {example}")
        if not isinstance(value, str):
            noun = quoted_value(value)
            raise TimeTextError(f"{noun[0].upper()}{noun[1:]} isn't allowed here; write text, such as {example}")
        if len(value) > _LONGEST:
            raise TimeTextError(f"{value[:_LONGEST]!r}... is too long; write something like {example}")
        return cls.parse(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.to_string_ser_schema()
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
    def _of(cls, match: re.Match[str], text: str) -> Duration:
        return _duration(match[1], match[2], text)

    @classmethod
    def _refusal(cls, text: str) -> str:
        if match := _read(rf"({_DURATION})\s+(?:before|after)\b.*", text):
            return f"is not a duration; write only how long: {match[1]!r}"
        if suggestion := _duration_suggestion(text):
            return f"is not a duration; write {suggestion!r}"
        return f"is not a duration; write a whole number, a space and {_UNITS}, such as '4 weeks'"

    @property
    def exact(self) -> bool:
        """True for minutes and hours, which are counted on the clock rather than a calendar."""
        return self.unit in (Unit.MINUTE, Unit.HOUR)

    def __str__(self) -> str:
        return count_of(self.count, self.unit)


def _business_hours(value: Any) -> Any:
    match = _read(r"(\d{1,9})\s+business\s+hours?", value) if isinstance(value, str) else None
    if match is None:
        return value
    if int(match[1]) > MOST_BUSINESS_HOURS:
        raise TimeTextError(
            f"{value!r} is more than {MOST_BUSINESS_HOURS} business hours; write business days or weeks"
        )
    return Duration(int(match[1]), Unit.BUSINESS_HOUR)


def any_duration(text: str) -> Duration:
    """Reads any duration that a map may write, business hours too; raises TimeTextError if it isn't one."""
    duration = _business_hours(text)
    return duration if isinstance(duration, Duration) else Duration.parse(text)


TaskDuration = Annotated[
    Duration,
    BeforeValidator(_business_hours),
    WithJsonSchema(
        {
            "type": "string",
            "title": "TaskDuration",
            "pattern": r"^\s*(\d+)\s+(minute|hour|business\s+hour|business\s+day|day|week|month|quarter|year)s?\s*$",
            "examples": ["4 business hours", "5 business days"],
        }
    ),
]
"""A duration that may be in business hours too: those are for what colleagues do."""


@dataclass(frozen=True, slots=True)
class Anchor(_Text):
    """A day counted from one of the customer's dates: `120 days before customer.renews_on`."""

    _pattern: ClassVar[str] = rf"(?:(on)|{_DURATION}\s+(before|after))\s+customer\.([A-Za-z_]\w*)"
    _examples: ClassVar[tuple[str, ...]] = ("120 days before customer.renews_on", "on customer.renews_on")

    offset: Duration | None
    before: bool
    attribute: str

    @classmethod
    def _of(cls, match: re.Match[str], text: str) -> Anchor:
        offset = None if match[1] else _duration(match[2], match[3], text)
        return Anchor(offset, match[4] == "before", match[5])

    @classmethod
    def _refusal(cls, text: str) -> str:
        near = _read(rf"(on|{_DURATION}\s+(?:before|after))\s+([A-Za-z_]\w*)", text)
        example = f"{near[1]} customer.{near[4]}" if near else cls._examples[0]
        ways = "'DURATION before|after customer.DATE' or 'on customer.DATE'"
        return f"isn't an anchor; write {ways}, such as {example!r}"

    def __str__(self) -> str:
        if self.offset is None:
            return f"on customer.{self.attribute}"
        return f"{self.offset} {'before' if self.before else 'after'} customer.{self.attribute}"


@dataclass(frozen=True, slots=True)
class RelativeDate(_Text):
    """A date that a branch sets: `1 year after customer.renews_on`, `90 days before today`.

    `attribute` is the date that it counts from, None for today.
    """

    _pattern: ClassVar[str] = rf"{_DURATION}\s+(before|after)\s+(?:today|customer\.([A-Za-z_]\w*))"
    _examples: ClassVar[tuple[str, ...]] = ("1 year after customer.renews_on", "90 days before today")

    offset: Duration
    before: bool
    attribute: str | None

    @classmethod
    def matches(cls, text: str) -> bool:
        """Returns whether a text is written like one."""
        return _read(cls._pattern, text) is not None

    @classmethod
    def _of(cls, match: re.Match[str], text: str) -> RelativeDate:
        offset = _duration(match[1], match[2], text)
        if offset.exact:
            raise TimeTextError(f"{text!r} isn't a date; count in days, weeks, months, quarters or years")
        return RelativeDate(offset, match[3] == "before", match[4])

    @classmethod
    def _refusal(cls, text: str) -> str:
        near = _read(rf"({_DURATION}\s+(?:before|after))\s+([A-Za-z_]\w*)", text)
        plain = _read(r"(?:on\s+)?(today|customer\.[A-Za-z_]\w*)", text)
        example = f"{near[1]} customer.{near[4]}" if near else cls._examples[0]
        example = f"0 days after {plain[1]}" if plain else example
        return f"isn't a date; write YYYY-MM-DD, or 'DURATION before|after customer.DATE|today', such as {example!r}"

    def __str__(self) -> str:
        origin = "today" if self.attribute is None else f"customer.{self.attribute}"
        return f"{self.offset} {'before' if self.before else 'after'} {origin}"


@dataclass(frozen=True, slots=True)
class DueReminder(_Text):
    """A reminder, counted from a due date: `3 business days before`, `on the day`, `2 business days after`."""

    _pattern: ClassVar[str] = rf"on\s+the\s+day|{_DURATION}\s+(before|after)"
    _examples: ClassVar[tuple[str, ...]] = ("3 business days before", "on the day", "2 business days after")

    offset: Duration | None
    before: bool

    @classmethod
    def _of(cls, match: re.Match[str], text: str) -> DueReminder:
        offset = None if match[1] is None else _duration(match[1], match[2], text)
        return DueReminder(offset, match[3] == "before")

    @classmethod
    def _refusal(cls, text: str) -> str:
        near = _read(rf"({_DURATION}).*", text)
        duration = near[1] if near else _duration_suggestion(text) or "3 business days"
        way = "write 'DURATION before|after' or 'on the day'"
        return f"isn't a reminder of an action; {way}, such as '{duration} before'"

    def __str__(self) -> str:
        return "on the day" if self.offset is None else f"{self.offset} {'before' if self.before else 'after'}"


@dataclass(frozen=True, slots=True)
class DueWarning(_Text):
    """When the person of a task is warned of its due date: `1 business day before`."""

    _pattern: ClassVar[str] = rf"{_DURATION}\s+before"
    _examples: ClassVar[tuple[str, ...]] = ("1 business day before", "2 hours before")

    offset: Duration
    before: ClassVar[bool] = True

    @classmethod
    def _of(cls, match: re.Match[str], text: str) -> DueWarning:
        return DueWarning(_duration(match[1], match[2], text))

    @classmethod
    def _refusal(cls, text: str) -> str:
        near = _read(rf"({_DURATION}).*", text)
        duration = near[1] if near else _duration_suggestion(text) or "1 business day"
        return f"isn't a warning of a task; write 'DURATION before', such as '{duration} before'"

    def __str__(self) -> str:
        return f"{self.offset} before"


@dataclass(frozen=True, slots=True)
class Limit(_Text):
    """At most `count` messages to one contact in any trailing `period`: `3 per 7 days`."""

    _pattern: ClassVar[str] = rf"(\d{{1,6}})\s+per\s+(?:{_DURATION}|{_UNIT})"
    _examples: ClassVar[tuple[str, ...]] = ("3 per 7 days", "1 per week")

    count: int
    period: Duration

    @classmethod
    def _of(cls, match: re.Match[str], text: str) -> Limit:
        if int(match[1]) == 0:
            raise TimeTextError(f"{text!r} lets no message through; write a limit of at least 1")
        period = _duration(match[2] or "1", match[3] or match[4], text)
        if period.count == 0:
            raise TimeTextError(f"{text!r} has an empty period; write at least 1 day")
        return Limit(int(match[1]), period)

    @classmethod
    def _refusal(cls, text: str) -> str:
        near = _read(rf"(\d{{1,6}})\s*(?:a|an|each|every|/|in|x)\s*({_DURATION}|{_UNIT})s?", text)
        example = f"{near[1]} per {near[2]}" if near else cls._examples[0]
        return f"isn't a limit; write 'N per DURATION', such as {example!r}"

    def __str__(self) -> str:
        return f"{self.count} per {self.period}"


@dataclass(frozen=True, slots=True)
class Reentry(_Text):
    """When a customer whose journey ended may be enrolled again: `never`, `always` or `after DURATION`."""

    _pattern: ClassVar[str] = rf"never|always|after\s+{_DURATION}"
    _examples: ClassVar[tuple[str, ...]] = ("never", "always", "after 90 days")

    allowed: bool
    after: Duration | None = None

    @classmethod
    def _of(cls, match: re.Match[str], text: str) -> Reentry:
        after = None if match[1] is None else _duration(match[1], match[2], text)
        return Reentry(match[0] != "never", after)

    @classmethod
    def _refusal(cls, text: str) -> str:  # noqa: ARG003 - others look at it
        return "isn't a rule for re-entry; write 'never', 'always' or 'after DURATION', such as 'after 90 days'"

    def __str__(self) -> str:
        return f"after {self.after}" if self.after else ("always" if self.allowed else "never")
