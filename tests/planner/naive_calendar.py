"""The calendar once more, as slowly and plainly as the page tells it: an oracle for the planner's own.

It walks. A local time is found by looking at the local clock of minute after minute, a working day by looking at date
after date, a month by walking to the next first of a month. Of `zoneinfo` it takes only what the clock shows at an
instant, never the instant of a local time. It shares nothing with `milepost.planner.calendars`.

It holds from 1973 on, since when every offset of the world is in whole minutes and every change of a clock too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count, islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from milepost.language.durations import Duration

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH = datetime(1970, 1, 1)
HOUR = 3600
EARLIEST, LATEST = 15 * HOUR, 13 * HOUR
"""Before and after the same date in UTC: local clocks are at most 14 hours ahead of it, and 12 behind."""
ONE_DAY = timedelta(days=1)
SECONDS = {"minute": 60, "hour": 60 * 60}
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@lru_cache(maxsize=2048)
def _clocks(timezone: str, hour: int) -> tuple[datetime, ...]:
    """The local clock at each of the sixty minutes of an hour in UTC, counted from 1970."""
    tz = ZoneInfo(timezone)
    minutes = range(hour * HOUR, (hour + 1) * HOUR, 60)
    return tuple(datetime.fromtimestamp(minute, tz).replace(tzinfo=None) for minute in minutes)


@lru_cache(maxsize=64)
def _package_of(place: str) -> holidays.HolidayBase | None:
    country, _, region = place.partition("-")
    if country not in holidays.list_supported_countries():
        return None
    return holidays.country_holidays(country, region or None, years=range(1970, 2046))


@lru_cache(maxsize=64)
def _holidays(place: str) -> frozenset[date]:
    return frozenset(_package_of(place) or ())


@lru_cache(maxsize=64)
def working_days_usual_in(place: str | None) -> frozenset[str]:
    package = _package_of(place) if place else None
    return frozenset(NAMES[number] for number in range(7) if number not in (package.weekend if package else (5, 6)))


def _is_closed(day: date, text: str) -> bool:
    """Whether a day lies in `2026-12-24`, `12-24` or a range of such, as texts that are compared letter by letter."""
    first, _, last = text.partition("..")
    last = last or first
    shown = day.isoformat()[-len(first) :]
    if first <= last:
        return first <= shown <= last
    return shown >= first or shown <= last


def walked(timezone: str, start: int) -> Iterator[tuple[int, datetime]]:
    """Each whole minute from an instant on, with what the local clock shows then."""
    for minute in count(-(-start // 60) * 60, 60):
        yield minute, _clocks(timezone, minute // HOUR)[minute % HOUR // 60]


def _around(timezone: str, day: date) -> Iterator[tuple[int, datetime]]:
    """Each minute at which the local date may be that day, and some more before and after."""
    midnight_in_utc = int((datetime.combine(day, time.min) - EPOCH).total_seconds())
    minutes = walked(timezone, midnight_in_utc - EARLIEST)
    return islice(minutes, (EARLIEST + 24 * HOUR + LATEST) // 60)


@lru_cache(maxsize=512)
def _first_showing(timezone: str, day: date) -> dict[time, int]:
    """When the clock first shows each minute of a date; what it skips is not there."""
    showing: dict[time, int] = {}
    for at, shown in _around(timezone, day):
        if shown.date() == day:
            showing.setdefault(shown.time(), at)
    return showing


def naive_shift_date(day: date, by: Duration, sign: int) -> date:
    """A date moved by days, weeks, months, quarters or years, one date after the other."""
    step = sign * ONE_DAY
    if by.unit in DAYS:
        for _ in range(by.count * DAYS[by.unit]):
            day += step
        return day
    month = day.replace(day=1)
    for _ in range(by.count * MONTHS[by.unit]):
        month += step
        while month.day != 1:
            month += step
    return _day_in_month(month, day.day)


def _day_in_month(first: date, target: int) -> date:
    """That day of the month; the last one before the month is over where it has no such day."""
    day = first
    while day.day < target and (day + ONE_DAY).month == first.month:
        day += ONE_DAY
    return day


@dataclass(frozen=True)
class NaiveCalendar:
    """Asked as `Calendar` is, and answering from the page's words alone.

    `days` are names such as `mon`, `from_` and `to` minutes after midnight, `closed` texts as a map writes them.
    """

    timezone: str
    country: str | None
    days: frozenset[str]
    from_: int
    to: int
    closed: tuple[str, ...] = ()

    @property
    def window(self) -> dict[str, Any]:
        """As a map writes it."""
        days = [day for day in NAMES if day in self.days]
        from_, to = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.from_, self.to))
        return {"days": days, "from": from_, "to": to, "closed": list(self.closed)}

    def local(self, at: int) -> datetime:
        second = at % 60
        _, shown = next(walked(self.timezone, at - second))
        return shown + timedelta(seconds=second)

    def on(self, day: date, clock: time) -> int:
        """The first instant that shows the local time; where none does, the first that shows a later one."""
        minute = clock.replace(second=0)
        showing = _first_showing(self.timezone, day).get(minute)
        if showing is not None:
            return showing + clock.second
        target = datetime.combine(day, minute)
        near = pairwise(_around(self.timezone, day))
        return next(at for (_, before), (at, after) in near if before < target < after)

    def _at(self, day: date, minutes: int) -> int:
        if minutes == 24 * 60:
            return self.on(day + ONE_DAY, time.min)
        return self.on(day, time(minutes // 60, minutes % 60))

    def opens_on(self, day: date) -> int:
        return self._at(day, self.from_)

    def closes_on(self, day: date) -> int:
        return self._at(day, self.to)

    def due_day(self, due: int) -> date:
        """The date that the clock shows; that of the second before where days end at midnight."""
        return self.local(due - 1 if self.to == 24 * 60 else due).date()

    def is_working(self, day: date) -> bool:
        if any(_is_closed(day, text) for text in self.closed):
            return False
        if NAMES[day.isoweekday() - 1] not in self.days:
            return False
        return self.country is None or day not in _holidays(self.country)

    def working_from(self, day: date, step: int = 1) -> date:
        while not self.is_working(day):
            day += step * ONE_DAY
        return day

    def business_days(self, day: date, number: int) -> date:
        """The working day at which so many have been counted, none of them the date itself."""
        counted = 0
        while counted < abs(number):
            day += ONE_DAY if number > 0 else -ONE_DAY
            counted += self.is_working(day)
        return day

    def _day_zero(self, at: int) -> date:
        now = self.local(at)
        today, clock = now.date(), now.hour * 60 + now.minute
        if self.is_working(today) and clock < self.to:
            return today
        return self.working_from(today + ONE_DAY)

    def _date_after(self, at: int, wait: Duration) -> date:
        if wait.unit == "business day":
            return self.business_days(self._day_zero(at), wait.count)
        return self.working_from(naive_shift_date(self.local(at).date(), wait, 1))

    def opening(self, at: int, wait: Duration) -> int:
        if wait.unit in SECONDS:
            return at + wait.count * SECONDS[wait.unit]
        return self.opens_on(self._date_after(at, wait))

    def deadline(self, at: int, within: Duration) -> int:
        if within.unit in SECONDS:
            return at + within.count * SECONDS[within.unit]
        if within.unit == "business hour":
            return self.after_working_time(at, within.count * HOUR)
        return self.closes_on(self._date_after(at, within))

    def after_working_time(self, at: int, seconds: int) -> int:
        """Walks on, a minute at a time, until so many of the seconds that it met were worked."""
        while seconds > 0:
            end = at - at % 60 + 60
            if self.is_open(at):
                worked = min(seconds, end - at)
                seconds, end = seconds - worked, at + worked
            at = end
        return at

    def working_time(self, start: int, end: int) -> int:
        """Walks from one to the other and adds up what lies in working hours."""
        seconds = 0
        while start < end:
            step = min(end, start - start % 60 + 60) - start
            seconds += step if self.is_open(start) else 0
            start += step
        return seconds

    def _moved(self, day: date, by: Duration, sign: int) -> date:
        if by.unit == "business day":
            return self.business_days(day, sign * by.count)
        return naive_shift_date(day, by, sign)

    def relative(self, day: date, offset: Duration | None, *, before: bool) -> date:
        if offset is not None:
            day = self._moved(day, offset, -1 if before else 1)
        return self.working_from(day)

    def opening_from_date(self, day: date, offset: Duration | None, *, before: bool) -> int:
        if offset is not None and offset.unit in SECONDS:
            seconds = offset.count * SECONDS[offset.unit]
            return self.opens_on(day) + (-seconds if before else seconds)
        return self.opens_on(self.relative(day, offset, before=before))

    def deadline_after_due(self, due: int, after: Duration) -> int:
        if after.unit in SECONDS:
            return due + after.count * SECONDS[after.unit]
        if after.unit == "business hour":
            return self.after_working_time(due, after.count * HOUR)
        return self.closes_on(self.relative(self.due_day(due), after, before=False))

    def taken(self, start: int, end: int) -> tuple[int, int]:
        """Walks through a pause and counts the closings that it meets: of all days, and of working days."""
        closings = {}
        day = self.local(start).date() - ONE_DAY
        while day <= self.local(end).date() + ONE_DAY:
            closings.setdefault(self.closes_on(day), []).append(day)
            day += ONE_DAY
        days = []
        for minute in range(-(-(start + 1) // 60) * 60, end + 1, 60):
            days += closings.get(minute, [])
        return len(days), sum(map(self.is_working, days))

    def opening_after_pause(self, at: int, length: Duration, start: int, end: int) -> int:
        day = self.local(at).date()
        moved = self._day_after_pause(day, length, start, end)
        if at <= start or length.unit == "business hour" or moved == day:
            return self._instant_after_pause(at, length, start, end)
        return self.on(moved, self.local(at).time())

    def deadline_after_pause(self, at: int, length: Duration, start: int, end: int) -> int:
        day = self.due_day(at)
        moved = self._day_after_pause(day, length, start, end)
        if at <= start or length.unit == "business hour" or moved == day:
            return self._instant_after_pause(at, length, start, end)
        return self.closes_on(moved) if at == self.closes_on(day) else self.on(moved, self.local(at).time())

    def _instant_after_pause(self, at: int, length: Duration, start: int, end: int) -> int:
        if at > start and length.unit in SECONDS:
            return at + (end - start)
        if at > start and length.unit == "business hour":
            return self.after_working_time(at, self.working_time(start, end))
        return at

    def _day_after_pause(self, day: date, length: Duration, start: int, end: int) -> date:
        days, working_days = self.taken(start, end)
        if length.unit == "business day":
            return self.business_days(day, working_days)
        if length.unit in SECONDS or days == 0:
            return day
        return self.working_from(day + days * ONE_DAY)

    def closing(self, at: int) -> int:
        """The first closing time of a working day that is still ahead."""
        day = self.local(at).date()
        while not (self.is_working(day) and self.closes_on(day) > at):
            day += ONE_DAY
        return self.closes_on(day)

    def plus(self, at: int, period: Duration, sign: int = 1) -> int:
        if period.unit in SECONDS:
            return at + sign * period.count * SECONDS[period.unit]
        now = self.local(at)
        return self.on(self._moved(now.date(), period, sign), now.time())

    def is_open(self, at: int) -> bool:
        shown = self.local(at)
        return self.from_ <= shown.hour * 60 + shown.minute < self.to and self.is_working(shown.date())

    def first_from(self, at: int, holds: Callable[[int], bool]) -> int:
        """The instant itself, or the first minute after it at which something holds."""
        if holds(at):
            return at
        return next(minute for minute, _ in walked(self.timezone, at) if holds(minute))

    def next_open(self, at: int) -> int:
        """The first at which the clock shows working hours."""
        return self.first_from(at, self.is_open)
