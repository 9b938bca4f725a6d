"""The timer index: every timer of a journey, in the order in which they will fire.

A state carries it from plan to plan; a plan works out again only the timers of records that it changed
(`expected_timers`). It is not part of the state's JSON: for a state read back from there it is all worked out again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from milepost.planner.dependents import Watched
from milepost.planner.instants import Instant

_RANK = (
    "opens", "step", "cooldown", "remind", "due", "overdue", "escalate", "silent", "ask", "target", "deadline",
    "unanswered",
)  # fmt: skip
RANK_OF = {kind: rank for rank, kind in enumerate(_RANK)}
STEP = RANK_OF["step"]
NEVER: Instant = 1 << 62

Due = tuple[Instant, int]
"""When something is due, and its rank among what is due at one instant in one place of the file."""


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
class TimerIndex:
    """Every timer, by the step, stage or play that it is for.

    Nothing of it is due before `soonest`; `wake` is when the journey must next be looked at.
    """

    timers: dict[Watched, tuple[Due, ...]] = field(default_factory=dict)
    soonest: Instant = NEVER
    wake: Instant | None = None

    def copy(self) -> TimerIndex:
        return TimerIndex(self.timers.copy(), self.soonest, self.wake)
