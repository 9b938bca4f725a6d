"""Local time: the instant of a clock time in a zone, also where clocks are changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from milepost.planner.instants import Instant


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
def instant_of(local: datetime, tz: ZoneInfo) -> Instant:
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


def date_of(at: Instant, timezone: str) -> date:
    """The local date of an instant in `timezone`, an IANA name.

    Raises:
        ZoneInfoNotFoundError: there is no such zone.
    """
    return datetime.fromtimestamp(at, zone(timezone)).date()


def beginning_of(day: date, timezone: str) -> Instant:
    """The first instant of a local date in `timezone`, an IANA name; where the clock skips midnight, after the gap.

    Raises:
        ZoneInfoNotFoundError: there is no such zone.
    """
    return instant_of(datetime.combine(day, time()), zone(timezone))


def end_of(day: date, timezone: str) -> Instant:
    """The first instant after a local date in `timezone`, an IANA name.

    Raises:
        ZoneInfoNotFoundError: there is no such zone.
    """
    return beginning_of(day + timedelta(days=1), timezone)


def stretches(at: Instant, tz: ZoneInfo) -> Iterator[tuple[datetime, Instant, Instant]]:
    """The time from an instant on, cut where the local date ends or the clock is changed.

    Yields the local clock at the beginning of each, and its two ends.
    """
    while True:
        local = datetime.fromtimestamp(at, tz)
        end = at + 86_400 - (local.hour * 3600 + local.minute * 60 + local.second)
        if datetime.fromtimestamp(end - 1, tz).utcoffset() != local.utcoffset():
            end = _change_of_clock(at, end - 1, tz)
        yield local, at, end
        at = end
