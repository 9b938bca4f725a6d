"""A journey that cannot be planned: since when, with what it fails, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.explain import local_time
from milepost.explain.overview import JourneyRecord

_MOVE = (
    "publish the map, and move this journey to the new version (milepost tell CUSTOMER map_changed): it goes on within "
    "minutes, with all that was told meanwhile."
)
_HINTS = {
    "EndlessMapError": f"The map goes round in a circle. Correct it, {_MOVE}",
    "NeverOpensError": f"A calendar of the map has no working day for years. Correct its days, {_MOVE}",
    "UnreadableVersionError": "A later Milepost published this version of the map. Update the workers.",
}
_ELSE = (
    "This is a fault of Milepost, not of anything that was told. The worker's log has the whole of it; report it with "
    "the text above, and update the workers when it is corrected."
)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a journey stands still, for people."""

    since: str
    why: str
    hint: str


def blocked(journey: JourneyRecord | None, zone: str) -> Blocked | None:
    """What keeps the journey; None: nothing does."""
    if journey is None or journey.blocked_since is None:
        return None
    why = journey.blocked_why or ""
    hint = _HINTS.get(why.partition(":")[0], _ELSE)
    return Blocked(local_time.time_of(journey.blocked_since, zone), why, hint)
