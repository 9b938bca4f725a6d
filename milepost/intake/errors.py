"""What the door refuses, each as a type that carries its data: `code` for programs, `hint` for what to do."""

from __future__ import annotations

from milepost.planner.fact_errors import RefusedError, UnknownNameError
from milepost.planner.segment_match import MayNotEnter


class UnknownMapError(UnknownNameError):
    """No map of this id is published."""

    code = "unknown_map"


class NoOpenJourneyError(RefusedError):
    """There is nobody to tell: the customer has no journey that has not ended."""

    code = "no_open_journey"

    def __init__(self, customer: str, barred: str | None = None) -> None:
        """`barred` says why none can be begun now, where that is so."""
        self.customer = customer
        self.barred = barred
        begin = f"None can begin: {barred}." if barred else f"`milepost enroll {customer}` begins one."
        super().__init__(
            f"Customer {customer!r} has no open journey.", f"{begin} `milepost show {customer}` tells what was."
        )


class EntryRefusedError(RefusedError):
    """The map's `reenter` does not let the customer in again, or not yet."""

    code = "entry_refused"

    def __init__(self, customer: str, why: MayNotEnter) -> None:
        self.customer = customer
        self.why = why
        super().__init__(f"Customer {customer!r} cannot begin another journey: {why}.")
