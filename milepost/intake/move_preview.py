"""Previews moving the open journeys of one version to another: each by itself, and counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.errors import MilepostError
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import journeys
from milepost.text import listing
from milepost.versions import Move, preview

NAMED = 20
"""Customers that a group keeps by id; the others are counted."""


async def preview_moves(
    session: AsyncSession, old: CompiledMap, new: CompiledMap, now: Instant
) -> AsyncIterator[tuple[Move, str]]:
    """Yields what moving at `now` would do to each open journey on the old version, with the customer's time zone.

    They are streamed, ordered by journey, so that memory doesn't grow with their number.
    """
    async for customer, state in journeys.on_version(session, old.version):
        yield _preview(customer, state, old, new, now), state["customer"]["timezone"]


def _preview(customer: str, state: dict[str, Any], old: CompiledMap, new: CompiledMap, now: Instant) -> Move:
    try:
        return preview(old, new, State.from_json(state), now)
    except Exception as error:  # noqa: BLE001 - a journey that can't be planned must not hide the others
        return Move(
            customer, problem=str(error) if isinstance(error, MilepostError) else f"{type(error).__name__}: {error}"
        )


@dataclass(slots=True)
class CustomerGroup:
    """Customers that have something in common: how many, and the ids of the first ones."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, customer: str) -> None:
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(customer)

    def named(self, most: int) -> str:
        """`acme, bolt and 12 more`."""
        return listing(self.first, most=most, count=self.count)

    def to_json(self) -> dict[str, Any]:
        return {"customers": self.count, "first": self.first}


@dataclass(slots=True)
class MoveCounts:
    """Many moves, counted.

    Attributes:
        journeys: How many journeys there are.
        on_gone: Customers who stand on something that is gone; `gone` groups them by it: `step kickoff`.
        withdrawn: Steps that would be withdrawn; `opened`, steps that would open; `redated`, steps and stages that
            would be kept with another date.
        unchanged: Customers for whom nothing would change at once.
        unknown: Customers whose journey can't be planned, so that nobody can tell; `why` is the reason of the first.
    """

    journeys: int = 0
    on_gone: int = 0
    gone: dict[str, CustomerGroup] = field(default_factory=dict)
    withdrawn: int = 0
    opened: int = 0
    redated: int = 0
    unchanged: CustomerGroup = field(default_factory=CustomerGroup)
    unknown: CustomerGroup = field(default_factory=CustomerGroup)
    why: str | None = None

    def add(self, move: Move) -> None:
        """Counts one move."""
        self.journeys += 1
        self.on_gone += bool(move.stands_on)
        for gone in move.stands_on:
            self.gone.setdefault(gone, CustomerGroup()).add(move.customer)
        self.withdrawn += len(move.withdrawn)
        self.opened += len(move.opened)
        self.redated += len(move.redated)
        if move.changes_nothing:
            self.unchanged.add(move.customer)
        if move.problem is not None:
            self.unknown.add(move.customer)
            self.why = self.why or move.problem

    def to_json(self) -> dict[str, Any]:
        return {
            "on_something_gone": self.on_gone,
            "gone": [{"what": what, **customers.to_json()} for what, customers in self.gone.items()],
            "withdrawn": self.withdrawn,
            "opened": self.opened,
            "redated": self.redated,
            "unchanged": self.unchanged.count,
            "untold": {**self.unknown.to_json(), "why": self.why},
        }
