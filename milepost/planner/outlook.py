"""What comes next by itself: the planner run ahead, as if nobody did anything."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.planner.calendars import NeverOpensError
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry

DAYS = 60
MOST = 15
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will be reported if nobody does anything until `until`.

    `more` is True where the list was cut off; `paused` where nothing happens before the journey is resumed.
    """

    entries: tuple[Entry, ...]
    until: Instant
    more: bool
    paused: bool


def forecast(compiled_map: CompiledMap, state: State, now: Instant, *, days: int = DAYS, most: int = MOST) -> Forecast:
    """Run the planner ahead from `now`, wake-up by wake-up, for some days or until there are `most` entries.

    What fell due up to `now` and was not planned yet is left out: it is about to be reported.
    """
    until = now + days * _DAY
    if state.status != "open":
        return Forecast((), until, more=False, paused=state.status == "paused")
    entries: list[Entry] = []
    try:
        made = plan(compiled_map, state, (), max(now, state.clock))
        while made.wake_at is not None and made.wake_at <= until and len(entries) <= most:
            made = plan(compiled_map, made.state, (), made.wake_at)
            entries += made.timeline
    except (NeverOpensError, EndlessMapError):
        return Forecast(tuple(entries[:most]), until, more=True, paused=False)
    return Forecast(tuple(entries[:most]), until, more=len(entries) > most, paused=False)
