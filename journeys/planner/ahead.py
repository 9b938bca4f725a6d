"""What lies ahead of a journey by itself: timers, in the order in which they happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from journeys.planner.instants import Instant

_RANK = ("opens", "step", "cooldown", "remind", "due", "overdue", "escalate", "silent", "ask", "target", "deadline")


RANK_OF = {kind: rank for rank, kind in enumerate(_RANK)}


class Timer(NamedTuple):
    """Something due at an instant; sorts by time, then by the place in the file."""

    at: Instant
    position: int
    rank: int
    key: str

    @property
    def kind(self) -> str:
        return _RANK[self.rank]


@dataclass(slots=True)
class Ahead:
    """All that will happen by itself, as long as nothing changes; put together at `changes` of a turn."""

    changes: int
    timers: list[Timer]
    openings: list[Timer]
