"""The journey clock of this store: it runs like the wall clock or, in a demo, as its visitors and journeys let it.

The row is the truth. Processes read it again several times a second (`followed_clock`); a change takes effect a moment
after it is written, so that all of them have read it by then. A clock never goes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.instants import Instant
from milepost.store.errors import StoreError
from milepost.store.single_rows import ClockRow
from milepost.store.tables import FactRow, JourneyRow
from milepost.store.upsert import upsert

TAKES_EFFECT_AFTER = 0.5  # seconds
SLOW = 600.0
"""Seconds of journey per second at which a person can take part: a day in two and a half minutes."""
STEP = 4 * 3600.0
"""Seconds of journey per second at which a single day passes."""
_DAY = 86_400
_MINUTE, _STANDS_AT = 60, 31
_MOMENT = 0.000_1  # seconds


class NotSteerableError(StoreError):
    """The clock isn't that of a demo; nothing has changed."""

    code: ClassVar[str] = "not_steerable"

    def __init__(self) -> None:
        super().__init__(
            "The customers here live in real time, or are rehearsed: nobody can stop, slow or hurry their clock, or be "
            "one of them.",
            "Try it in the demo: `milepost up --sample --data FOLDER`.",
        )


class Pace(StrEnum):
    """What a visitor asks of the clock."""

    SLOW = "slow"
    STOP = "stop"
    DAY_ON = "day"
    AS_BEFORE = "before"


@dataclass(frozen=True, slots=True)
class KeptClock:
    """The clock as it is kept, and who is played by visitors.

    Attributes:
        asked: The clock that was asked for; it may stop at an instant.
        horizon: How far the journeys have let it run so far; None: they don't hold it back.
        usual_speed: Seconds of journey per second that it goes back to; None: it can't be steered.
        colleagues: The addresses of colleagues that visitors play.
        customers: The ids of customers that visitors play.
    """

    asked: JourneyClock = REAL_TIME
    horizon: Instant | None = None
    usual_speed: float | None = None
    colleagues: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()

    @property
    def clock(self) -> JourneyClock:
        """The clock that everybody goes by: no further than it was asked to, nor than the journeys let it."""
        ends = [at for at in (self.asked.stops_at, self.horizon) if at is not None]
        return self.asked.stopping_at(min(ends, default=None))

    @property
    def can_change(self) -> bool:
        """Whether it runs otherwise than it was set to: visitors steer it, or journeys hold it back."""
        return self.usual_speed is not None or self.horizon is not None

    @property
    def is_anybody_taken(self) -> bool:
        return bool(self.colleagues or self.customers)

    def is_too_fast(self, wall: float) -> bool:
        """Whether it runs, and faster than a person can take part."""
        return self.asked.speed > SLOW and not self.asked.stands(wall)

    def waits(self, wall: float) -> bool:
        """Whether it stands only because journeys, or those who are played, have something left to do."""
        if self.horizon is None or self.asked.speed == 0:
            return False
        ends_later = self.asked.stops_at is None or self.asked.stops_at > self.horizon
        return ends_later and self.clock.journey_of(wall) >= self.horizon

    def steered(self, pace: Pace, wall: float) -> KeptClock:
        """Returns the clock as a visitor asks for it, at a moment of the wall clock.

        Raises:
            NotSteerableError: it isn't a demo's.
        """
        if self.usual_speed is None:
            raise NotSteerableError
        match pace:
            case Pace.SLOW:
                return self._from(wall, min(SLOW, self.usual_speed))
            case Pace.STOP:
                return self._from(wall, 0.0)
            case Pace.DAY_ON:
                slower = self._from(wall, min(STEP, self.usual_speed))
                return replace(slower, asked=slower.asked.stopping_at(slower.asked.journey_epoch + _DAY))
            case Pace.AS_BEFORE:
                return self._from(wall, self.usual_speed)

    def let_run(self, horizon: Instant, wall: float) -> KeptClock:
        """Returns the clock with a later horizon; one that stood at the last one goes on from there."""
        if self.horizon is None or horizon <= self.horizon:
            return self
        if self.waits(wall):
            asked = replace(self.asked, wall_epoch=max(wall, self._later), journey_epoch=self.horizon)
            return replace(self, asked=asked, horizon=horizon)
        return replace(self, horizon=horizon)

    @property
    def _later(self) -> float:
        """Later than this clock, so that the next one replaces it."""
        return self.asked.wall_epoch + _MOMENT

    def _from(self, wall: float, speed: float) -> KeptClock:
        epoch = max(wall + TAKES_EFFECT_AFTER, self._later)
        return replace(self, asked=JourneyClock(epoch, self.clock.journey_of(epoch), speed))


def between_minutes(at: Instant) -> Instant:
    """Returns the next instant at which a clock may stand: maps count in whole minutes, so that nothing falls due then.

    While it stands, people go on. What they tell and what falls due would otherwise be of one instant, and the order
    of the two that in which they happened to come.
    """
    return at + (_STANDS_AT - at) % _MINUTE


async def read(session: AsyncSession) -> JourneyClock:
    """Returns the clock that was set, or else the wall clock."""
    return await session.run_sync(load)


def load(session: Session) -> JourneyClock:
    """Returns the clock that was set, or else the wall clock."""
    kept = find(session)
    return REAL_TIME if kept is None else kept.clock


def find(session: Session) -> KeptClock | None:
    """Returns the clock as it is kept; None: it is the wall clock."""
    row = session.get(ClockRow, 1, populate_existing=True)
    if row is None:
        return None
    return KeptClock(
        JourneyClock(row.wall_epoch, row.journey_epoch, row.speed, row.stops_at),
        row.horizon,
        row.usual_speed,
        frozenset(row.taken_colleagues or ()),
        frozenset(row.taken_customers or ()),
    )


def keep(session: Session, kept: KeptClock) -> None:
    """Keeps a clock instead of the one before."""
    asked = kept.asked
    row = {
        "wall_epoch": asked.wall_epoch,
        "journey_epoch": asked.journey_epoch,
        "speed": asked.speed,
        "stops_at": asked.stops_at,
        "horizon": kept.horizon,
        "usual_speed": kept.usual_speed,
        "taken_colleagues": sorted(kept.colleagues),
        "taken_customers": sorted(kept.customers),
    }
    upsert(session, ClockRow, [{"id": 1, **row}])


def change(session: Session, by: Callable[[KeptClock], KeptClock]) -> KeptClock:
    """Changes the clock as it is kept at this moment; returns the new one.

    Raises:
        NotSteerableError: there is no clock but the wall clock.
    """
    session.get(ClockRow, 1, with_for_update=True, populate_existing=True)
    before = find(session)
    if before is None:
        raise NotSteerableError
    kept = by(before)
    if kept != before:
        keep(session, kept)
    return kept


async def write(session: AsyncSession, clock: JourneyClock) -> None:
    """Sets a clock that nothing holds back and nobody steers."""
    await session.run_sync(keep, KeptClock(clock))


async def latest_instant(session: AsyncSession) -> Instant | None:
    """Returns the latest instant that a journey has reached or a fact has; None without any."""
    instants = [await session.scalar(select(func.max(column))) for column in (JourneyRow.clock, FactRow.at)]
    return max((at for at in instants if at is not None), default=None)
