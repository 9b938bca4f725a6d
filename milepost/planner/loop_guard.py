"""The guard against maps that loop at one instant: the most entries allowed, and the error that names the loop."""

from __future__ import annotations

from collections.abc import Sequence

from milepost.errors import MilepostError
from milepost.planner.instants import Instant, text
from milepost.planner.timeline import Entry

MOST_HAPPENINGS = 2000
"""Happenings that one instant may bring about; a map that makes more runs in a circle without waiting."""

_LONGEST_ROUND = 200


class EndlessMapError(MilepostError):
    """The map brings about happening after happening at one instant and would never stop.

    `round` is what repeats, in its order; empty where it isn't the same each time.
    """

    code = "endless_map"

    def __init__(self, map: str, at: Instant, entries: Sequence[Entry]) -> None:  # noqa: A002 - the field's word
        self.round = _round_of([(entry.kind, entry.subject) for entry in entries])
        circle = ", ".join(f"{kind} {place}".strip() for kind, place in self.round)
        super().__init__(
            f"map {map!r} goes round in a circle at {text(at)}: more than {MOST_HAPPENINGS} happenings at one instant"
            f"{f' ({circle}, and again)' if circle else ''}. Make one of its plays or stages wait for something."
        )


def _round_of(happenings: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    for length in range(1, min(_LONGEST_ROUND, len(happenings) // 2) + 1):
        last = happenings[-length:]
        if last == happenings[-2 * length : -length]:
            return tuple(last)
    return ()
