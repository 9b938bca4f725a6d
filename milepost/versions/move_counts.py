"""Many moves of journeys to another version, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from milepost.errors import MilepostError
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.text import count_of, listing
from milepost.versions.moves import Move, preview

NAMED = 20
"""Customers that a group keeps by id; the others are counted."""


def move_of(customer: str, state: Mapping[str, Any], old: CompiledMap, new: CompiledMap, now: Instant) -> Move:
    """Returns what moving a stored state would do; one that can't be planned says so, and hides no other."""
    try:
        return preview(old, new, State.from_json(dict(state)), now)
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
        """`acme, bolt and 12 more`; `14 customers` where nobody is named."""
        return listing(self.first, most=most, count=self.count) if self.first else count_of(self.count, "customer")

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

    def without_names(self) -> MoveCounts:
        """Returns the same counts without the ids of customers, to be kept."""

        def nameless(group: CustomerGroup) -> CustomerGroup:
            return CustomerGroup(group.count)

        gone = {what: nameless(customers) for what, customers in self.gone.items()}
        return replace(self, gone=gone, unchanged=nameless(self.unchanged), unknown=nameless(self.unknown))

    @staticmethod
    def from_json(data: Mapping[str, Any], journeys: int) -> MoveCounts:
        """Reads what `to_json` wrote about so many journeys."""
        unknown = data["untold"]
        return MoveCounts(
            journeys,
            data["on_something_gone"],
            {each["what"]: CustomerGroup(each["customers"], each["first"]) for each in data["gone"]},
            data["withdrawn"],
            data["opened"],
            data["redated"],
            CustomerGroup(data["unchanged"]),
            CustomerGroup(unknown["customers"], unknown["first"]),
            unknown["why"],
        )

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
