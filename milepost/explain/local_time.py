"""Instants as people read them: the local day and clock of one time zone, which is always said."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from milepost.planner.calendars import zone
from milepost.planner.instants import Instant, moment

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def local(at: Instant, timezone: str) -> datetime:
    """The instant on the clock of `timezone`, an IANA name; UTC where there is no such zone."""
    return moment(at).astimezone(_zone(timezone))


def day_said(day: date) -> str:
    """A local date, such as `Fri 6 Mar 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def day_of(at: Instant, timezone: str) -> str:
    """The local date of an instant, such as `Fri 6 Mar 2026`."""
    return day_said(local(at, timezone).date())


def time_of(at: Instant, timezone: str) -> str:
    """The local date and clock of an instant, such as `Fri 6 Mar 2026, 17:00`."""
    there = local(at, timezone)
    return f"{day_said(there.date())}, {there:%H:%M}"


def zone_said(timezone: str, at: Instant) -> str:
    """A time zone as people know it: `America/New York (EST)`; zones without letters of their own show the offset."""
    there = local(at, timezone)
    short = there.tzname() or ""
    if not short.isalpha():
        short = f"UTC{there:%z}"[:6] + f":{there:%z}"[-2:].rjust(3, ":")
    name = timezone.replace("_", " ")
    return name if name == short else f"{name} ({short})"


def span_said(seconds: int) -> str:
    """A span of time in its largest whole unit, such as `3 days`."""
    for size, unit in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        count = abs(seconds) // size
        if count:
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return "less than a minute"


def _zone(timezone: str) -> ZoneInfo:
    try:
        return zone(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return zone("UTC")
