"""The demo's view of the API: journeys, open tasks and open steps; and the facts that it plans to record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from milepost.language.steps import Figures
from milepost.planner.instants import Instant, parse

HOUR = 3600
DAY = 24 * HOUR

At = Annotated[Instant, BeforeValidator(parse)]
"""An instant, which the API writes as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A customer's latest journey; `status` is open, paused or ended."""

    customer: str
    journey: str
    map: str
    status: str
    started_at: At


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A colleague's task; `step` is None for a system task. `person` is an address, or None for the role's team."""

    customer: str
    journey: str
    task: str
    step: str | None
    role: str
    person: str | None
    results: tuple[str, ...]
    opened_at: At
    due_at: At | None

    @property
    def key(self) -> str:
        """Identifies the task among all journeys."""
        return f"{self.journey} {self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStep:
    """A step that waits for the customer: an `action` or an `outcome`. `contact` is the address that is written to."""

    customer: str
    journey: str
    step: str
    occurrence: int
    kind: str
    contact: str | None
    opened_at: At
    asked_at: At | None
    due_at: At | None
    metric: Figures | None = None

    @property
    def key(self) -> str:
        """Identifies this opening of the step among all journeys."""
        return f"{self.journey} {self.step}/{self.occurrence}"

    @property
    def asking(self) -> str:
        """Identifies this asking for the outcome among all journeys."""
        return f"{self.key} asked {self.asked_at}"


@dataclass(frozen=True, slots=True)
class PlannedFact:
    """A fact that the demo is going to record.

    Attributes:
        at: When, in journey time.
        customer: Whose journey it is about.
        fact: The fact as the API takes it, with an id of its own: recorded twice, it counts once.
        about: The key of what must still be open then; None: it is recorded in any case.
        files: The fields of its form whose answers are files, which are sent before it.
        whose: The address of the colleague or the id of the customer whose doing it is; None: nobody's in person.
    """

    at: Instant
    customer: str
    fact: Mapping[str, Any]
    about: str | None = None
    files: tuple[str, ...] = ()
    whose: str | None = None
