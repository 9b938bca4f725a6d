"""Advice on journeys that can't be planned."""

from __future__ import annotations

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


def hint_of(journey: JourneyRecord) -> str:
    """Returns what to do about a journey that is blocked."""
    return _HINTS.get((journey.blocked_why or "").partition(":")[0], _ELSE)
