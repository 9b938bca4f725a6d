"""Instants as people read them: the local date and time in one time zone."""

from __future__ import annotations

from datetime import date, datetime

from milepost.language.attribute_values import parse_date
from milepost.planner.instants import Instant, moment
from milepost.planner.zones import is_zone, zone
from milepost.text import count_of

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def local(at: Instant, timezone: str) -> datetime:
    """The instant in `timezone`, an IANA name; in UTC if there is no such zone."""
    return moment(at).astimezone(zone(timezone if is_zone(timezone) else "UTC"))


def date_text(day: date) -> str:
    """A local date, such as `Fri 6 Mar 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def day_text(day: str) -> str:
    """A local date `YYYY-MM-DD` as people read it; what is none stays as it is."""
    parsed = parse_date(day)
    return day if parsed is None else date_text(parsed)


def day_of(at: Instant, timezone: str) -> str:
    """The local date of an instant, such as `Fri 6 Mar 2026`."""
    return date_text(local(at, timezone).date())


def time_of(at: Instant, timezone: str) -> str:
    """The local date and clock of an instant, such as `Fri 6 Mar 2026, 17:00`."""
    there = local(at, timezone)
    return f"{date_text(there.date())}, {there:%H:%M}"


def zoned_time_of(at: Instant, timezone: str) -> str:
    """The local date and clock with its time zone, such as `Fri 6 Mar 2026, 17:00 CET`."""
    return f"{time_of(at, timezone)} {_abbreviation(local(at, timezone))}"


def agreed_time_of(at: Instant, minutes: int | None, timezone: str) -> str:
    """A time of day that people agreed on, such as `Fri 6 Mar 2026, 17:00 CET (45 minutes)`."""
    takes = "" if minutes is None else f" ({count_of(minutes, 'minute')})"
    return f"{zoned_time_of(at, timezone)}{takes}"


def due_date(due: Instant, timezone: str) -> date:
    """The local date of a due date: midnight is the end of the day before."""
    return local(due - 1, timezone).date()


def due_day_of(due: Instant, timezone: str) -> str:
    """The local date of a due date, such as `Fri 6 Mar 2026`."""
    return date_text(due_date(due, timezone))


def due_time_of(due: Instant, timezone: str) -> str:
    """The local date and clock of a due date, such as `Fri 6 Mar 2026, 17:00`; midnight is `24:00`."""
    clock = f"{local(due, timezone):%H:%M}"
    return f"{due_day_of(due, timezone)}, {'24:00' if clock == '00:00' else clock}"


def zone_text(timezone: str, at: Instant) -> str:
    """A time zone as people know it: `America/New York (EST)`; zones without an abbreviation show their offset."""
    short = _abbreviation(local(at, timezone))
    name = timezone.replace("_", " ")
    return name if name == short else f"{name} ({short})"


def _abbreviation(there: datetime) -> str:
    short = there.tzname() or ""
    return short if short.isalpha() else f"UTC{there.isoformat()[-6:]}"


def effort_text(minutes: int) -> str:
    """The time that work takes, such as `45 minutes` or `1.5 hours`."""
    if minutes < _MINUTE:
        return count_of(minutes, "minute")
    hours = f"{minutes / _MINUTE:.1f}".removesuffix(".0")
    return f"{hours} hour{'' if hours == '1' else 's'}"


def span_text(seconds: int) -> str:
    """A span of time in its largest whole unit, such as `3 days`; `seconds` may be negative."""
    for size, unit in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        count = abs(seconds) // size
        if count:
            return count_of(count, unit)
    return "less than a minute"
