"""What moving the open journeys of a version to another would do: one after the other, and counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.cli.support.database import now_of
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import journeys
from milepost.versions import Move, preview

NAMED = 20
"""Customers of whom one thing is true that are kept by name; the others are counted."""


async def moves_of(session: AsyncSession, old: CompiledMap, new: CompiledMap) -> AsyncIterator[tuple[Move, str]]:
    """What moving would do now to each open journey on the old version, with the customer's time zone.

    They come as they are read, ordered by journey, so that memory does not grow with them.
    """
    now = await now_of(session)
    async for customer, state in journeys.on_version(session, old.version):
        yield _move(customer, state, old, new, now), state["customer"]["timezone"]


def _move(customer: str, state: dict[str, Any], old: CompiledMap, new: CompiledMap, now: Instant) -> Move:
    try:
        return preview(old, new, State.from_json(state), now)
    except Exception as error:  # noqa: BLE001 - a journey that can't be planned must not hide the others
        return Move(customer, problem=f"{type(error).__name__}: {error}")


@dataclass(slots=True)
class Customers:
    """Customers of whom one thing is true: how many, and the first of them by name."""

    many: int = 0
    first: list[str] = field(default_factory=list)

    def take(self, customer: str) -> None:
        """Count one."""
        self.many += 1
        if len(self.first) < NAMED:
            self.first.append(customer)

    def named(self, most: int) -> str:
        """`acme, bolt and 12 more`."""
        shown = ", ".join(self.first[:most])
        return f"{shown} and {self.many - most} more" if self.many > most else shown

    def to_json(self) -> dict[str, Any]:
        return {"customers": self.many, "first": self.first}


@dataclass(slots=True)
class Moves:
    """Many moves, counted.

    Attributes:
        journeys: How many journeys there are.
        on_gone: Customers who stand on something that is gone; `gone` has them by what it is: `step kickoff`.
        withdrawn: Steps that would be withdrawn; `opened`, steps that would open; `redated`, steps and stages that
            would be kept with another date.
        unchanged: Customers for whom nothing would change at once.
        untold: Customers whose journey cannot be planned, so that nobody can tell; `why` is that of the first.
    """

    journeys: int = 0
    on_gone: int = 0
    gone: dict[str, Customers] = field(default_factory=dict)
    withdrawn: int = 0
    opened: int = 0
    redated: int = 0
    unchanged: Customers = field(default_factory=Customers)
    untold: Customers = field(default_factory=Customers)
    why: str | None = None

    def take(self, move: Move) -> None:
        """Count one."""
        self.journeys += 1
        self.on_gone += bool(move.stands_on)
        for gone in move.stands_on:
            self.gone.setdefault(gone, Customers()).take(move.customer)
        self.withdrawn += len(move.withdrawn)
        self.opened += len(move.opened)
        self.redated += len(move.redated)
        if move.changes_nothing:
            self.unchanged.take(move.customer)
        if move.problem is not None:
            self.untold.take(move.customer)
            self.why = self.why or move.problem

    def to_json(self) -> dict[str, Any]:
        return {
            "on_something_gone": self.on_gone,
            "gone": [{"what": what, **whom.to_json()} for what, whom in self.gone.items()],
            "withdrawn": self.withdrawn,
            "opened": self.opened,
            "redated": self.redated,
            "unchanged": self.unchanged.many,
            "untold": {**self.untold.to_json(), "why": self.why},
        }
