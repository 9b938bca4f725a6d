"""Journey time: the wall clock times a speed. In production the two are the same."""

from __future__ import annotations

import math
from dataclasses import dataclass

from milepost.planner.instants import Instant


@dataclass(frozen=True, slots=True)
class JourneyClock:
    """Converts between journey time and the wall clock; plain data, so that a history can hold it.

    `wall_epoch` is in seconds since 1970 UTC, with fractions; `journey_epoch` is the instant of the journey's world at
    that moment and before, when journey time stands still; `speed` is seconds of journey per second of wall clock.
    """

    wall_epoch: float = 0.0
    journey_epoch: Instant = 0
    speed: float = 1.0

    def journey_of(self, wall: float) -> Instant:
        """The instant in journey time, floored to whole seconds, of a wall clock in seconds since 1970."""
        return self.journey_epoch + math.floor(max(wall - self.wall_epoch, 0.0) * self.speed)

    def wall_of(self, at: Instant) -> float:
        """The wall clock, in seconds since 1970, at which the journey's instant `at` comes."""
        return self.wall_epoch + (at - self.journey_epoch) / self.speed


REAL_TIME = JourneyClock()
