"""The inputs and results of a journey's activities: ids and numbers, nothing about people."""

from __future__ import annotations

from dataclasses import dataclass, field

from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.instants import Instant


@dataclass(frozen=True, slots=True)
class AdvanceOrder:
    """Make the journey's advance number `n`: take in what waits for it, and bring it up to `now`.

    That is journey time by `clock`.
    """

    journey: str
    n: int
    now: Instant
    clock: JourneyClock = REAL_TIME


@dataclass(frozen=True, slots=True)
class Seen:
    """The values of a journey's search attributes: the ids of its map and open stages, and if a risk is open."""

    map: str
    stages: list[str]
    risk: bool


@dataclass(frozen=True, slots=True)
class Advanced:
    """How far the journey has come, and what the workflow has to do.

    Attributes:
        journey: The journey that the workflow goes on with: the one of the order or, if that has ended, the customer's
            next one.
        n: The number of the last advance that was made, by this order or another one.
        wake_at: Journey time at which to advance again, unless a nudge comes earlier; None: at the next nudge.
        deliver: The ids of messages of the order's journey to deliver. Those that are being delivered already may be
            among them.
        ended: No journey of the customer is open.
        blocked: The journey can't be planned; trying again may help later.
        seen: What the journey can be searched by, where that may have changed.
        clock: The clock to go by from now on, where it isn't that of the order; None: the same.
    """

    journey: str
    n: int
    wake_at: Instant | None = None
    deliver: list[str] = field(default_factory=list)
    ended: bool = False
    blocked: bool = False
    seen: Seen | None = None
    clock: JourneyClock | None = None


@dataclass(frozen=True, slots=True)
class DeliveryOrder:
    """Send one message of a journey; the id is the idempotency key. What is recorded is in the clock's journey time.

    `give_up_at` is wall clock, in seconds since 1970: an attempt after that records that the message failed.
    """

    journey: str
    message: str
    clock: JourneyClock
    give_up_at: float
