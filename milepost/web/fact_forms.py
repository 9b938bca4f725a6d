"""Telling the door what a form says, and what to tell the reader of it."""

from __future__ import annotations

from milepost.intake.facts import FactReceipt, FactStatus
from milepost.planner.written_facts import WrittenFact
from milepost.web.services import Services


async def tell(served: Services, customer: str, fact: WrittenFact, *, by: str, source: str) -> str:
    """Tell a fact; returns the word for the reader (`milepost.web.pages.TOLD`).

    Raises:
        RefusedError: the door does not take it; nothing was written.
    """
    return word(await served.intake.record_fact(customer, fact, by=by, source=source))


def word(told: FactReceipt) -> str:
    """What became of a fact, in a word."""
    return _WORDS[told.status]


_WORDS = {
    FactStatus.DELIVERED: "noted",
    FactStatus.COUNTED: "noted",
    FactStatus.PENDING: "later",
    FactStatus.KEPT: "kept",
    FactStatus.KNOWN: "again",
}
