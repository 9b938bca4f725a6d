"""Days on which a calendar is shut: holidays of countries and regions, weekends, and days of one's own."""

from __future__ import annotations

import warnings
from datetime import date
from functools import lru_cache

import holidays

from milepost.language.field_types import WEEK
from milepost.language.model import Days
from milepost.language.opening_hours import ClosedDays

ClosedDates = frozenset[date | tuple[int, int]]
"""Dates, and the month and day of those that are shut each year."""


@lru_cache(maxsize=4096)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country, and of the region if its code names one; none if the package has none."""
    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # years that the package knows less of
            return frozenset(_of_place(country, year))
    except NotImplementedError:  # a country that the package does not know has no holidays here
        return frozenset()


@lru_cache(maxsize=1024)
def usual_days(country: str | None) -> frozenset[int]:
    """The working days usual in a country today, Monday as 0; Monday to Friday where that isn't known."""
    try:
        weekend = _of_place(country).weekend if country else {5, 6}
    except NotImplementedError:
        weekend = {5, 6}
    return frozenset(range(7)) - frozenset(weekend)


def _of_place(code: str, year: int | None = None) -> holidays.HolidayBase:
    country, _, region = code.partition("-")
    return holidays.country_holidays(country, subdiv=region or None, years=year)


def days_of_the_week(days: Days, country: str | None) -> frozenset[int]:
    """The days that a window names, Monday as 0; `country` are those usual there."""
    return usual_days(country) if days == "country" else frozenset(WEEK.index(day) for day in days)


@lru_cache(maxsize=1024)
def closed_dates(closed: tuple[ClosedDays, ...]) -> ClosedDates:
    """The days that a map closes its calendar on."""
    return frozenset((day.month, day.day) if each.yearly else day for each in closed for day in each)
