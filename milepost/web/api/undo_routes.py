"""The addresses under `/api/v1` that undo what somebody just told."""

from __future__ import annotations

from milepost.planner.instants import optional_text, text
from milepost.store import aliases, facts
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import api_router
from milepost.web.api.shapes import UndoableList, UndoableShown, UndoneShown, UndoRequest
from milepost.web.services import Served

router = api_router()


@router.get("/customers/{customer}/undoable", summary="List what can be undone", tags=["facts"])
async def list_undoable(served: Served, customer: str) -> UndoableList:
    """What people just told about a customer and can undo, the latest first, with until when."""
    undoable = await served.intake.undoable(customer)
    shown = (
        UndoableShown(
            fact=each.fact.id,
            kind=each.fact.kind,
            step=each.step,
            by=each.fact.told_by,
            at=text(each.fact.at),
            until=optional_text(each.until),
        )
        for each in undoable
    )
    return UndoableList(customer=customer, facts=tuple(shown))


@router.post("/customers/{customer}/facts/{fact:path}/undo", summary="Undo a fact", tags=["facts"])
async def undo_fact(served: Served, customer: str, fact: str, request: UndoRequest, key: KeyUsed) -> UndoneShown:
    """Undo what somebody just told: it counts as never told, and whatever else came since stays.

    409 says why it can't be undone, and what to do instead: `grace_over`, `message_left`, `fell_due`,
    `already_undone`, `journey_began_since`, `journey_merged`, `not_undoable` or `cannot_replan`. Telling the same again
    is a new fact, with an id of its own.
    """
    async with served.store.reading() as session:
        row = await facts.get(session, await session.run_sync(aliases.present_id, customer), fact)
    if row is not None:
        key.check_may_tell(row.kind)
    undone = await served.intake.undo_fact(customer, fact, by=request.by or key.teller)
    return UndoneShown(
        customer=customer, fact=undone.fact_id, kind=undone.kind, step=undone.step, journey=undone.journey
    )
