"""The names, inputs and answers of a journey's workflow; a caller needs none of the workflow's code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.instants import Instant
from milepost.wire.activities import Seen

JOURNEY = "CustomerJourney"
TAKE_FACT = "take_fact"
SET_CLOCK = "set_clock"
STATUS = "status"
TASK_QUEUE = "milepost"
DEFAULT_MAX_HISTORY = 500
DELIVERY_LASTS = timedelta(days=5).total_seconds()


def workflow_id(customer: str) -> str:
    """The one workflow of a customer, whichever journey it is on."""
    return f"journey/{customer}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way out. `give_up_at` is wall clock, in seconds since 1970."""

    message: str
    give_up_at: float


@dataclass(frozen=True, slots=True)
class FactSignal:
    """A fact, as JSON, for one journey. The workflow of an earlier one of the customer may still be winding up."""

    journey: str
    fact: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JourneyInput:
    """All that a journey is between two runs of its workflow.

    `state` is `State.to_json()`; `waiting` are facts, as JSON, not yet taken in; `wake_at` is journey time; `version`
    is the hash of the map version that the journey stands on; a run whose history is longer than `max_history` events
    continues as new; `seen` is what its search attributes say.
    """

    journey: str
    customer: str
    version: str
    state: dict[str, Any]
    wake_at: Instant | None
    clock: JourneyClock = REAL_TIME
    waiting: list[dict[str, Any]] = field(default_factory=list)
    in_flight: list[Delivery] = field(default_factory=list)
    max_history: int = DEFAULT_MAX_HISTORY
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class JourneyReport:
    """The progress of a running journey; instants are journey time."""

    journey: str
    version: str
    revision: int
    now: Instant
    next: Instant | None
    waiting: int
    in_flight: list[str]
    ended: bool
