"""Calendars: dates, working days and clock times in one place of the world.

Every rule here is of `docs/map-language.md`, "Time". Instants are whole UTC seconds; dates and clock times are local,
with the offset that holds at the target.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from milepost.errors import MilepostError
from milepost.language.durations import Duration, Unit
from milepost.language.model import Window
from milepost.language.opening_hours import END_OF_DAY, ClockTime
from milepost.planner.days_off import ClosedDates, closed_dates, days_of_the_week, public_holidays
from milepost.planner.instants import Instant
from milepost.planner.zones import instant_of, stretches, zone

LONGEST_SEARCH = 3700
"""The days to search ahead for a working day: ten years. A calendar that is shut for longer never opens."""

_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_SECONDS = {Unit.MINUTE: 60, Unit.HOUR: 3600}
_MIDNIGHT = time(0)


class NeverOpensError(MilepostError):
    """A calendar has no working day within ten years, so nothing can be planned in it."""

    code = "never_opens"


def _minutes(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _seconds(local: datetime) -> int:
    return local.hour * 3600 + local.minute * 60 + local.second


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Working days and hours in one time zone, with the holidays of one country or region.

    `from_` belongs to a day, `to` does not; `closed` are days off besides the holidays.
    """

    timezone: str
    country: str | None
    days: frozenset[int]
    from_: ClockTime
    to: ClockTime
    closed: ClosedDates = frozenset()

    @staticmethod
    def of(window: Window, timezone: str, country: str | None) -> Calendar:
        days = days_of_the_week(window.days, country)
        return Calendar(timezone, country, days, window.from_, window.to, closed_dates(window.closed))

    def local(self, at: Instant) -> datetime:
        """The local clock at an instant, naive."""
        return datetime.fromtimestamp(at, zone(self.timezone)).replace(tzinfo=None)

    def on(self, day: date, clock: time) -> Instant:
        """The instant of a clock time on a local date."""
        return instant_of(datetime.combine(day, clock), zone(self.timezone))

    def opens_on(self, day: date) -> Instant:
        """The instant at which working hours begin on a date, whether it is a working day or not."""
        return self._at(day, self.from_)

    def closes_on(self, day: date) -> Instant:
        """The instant at which working hours end on a date, whether it is a working day or not."""
        return self._at(day, self.to)

    def _at(self, day: date, clock: ClockTime) -> Instant:
        midnight = datetime.combine(day, _MIDNIGHT)
        return instant_of(midnight + timedelta(minutes=clock.minutes), zone(self.timezone))

    def due_day(self, due: Instant) -> date:
        """The local date of a deadline; midnight is the end of the day before where working hours end then."""
        return self.local(due - 1 if self.to == END_OF_DAY else due).date()

    def is_working(self, day: date) -> bool:
        """Returns whether the date is a working day and no holiday."""
        if day.weekday() not in self.days:
            return False
        if self.country is not None and day in public_holidays(self.country, day.year):
            return False
        return not self.closed or not (day in self.closed or (day.month, day.day) in self.closed)

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
        if self.is_working(local.date()) and _minutes(local) < self.to.minutes:
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
        return self.opens_on(self._after(at, wait))

    def deadline(self, at: Instant, within: Duration) -> Instant:
        """When something falls due this long after an instant: at `to` on its date, or once so much was worked."""
        if within.exact:
            return at + within.count * _SECONDS[within.unit]
        if within.unit is Unit.BUSINESS_HOUR:
            return self.after_working_time(at, within.count * 3600)
        return self.closes_on(self._after(at, within))

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
            return self.opens_on(day) + (-1 if before else 1) * offset.count * _SECONDS[offset.unit]
        return self.opens_on(self.relative(day, offset, before=before))

    def deadline_after_due(self, due: Instant, after: Duration) -> Instant:
        """A deadline counted from a due date; hours and minutes count from the due instant."""
        if after.exact:
            return due + after.count * _SECONDS[after.unit]
        if after.unit is Unit.BUSINESS_HOUR:
            return self.after_working_time(due, after.count * 3600)
        return self.closes_on(self.relative(self.due_day(due), after, before=False))

    def after_working_time(self, at: Instant, seconds: int) -> Instant:
        """The first instant by which so much working time has passed since another."""
        while seconds:
            begin = self.next_open(at)
            at = self._open_until(begin)
            if at - begin >= seconds:
                return begin + seconds
            seconds -= at - begin
        return at

    def working_time(self, start: Instant, end: Instant) -> int:
        """The seconds of working time between two instants."""
        seconds = 0
        while (begin := self.next_open(start)) < end:
            start = self._open_until(begin)
            seconds += min(start, end) - begin
        return seconds

    def _open_until(self, at: Instant) -> Instant:
        """When the working hours in which an instant lies end, at the latest where the clock is changed."""
        local, _, end = next(stretches(at, zone(self.timezone)))
        return min(end, at + self.to.minutes * 60 - _seconds(local))

    def taken(self, start: Instant, end: Instant) -> tuple[int, int]:
        """The local days that a pause takes, and how many of them are working days.

        A day is taken if its closing time (`to`) lies after the pause began and not after its end.
        """
        first, last = self.local(start).date(), self.local(end).date()
        if self.closes_on(first) <= start:
            first += timedelta(days=1)
        if self.closes_on(last) > end:
            last -= timedelta(days=1)
        days = max((last - first).days + 1, 0)
        return days, sum(self.is_working(first + timedelta(days=each)) for each in range(days))

    def opening_after_pause(self, at: Instant, length: Duration, start: Instant, end: Instant) -> Instant:
        """An opening moved by what a pause took, in the unit of the duration that gave it.

        A date that didn't lie ahead when the pause began stays, and so does one of which no day was taken.
        """
        local = self.local(at)
        moved = self._after_pause(at, local.date(), length, start, end)
        return moved if isinstance(moved, int) else self.on(moved, local.time())

    def deadline_after_pause(self, at: Instant, length: Duration, start: Instant, end: Instant) -> Instant:
        """A deadline moved by what a pause took, as an opening is."""
        day = self.due_day(at)
        moved = self._after_pause(at, day, length, start, end)
        if isinstance(moved, int):
            return moved
        return self.closes_on(moved) if self.closes_on(day) == at else self.on(moved, self.local(at).time())

    def _after_pause(self, at: Instant, day: date, length: Duration, start: Instant, end: Instant) -> Instant | date:
        """Where the pause moves a date on a day: to an instant, or to the same clock time of another day."""
        if at <= start:
            return at
        if length.exact:
            return at + end - start
        if length.unit is Unit.BUSINESS_HOUR:
            return self.after_working_time(at, self.working_time(start, end))
        days, working_days = self.taken(start, end)
        if length.unit is Unit.BUSINESS_DAY:
            return self.business_days(day, working_days) if working_days else at
        return self.working_from(day + timedelta(days=days)) if days else at

    def closing(self, at: Instant) -> Instant:
        """The end of the working day at an instant; of the next working day where that one is over, or none."""
        day = self.local(at).date()
        if self.is_working(day) and self.closes_on(day) > at:
            return self.closes_on(day)
        return self.closes_on(self.working_from(day + timedelta(days=1)))

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
        return self.from_.minutes <= _minutes(local) < self.to.minutes and self.is_working(local.date())

    def next_open(self, at: Instant) -> Instant:
        """The first instant from this one on that lies in the working hours of a working day."""
        for local, begin, end in islice(stretches(at, zone(self.timezone)), LONGEST_SEARCH):
            now = _seconds(local)
            opens = max(now, self.from_.minutes * 60)
            if opens < self.to.minutes * 60 and begin + opens - now < end and self.is_working(local.date()):
                return begin + opens - now
        raise NeverOpensError(f"no working hour within {LONGEST_SEARCH} days in {self.timezone}, {self.country}")

    def first_from(self, at: Instant, holds: Callable[[Instant], bool]) -> Instant:
        """The first instant from this one on at which something holds that a day's clock, running on, only turns true.

        Raises:
            NeverOpensError: it does not hold within ten years.
        """
        for _, begin, end in islice(stretches(at, zone(self.timezone)), LONGEST_SEARCH):
            if holds(end - 1):
                return begin + bisect_left(range(begin, end - 1), x=True, key=holds)
        raise NeverOpensError(f"nothing fits within {LONGEST_SEARCH} days in {self.timezone}, {self.country}")


class Calendars:
    """The calendars of one window, wherever its people are."""

    __slots__ = ("_by_place", "_window")

    def __init__(self, window: Window) -> None:
        self._window = window
        self._by_place: dict[tuple[str, str | None], Calendar] = {}

    def at(self, timezone: str, country: str | None) -> Calendar:
        """The window's calendar in a time zone and a country."""
        calendar = self._by_place.get((timezone, country))
        if calendar is None:
            calendar = self._by_place[timezone, country] = Calendar.of(self._window, timezone, country)
        return calendar


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
