"""What the cast sees through the API, and what it does: facts to tell at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milepost.planner.instants import Instant

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A customer's latest journey; `status` is open, paused or ended."""

    customer: str
    journey: str
    map: str
    status: str
    started_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A colleague's task; `step` is None for one that the engine made. `person` is an address, or the role's team."""

    customer: str
    journey: str
    task: str
    step: str | None
    role: str
    person: str | None
    results: tuple[str, ...]
    opened_at: Instant
    due_at: Instant | None

    @property
    def about(self) -> str:
        """What it is called among all journeys."""
        return f"{self.journey} {self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStep:
    """What a customer is to do (`action`) or to confirm (`outcome`). `contact` is the address that is written to."""

    customer: str
    journey: str
    step: str
    occurrence: int
    kind: str
    contact: str | None
    opened_at: Instant
    asked_at: Instant | None
    due_at: Instant | None

    @property
    def about(self) -> str:
        """What this opening of the step is called among all journeys."""
        return f"{self.journey} {self.step}/{self.occurrence}"

    @property
    def asking(self) -> str:
        """What this asking is called among all journeys."""
        return f"{self.about} asked {self.asked_at}"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody is going to tell Milepost.

    Attributes:
        at: When, in journey time.
        customer: Of whom it is told.
        fact: What is told, as the API takes it, with an id of its own: told twice, it counts once.
        about: What must still be open for it to be told; None: it is told in any case.
    """

    at: Instant
    customer: str
    fact: Mapping[str, Any]
    about: str | None = None
