"""The date that people agreed on as a colleague types it: a day, perhaps with a time and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from milepost import limits
from milepost.explain import local_time
from milepost.language.attribute_values import parse_date
from milepost.planner.agreements import AgreedTime
from milepost.planner.instants import Instant, moment
from milepost.planner.zones import instant_of, zone


@dataclass(frozen=True, slots=True)
class TypedDate:
    """Three inputs, empty where nothing is typed."""

    due: str = ""
    time: str = ""
    minutes: str = ""

    @staticmethod
    def of(due: date | None, agreed: AgreedTime | None, timezone: str) -> TypedDate:
        """Returns what is typed for a date that was agreed on; a time of day has its day by the same clock."""
        if agreed is None:
            return TypedDate(due.isoformat() if due else "")
        there = local_time.local(agreed.at, timezone)
        return TypedDate(f"{there:%Y-%m-%d}", f"{there:%H:%M}", "" if agreed.minutes is None else str(agreed.minutes))

    def read(self, now: Instant, timezone: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Returns the date as facts have it, and what is wrong by the input; the clock is that of `timezone`."""
        day, today = parse_date(self.due), local_time.local(now, timezone).date()
        if day is None:
            return {}, {"due": "Choose a day."}
        if day < today:
            return {}, {"due": "That day is past. Choose a later one."}
        return self._with_time(day, now, timezone) if self.time else ({"due": self.due}, {})

    def _with_time(self, day: date, now: Instant, timezone: str) -> tuple[dict[str, Any], dict[str, str]]:
        try:
            clock = time.fromisoformat(self.time).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            return {}, {"time": "Write a time, such as 14:00; leave it empty for the day alone."}
        at = instant_of(datetime.combine(day, clock), zone(timezone))
        if at < now:
            return {}, {"time": "That time is past. Choose a later one."}
        if not self.minutes:
            return {"at": moment(at)}, {}
        if not self.minutes.isdecimal() or not 0 < int(self.minutes) <= limits.MINUTES:
            return {}, {"minutes": f"Write how many minutes it takes, from 1 to {limits.MINUTES}."}
        return {"at": moment(at), "minutes": int(self.minutes)}, {}
