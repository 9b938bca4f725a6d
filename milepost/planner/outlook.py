"""The outlook: what comes if nobody does anything. It is the planner, run ahead."""

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
class Outlook:
    """The entries that a journey reports until `until` if nobody does anything.

    `more` is True if the list was cut off; `paused` if nothing happens before the journey is resumed.
    """

    entries: tuple[Entry, ...]
    until: Instant
    more: bool
    paused: bool


def look_ahead(compiled_map: CompiledMap, state: State, now: Instant, *, days: int = DAYS, most: int = MOST) -> Outlook:
    """Runs the planner ahead from `now`, wake-up by wake-up, for some days or until there are `most` entries.

    What fell due by `now` and isn't planned yet is left out: it is about to be reported.
    """
    until = now + days * _DAY
    if not state.is_open:
        return Outlook((), until, more=False, paused=state.paused)
    entries: list[Entry] = []
    if state.moving_to is not None:
        state = state.copy()
        state.moving_to = None  # nothing else of that version is at hand: as if it stayed
    try:
        latest = plan(compiled_map, state, (), max(now, state.clock))
        while latest.wake_at is not None and latest.wake_at <= until and len(entries) <= most:
            latest = plan(compiled_map, latest.state, (), latest.wake_at)
            entries += latest.timeline
    except (NeverOpensError, EndlessMapError):
        return Outlook(tuple(entries[:most]), until, more=True, paused=False)
    return Outlook(tuple(entries[:most]), until, more=len(entries) > most, paused=False)
