"""A journey that can't be planned: since when, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.explain import local_time
from milepost.explain.overview import JourneyRecord

_MOVE = (
    "publish the map, and move this journey to the new version (milepost tell CUSTOMER map_changed): it goes on within "
    "minutes, with all facts that came in meanwhile."
)
_HINTS = {
    "EndlessMapError": f"The map has an endless loop. Correct it, {_MOVE}",
    "NeverOpensError": f"A calendar of the map has no working day for years. Correct its days, {_MOVE}",
    "UnreadableVersionError": "A later Milepost published this version of the map. Update the workers.",
}
_ELSE = (
    "This is a bug in Milepost, not in your data. The worker's log has the details; report it with the text above, and "
    "update the workers when it is fixed."
)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a journey is blocked, for people."""

    since: str
    why: str
    hint: str


def blocked(journey: JourneyRecord | None, zone: str) -> Blocked | None:
    """Returns why the journey is blocked; None if it isn't."""
    if journey is None or journey.blocked_since is None:
        return None
    why = journey.blocked_why or ""
    hint = _HINTS.get(why.partition(":")[0], _ELSE)
    return Blocked(local_time.time_of(journey.blocked_since, zone), why, hint)
