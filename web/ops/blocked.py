"""A journey that cannot be planned: since when, with what it fails, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from journeys import local_time
from store.tables import JourneyRow

_HINTS = {
    "EndlessMapError": "The map goes round in a circle. Correct it and publish it, so that nobody else gets here; this "
    "journey goes on when a worker runs that can plan it.",
    "NeverOpensError": "A calendar of the map has no working day for years. Correct its days and publish the map, so "
    "that nobody else gets here; this journey goes on when a worker runs that can plan it.",
    "UnreadableVersion": "A later Milepost published this version of the map. Update the workers.",
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


def blocked(journey: JourneyRow | None, zone: str) -> Blocked | None:
    """What keeps the journey; None: nothing does."""
    if journey is None or journey.blocked_since is None:
        return None
    why = journey.blocked_why or ""
    hint = _HINTS.get(why.partition(":")[0], _ELSE)
    return Blocked(local_time.time_of(journey.blocked_since, zone), why, hint)
