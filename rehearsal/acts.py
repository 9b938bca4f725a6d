"""What the cast sees and what it does: happenings that journeys report, and facts to tell at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from journeys.planner.instants import Instant

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a journey's timeline, as the API tells it; `serial` orders all of them."""

    serial: int
    at: Instant
    kind: str
    customer: str
    journey: str
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def step(self) -> str:
        """The step that it is about."""
        return str(self.more.get("step"))

    @property
    def about(self) -> str:
        """The opening of a step that it is about, unique among all journeys; `JOURNEY STEP/OCCURRENCE`."""
        return f"{self.journey} {self.step}/{self.more.get('occurrence', 1)}"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody is going to tell Milepost.

    Attributes:
        at: When, in journey time.
        customer: Of whom it is told.
        fact: What is told, as the API takes it, with an id of its own: told twice, it counts once.
        about: What must still be open for it to be told (`Happening.about`); None: it is told in any case.
    """

    at: Instant
    customer: str
    fact: Mapping[str, Any]
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """A customer as the cast knows it: its people by persona, its colleagues by role."""

    id: str
    name: str
    map: str | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    team: Mapping[str, str] = field(default_factory=dict)
