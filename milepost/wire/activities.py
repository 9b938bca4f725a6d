"""The inputs and results of a journey's activities: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from milepost.planner.clock import JourneyClock
from milepost.planner.instants import Instant


@dataclass(frozen=True, slots=True)
class AdvanceOrder:
    """Take `facts` (JSON, in their order) into the journey and bring it up to `now`, in journey time."""

    journey: str
    version: str
    state: dict[str, Any]
    facts: list[dict[str, Any]]
    now: Instant


@dataclass(frozen=True, slots=True)
class Seen:
    """The values of a journey's search attributes: the ids of its map and open stages, and if a risk is open."""

    map: str
    stages: list[str]
    risk: bool


@dataclass(frozen=True, slots=True)
class Advanced:
    """The next state, and what the workflow has to do: deliver these messages, wake up at this instant, or end.

    `version` is the hash of the map version that the journey stands on now.
    """

    version: str
    state: dict[str, Any]
    deliveries: list[str]
    wake_at: Instant | None
    ended: bool
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class DeliveryOrder:
    """Send one message of a journey; the id is the idempotency key. What is recorded is in the clock's journey time."""

    journey: str
    message: str
    clock: JourneyClock


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """A message that could not be delivered, and never will be; `at` is journey time."""

    journey: str
    customer: str
    message: str
    why: str
    at: Instant
