"""Records the fact that a form stands for, and says which notice its reader gets."""

from __future__ import annotations

from milepost.intake.facts import FactStatus
from milepost.planner.written_facts import WrittenFact
from milepost.web.services import Services


async def record_fact(served: Services, customer: str, fact: WrittenFact, *, by: str, source: str) -> str:
    """Records a fact and returns the key of the notice for the reader (`milepost.web.pages.NOTICES`).

    Raises:
        RefusedError: the fact doesn't make sense; nothing is stored.
    """
    receipt = await served.intake.record_fact(customer, fact, by=by, source=source)
    return _NOTICES[receipt.status]


_NOTICES = {
    FactStatus.DELIVERED: "noted",
    FactStatus.COUNTED: "noted",
    FactStatus.PENDING: "later",
    FactStatus.KEPT: "kept",
    FactStatus.KNOWN: "again",
}
