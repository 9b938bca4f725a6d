"""`POST /api/v1/facts`: what happened, told by programs."""

from __future__ import annotations

from fastapi import APIRouter, Response

from milepost.intake.facts import FactStatus
from milepost.planner.written_facts import WrittenFact
from milepost.web.api import presenters as showing
from milepost.web.api.shapes import FactGiven, ToldShown
from milepost.web.services import Served

router = APIRouter(tags=["facts"])


@router.post("/facts", summary="Tell a fact")
async def tell(served: Served, fact: FactGiven, response: Response) -> ToldShown:
    """Record one fact and tell the customer's journey.

    The fact acts at the instant at which it comes in. Tell it again with the same `id` as often as you like: it
    counts once. 202 says that it is recorded, and that the journey is told later.
    """
    written = WrittenFact(**fact.model_dump(exclude={"customer"}, exclude_none=True))
    told = await served.intake.record_fact(fact.customer, written, by=fact.by or "api", source="api")
    if told.status is FactStatus.PENDING:
        response.status_code = 202
    return showing.told(fact.customer, told)
