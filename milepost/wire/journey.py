"""The names, inputs and answers of a journey's workflow; a caller needs none of the workflow's code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.instants import Instant

JOURNEY = "Journey"
FIRST_JOURNEY = "CustomerJourney"
"""The name of the workflow that kept the journey's state in its history. Its runs are ended and started anew."""

NUDGE = "nudge"
SET_CLOCK = "set_clock"
STATUS = "status"
TASK_QUEUE = "milepost"
DEFAULT_MAX_ADVANCES = 60
"""Some five hundred events: an advance and what follows from it are seven to ten."""

DELIVERY_LASTS = timedelta(days=5).total_seconds()


def workflow_id(customer: str) -> str:
    """The one workflow of the journeys that began while their customer had this id (`planner.ids.began_as`)."""
    return f"journey/{customer}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way out. `give_up_at` is wall clock, in seconds since 1970."""

    journey: str
    message: str
    give_up_at: float


@dataclass(frozen=True, slots=True)
class JourneyInput:
    """All that a workflow carries over from one run to the next; the database holds the journey.

    `n` is the number of the journey's last advance; 0 makes the first advance tell. `wake_at` is journey time. A run
    continues as new after `max_advances`.
    """

    journey: str
    n: int = 0
    clock: JourneyClock = REAL_TIME
    wake_at: Instant | None = None
    nudged: bool = True
    in_flight: list[Delivery] = field(default_factory=list)
    max_advances: int = DEFAULT_MAX_ADVANCES


@dataclass(frozen=True, slots=True)
class JourneyReport:
    """The progress of a running journey; instants are journey time."""

    journey: str
    n: int
    now: Instant
    wake_at: Instant | None
    in_flight: list[str]
    ended: bool
    blocked: bool
