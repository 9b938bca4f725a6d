"""Calendars: dates, working days and clock times in one place of the world.

Every rule here is of `docs/map-language.md`, "Time". Instants are whole UTC seconds; dates and clock times are local,
with the offset that holds at the target.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from milepost.errors import MilepostError
from milepost.language.durations import Duration, Unit
from milepost.language.field_types import WEEK
from milepost.language.model import Window
from milepost.planner.instants import Instant

LONGEST_SEARCH = 3700
"""The days to search ahead for a working day: ten years. A calendar that is shut for longer never opens."""

_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_SECONDS = {Unit.MINUTE: 60, Unit.HOUR: 3600}


class NeverOpensError(MilepostError):
    """A calendar has no working day within ten years, so nothing can be planned in it."""

    code = "never_opens"


@lru_cache(maxsize=4096)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # years that the package knows less of
            return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:  # a country that the package does not know has no holidays here
        return frozenset()


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        ZoneInfoNotFoundError: there is no such zone.
    """
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Returns whether there is a time zone of that name."""
    try:
        zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=65536)
def _instant(local: datetime, tz: ZoneInfo) -> Instant:
    """The instant of a local clock time: in a gap the first instant after it, of two the first."""
    before = local.replace(tzinfo=tz, fold=0)
    guess = int(before.timestamp())
    if datetime.fromtimestamp(guess, tz).replace(tzinfo=None) == local:
        return guess
    return _change_of_clock(int(before.replace(fold=1).timestamp()), guess, tz)


def _change_of_clock(low: Instant, high: Instant, tz: ZoneInfo) -> Instant:
    """The first instant after `low`, at the latest `high`, with another offset than at `low`."""
    old = datetime.fromtimestamp(low, tz).utcoffset()
    return low + bisect_left(range(low, high), x=True, key=lambda at: datetime.fromtimestamp(at, tz).utcoffset() != old)


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days and hours in one time zone, with one country's holidays; `from_` belongs to a day, `to` does not."""

    timezone: str
    country: str | None
    days: frozenset[int]
    from_: time
    to: time

    @staticmethod
    def of(window: Window, timezone: str, country: str | None) -> Calendar:
        return _calendar(window.days, window.from_, window.to, timezone, country)

    def local(self, at: Instant) -> datetime:
        """The local clock at an instant, naive."""
        return datetime.fromtimestamp(at, zone(self.timezone)).replace(tzinfo=None)

    def on(self, day: date, clock: time) -> Instant:
        """The instant of a clock time on a local date."""
        return _instant(datetime.combine(day, clock), zone(self.timezone))

    def is_working(self, day: date) -> bool:
        """Returns whether the date is a working day and no holiday."""
        if day.weekday() not in self.days:
            return False
        return self.country is None or day not in _public_holidays(self.country, day.year)

    def working_from(self, day: date, step: int = 1) -> date:
        """The date itself, or the next working day after it (before it where `step` is -1)."""
        for _ in range(LONGEST_SEARCH):
            if self.is_working(day):
                return day
            day += timedelta(days=step)
        raise NeverOpensError(f"no working day within {LONGEST_SEARCH} days in {self.timezone}, {self.country}")

    def business_days(self, day: date, count: int) -> date:
        """The count-th working day after a date, before it where count is negative; for none the date itself."""
        return _business_days(self, day, count)

    def _day_zero(self, at: Instant) -> date:
        local = self.local(at)
        if self.is_working(local.date()) and local.time() < self.to:
            return local.date()
        return self.working_from(local.date() + timedelta(days=1))

    def _after(self, at: Instant, wait: Duration) -> date:
        """The date of a non-exact duration after an instant, by the one rule for dates."""
        if wait.unit is Unit.BUSINESS_DAY:
            return self.business_days(self._day_zero(at), wait.count)
        return self.working_from(shift_date(self.local(at).date(), wait, 1))

    def opening(self, at: Instant, wait: Duration) -> Instant:
        """When something opens that waits this long after an instant: at `from` on its date."""
        if wait.exact:
            return at + wait.count * _SECONDS[wait.unit]
        return self.on(self._after(at, wait), self.from_)

    def deadline(self, at: Instant, within: Duration) -> Instant:
        """When something falls due this long after an instant: at `to` on its date."""
        if within.exact:
            return at + within.count * _SECONDS[within.unit]
        return self.on(self._after(at, within), self.to)

    def relative(self, day: date, offset: Duration | None, *, before: bool) -> date:
        """A date counted from a date, by the one rule for dates."""
        if offset is None:
            return self.working_from(day)
        sign = -1 if before else 1
        if offset.unit is Unit.BUSINESS_DAY:
            return self.working_from(self.business_days(day, sign * offset.count))
        return self.working_from(shift_date(day, offset, sign))

    def opening_from_date(self, day: date, offset: Duration | None, *, before: bool) -> Instant:
        """An opening counted from a date; hours and minutes count from `from` on that date."""
        if offset is not None and offset.exact:
            return self.on(day, self.from_) + (-1 if before else 1) * offset.count * _SECONDS[offset.unit]
        return self.on(self.relative(day, offset, before=before), self.from_)

    def deadline_after_due(self, due: Instant, after: Duration) -> Instant:
        """A deadline counted from a due date; hours and minutes count from the due instant."""
        if after.exact:
            return due + after.count * _SECONDS[after.unit]
        return self.on(self.relative(self.local(due).date(), after, before=False), self.to)

    def taken(self, start: Instant, end: Instant) -> tuple[int, int]:
        """The local days that a pause takes, and how many of them are working days.

        A day is taken if its closing time (`to`) lies after the pause began and not after its end.
        """
        first, last = self.local(start).date(), self.local(end).date()
        if self.on(first, self.to) <= start:
            first += timedelta(days=1)
        if self.on(last, self.to) > end:
            last -= timedelta(days=1)
        days = max((last - first).days + 1, 0)
        return days, sum(self.is_working(first + timedelta(days=each)) for each in range(days))

    def after_pause(self, at: Instant, length: Duration, start: Instant, end: Instant) -> Instant:
        """A date moved by what a pause took, in the unit of the duration that gave it.

        A date that didn't lie ahead when the pause began stays, and so does one of which no day was taken.
        """
        if at <= start:
            return at
        if length.exact:
            return at + end - start
        local = self.local(at)
        days, working_days = self.taken(start, end)
        if length.unit is Unit.BUSINESS_DAY:
            return self.on(self.business_days(local.date(), working_days), local.time()) if working_days else at
        return self.on(self.working_from(local.date() + timedelta(days=days)), local.time()) if days else at

    def closing(self, at: Instant) -> Instant:
        """The end of the working day at an instant; of the next working day where that one is over, or none."""
        day = self.local(at).date()
        if self.is_working(day) and self.on(day, self.to) > at:
            return self.on(day, self.to)
        return self.on(self.working_from(day + timedelta(days=1)), self.to)

    def plus(self, at: Instant, period: Duration, sign: int = 1) -> Instant:
        """An instant moved by a period: exact hours, or local days at the same clock time."""
        if period.exact:
            return at + sign * period.count * _SECONDS[period.unit]
        local = self.local(at)
        if period.unit is Unit.BUSINESS_DAY:
            return self.on(self.business_days(local.date(), sign * period.count), local.time())
        return self.on(shift_date(local.date(), period, sign), local.time())

    def is_open(self, at: Instant) -> bool:
        """Returns whether the instant lies in the working hours of a working day."""
        local = self.local(at)
        return self.from_ <= local.time() < self.to and self.is_working(local.date())

    def next_open(self, at: Instant) -> Instant:
        """The first instant from this one on that lies in the working hours of a working day."""
        for begin, end in self._stretches(at):
            local = self.local(begin)
            clock = max(local.time(), self.from_)
            opens = begin + _seconds(clock) - _seconds(local.time())
            if clock < self.to and opens < end and self.is_working(local.date()):
                return opens
        raise NeverOpensError(f"no working hour within {LONGEST_SEARCH} days in {self.timezone}, {self.country}")

    def first_from(self, at: Instant, holds: Callable[[Instant], bool]) -> Instant:
        """The first instant from this one on at which something holds that a day's clock, running on, only turns true.

        Raises:
            NeverOpensError: it does not hold within ten years.
        """
        for begin, end in self._stretches(at):
            if holds(end - 1):
                return begin + bisect_left(range(begin, end - 1), x=True, key=holds)
        raise NeverOpensError(f"nothing fits within {LONGEST_SEARCH} days in {self.timezone}, {self.country}")

    def _stretches(self, at: Instant) -> Iterator[tuple[Instant, Instant]]:
        """The time from an instant on, cut where the local date ends or the clock is changed."""
        tz = zone(self.timezone)
        for _ in range(LONGEST_SEARCH):
            local = datetime.fromtimestamp(at, tz)
            end = at + 86_400 - _seconds(local.time())
            if datetime.fromtimestamp(end - 1, tz).utcoffset() != local.utcoffset():
                end = _change_of_clock(at, end - 1, tz)
            yield at, end
            at = end


def shift_date(day: date, by: Duration, sign: int) -> date:
    """A date moved by days, weeks, months, quarters or years, before any rule about working days."""
    unit = by.unit
    if unit in _DAYS:
        return day + timedelta(days=sign * by.count * _DAYS[unit])
    if unit in _MONTHS:
        return add_months(day, sign * by.count * _MONTHS[unit])
    raise ValueError(f"{by} isn't a number of calendar days")


@lru_cache(maxsize=65536)
def _business_days(calendar: Calendar, day: date, count: int) -> date:
    step = 1 if count > 0 else -1
    for _ in range(abs(count)):
        day = calendar.working_from(day + timedelta(days=step), step)
    return day


@lru_cache(maxsize=4096)
def _calendar(days: tuple[str, ...], from_: time, to: time, timezone: str, country: str | None) -> Calendar:
    return Calendar(timezone, country, frozenset(WEEK.index(day) for day in days), from_, to)
