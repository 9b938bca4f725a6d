"""Telling the door what a form says, and what to tell the reader of it."""

from __future__ import annotations

from door.door import Told
from journeys.written import WrittenFact
from web.services import Services


async def tell(served: Services, customer: str, fact: WrittenFact, *, by: str, source: str) -> str:
    """Tell a fact; returns the word for the reader (`web.pages.TOLD`).

    Raises:
        Refused: the door does not take it; nothing was written.
    """
    return word(await served.door.tell(customer, fact, by=by, source=source))


def word(told: Told) -> str:
    """What became of a fact, in a word."""
    if not told.new:
        return "again"
    return "noted" if told.delivered else "later"
