"""`POST /api/v1/facts`: programs report what happened."""

from __future__ import annotations

from fastapi import APIRouter, Response

from milepost.intake.facts import FactStatus
from milepost.planner.written_facts import WrittenFact
from milepost.web.api import presenters
from milepost.web.api.shapes import FactRequest, ReceiptShown
from milepost.web.services import Served

router = APIRouter(tags=["facts"])


@router.post("/facts", summary="Record a fact")
async def record_fact(served: Served, fact: FactRequest, response: Response) -> ReceiptShown:
    """Record one fact and pass it to the customer's journey.

    The fact takes effect when it comes in. Send it again with the same `id` as often as you like: it counts once.
    202 means that it is recorded, and that the journey gets it later.
    """
    written = WrittenFact(**fact.model_dump(exclude={"customer"}, exclude_none=True))
    receipt = await served.intake.record_fact(fact.customer, written, by=fact.by or "api", source="api")
    if receipt.status is FactStatus.PENDING:
        response.status_code = 202
    return presenters.receipt(fact.customer, receipt)
