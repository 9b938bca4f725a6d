"""Journey time: the wall clock times a speed. In production the two are the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from milepost.planner.instants import Instant

_DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class JourneyClock:
    """Converts between journey time and the wall clock; plain data, so that a history can hold it.

    `wall_epoch` is in seconds since 1970 UTC, with fractions; `journey_epoch` is the instant of the journey's world at
    that moment and before, when journey time stands still; `speed` is seconds of journey per second of wall clock, 0
    where it stands still. `stops_at` is the instant at which it comes to a stand; None: it runs on.
    """

    wall_epoch: float = 0.0
    journey_epoch: Instant = 0
    speed: float = 1.0
    stops_at: Instant | None = None

    @property
    def current(self) -> JourneyClock:
        """This clock, which never changes; the one of `store.followed_clock` does."""
        return self

    def journey_of(self, wall: float) -> Instant:
        """The instant in journey time, floored to whole seconds, of a wall clock in seconds since 1970."""
        at = self.journey_epoch + math.floor(max(wall - self.wall_epoch, 0.0) * self.speed)
        return at if self.stops_at is None else min(at, self.stops_at)

    def wall_of(self, at: Instant) -> float:
        """The wall clock, in seconds since 1970, at which the journey's instant `at` comes; infinite: it never does."""
        if self.stops_at is not None and at > self.stops_at:
            return math.inf
        if self.speed == 0:
            return self.wall_epoch if at <= self.journey_epoch else math.inf
        return self.wall_epoch + (at - self.journey_epoch) / self.speed

    def grace_of(self, grace: int) -> int:
        """The seconds of journey time in which a person has `grace` seconds to think; a journey waits a day at most."""
        return max(grace, min(int(grace * self.speed), _DAY))

    def stands(self, wall: float) -> bool:
        """Whether journey time doesn't go on by itself after this moment of the wall clock."""
        return self.speed == 0 or (self.stops_at is not None and self.journey_of(wall) >= self.stops_at)

    def replaces(self, other: JourneyClock) -> bool:
        """Whether this clock was set later than the other, or runs on where the other one stops."""
        return (self.wall_epoch, _end(self)) > (other.wall_epoch, _end(other))

    def stopping_at(self, at: Instant | None) -> JourneyClock:
        """The same clock, with another end."""
        return replace(self, stops_at=at)


def _end(clock: JourneyClock) -> float:
    return math.inf if clock.stops_at is None else clock.stops_at


REAL_TIME = JourneyClock()
