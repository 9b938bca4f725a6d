"""Clock times and closed days: how a map writes when a calendar is open.

These only read text. What they mean on a calendar is decided in `milepost.planner.calendars`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_MINUTES_OF_A_DAY = 24 * 60
_LEAP_YEAR = 2024
"""Stands for every year: it has all days that one can have."""
DAYS_OF_A_YEAR = 366


@dataclass(frozen=True, slots=True, order=True)
class ClockTime:
    """A clock time, in minutes after midnight; `24:00` is the end of the day."""

    minutes: int

    @staticmethod
    def parse(text: str) -> ClockTime:
        """Reads `HH:MM`.

        Raises:
            ValueError: the text isn't a clock time.
        """
        match = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text, re.ASCII)
        clock = ClockTime(int(match[1]) * 60 + int(match[2])) if match else None
        if clock is None or clock.minutes > _MINUTES_OF_A_DAY:
            raise ValueError(f'{text!r} is not a clock time; write it as text, such as "09:00"')
        return clock

    def __str__(self) -> str:
        return f"{self.minutes // 60:02}:{self.minutes % 60:02}"


END_OF_DAY = ClockTime(_MINUTES_OF_A_DAY)


def _clock(value: Any) -> ClockTime:
    if isinstance(value, ClockTime):
        return value
    if isinstance(value, str):
        return ClockTime.parse(value)
    raise ValueError(f'{value!r} is not a clock time; write it as text, such as "09:00"')


CLOCK = r"^\d{1,2}:\d{2}$"
Clock = Annotated[
    ClockTime, BeforeValidator(_clock), PlainSerializer(str), WithJsonSchema({"type": "string", "pattern": CLOCK})
]


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days on which a calendar is shut, from the first to the last of them.

    Days of each year (`yearly`) are dates of a leap year; their last may lie before the first: over New Year.
    """

    first: date
    last: date
    yearly: bool

    @staticmethod
    def parse(text: str) -> ClosedDays:
        """Reads `2026-12-24`, `12-24`, or a range of two such days: `12-27..01-02`.

        Raises:
            ValueError: the text isn't such a day or range.
        """
        match = re.fullmatch(rf"\s*({_DAY})(?:\s*\.\.\s*({_DAY}))?\s*", text, re.ASCII)
        if match is None:
            raise ValueError(f"{text!r} isn't a day off; write {_suggestion(text)}")
        first, last = match[1], match[2] or match[1]
        if len(first) != len(last):
            raise ValueError(f"{text!r} mixes a date with a day of each year; write the year in both or in neither")
        closed = ClosedDays(_date(first), _date(last), yearly=len(first) == len("MM-DD"))
        if not closed.yearly and closed.last < closed.first:
            raise ValueError(f"{text!r} ends before it begins; write '{last}..{first}'")
        if len(closed) > DAYS_OF_A_YEAR:
            raise ValueError(f"{text!r} is longer than a year; write {DAYS_OF_A_YEAR} days at most")
        return closed

    def __len__(self) -> int:
        return (self.last - self.first).days % DAYS_OF_A_YEAR + 1 if self.yearly else (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        """Each of the days; those of each year as dates of a leap year."""
        for number in range(len(self)):
            day = self.first + timedelta(days=number)
            yield day.replace(year=_LEAP_YEAR) if self.yearly else day

    def __str__(self) -> str:
        first, last = (f"{day:%m-%d}" if self.yearly else day.isoformat() for day in (self.first, self.last))
        return first if first == last else f"{first}..{last}"


_DAY = r"(?:\d{4}-)?\d\d-\d\d"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text if len(text) > len("MM-DD") else f"{_LEAP_YEAR}-{text}")
    except ValueError:
        *year, month, day = text.split("-")
        is_turned = not year and month > "12" >= day
        hint = f"; write the month before the day: '{day}-{month}'" if is_turned else ""
        raise ValueError(f"there is no day {text!r}{hint}") from None


def _suggestion(text: str) -> str:
    """How to write a text such as `8-1` or `12-27 to 12-31`."""
    days = re.findall(r"(?:\b(\d{4})-)?\b(\d{1,2})-(\d{1,2})\b", text, re.ASCII)
    if 1 <= len(days) <= 2:  # noqa: PLR2004 - a day, or the first and the last
        return repr("..".join("-".join(part.zfill(2) for part in day if part) for day in days))
    return "a date ('2026-12-24'), a day of each year ('12-24') or a range ('12-27..12-31')"


def _closed(value: Any) -> ClosedDays:
    if isinstance(value, ClosedDays):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):  # as YAML reads 2026-12-24
        return ClosedDays(value, value, yearly=False)
    return ClosedDays.parse(str(value))


Closed = Annotated[
    ClosedDays,
    BeforeValidator(_closed),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "title": "ClosedDays", "pattern": rf"^\s*{_DAY}(\s*\.\.\s*{_DAY})?\s*$"}),
]
