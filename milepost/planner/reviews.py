"""When a map's owner is to look at it again: derived from the map and the last look, so nothing has to be scheduled."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.language.model import Map
from milepost.planner.calendars import Calendar
from milepost.planner.instants import Instant


@dataclass(frozen=True, slots=True)
class Review:
    """The next review of a map: from `due_at` on (`is_due`) it is the owner's task."""

    due_at: Instant
    is_due: bool


def review_due(map_: Map, since: Instant, now: Instant) -> Review | None:
    """The next review of a map that was published or last reviewed at `since`; None where the map asks for none.

    It is a deadline in the map's own calendar (`working_time`, with its country's holidays).
    """
    if map_.review is None:
        return None
    hours = map_.working_time
    due_at = Calendar.of(hours, hours.timezone, hours.country).deadline(since, map_.review)
    return Review(due_at, due_at <= now)
