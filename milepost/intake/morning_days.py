"""When a colleague's next morning is: by their own clock, on the days that they work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from milepost.explain import local_time
from milepost.planner.days_off import public_holidays
from milepost.planner.instants import Instant
from milepost.planner.zones import instant_of, zone

_SEARCH = 400  # days


def next_morning(
    after: Instant,
    *,
    timezone: str,
    country: str | None,
    days: Collection[int],
    hour: int,
    not_on: Collection[str] = (),
) -> Instant | None:
    """Returns the first of their mornings that begins after an instant; None where none comes within a year.

    `days` are those of the week, Monday as 0; `not_on` are local dates that have had their mail.
    """
    first = local_time.local(after, timezone).date()
    for day in (first + timedelta(days=each) for each in range(_SEARCH)):
        if is_working(day, days, country) and day.isoformat() not in not_on:
            at = instant_of(datetime.combine(day, time(hour)), zone(timezone))
            if at > after:
                return at
    return None


def is_working(day: date, days: Collection[int], country: str | None) -> bool:
    """Tells whether somebody works on a date, as far as their days and the public holidays say."""
    return day.weekday() in days and (country is None or day not in public_holidays(country, day.year))
