"""One customer, whole: what is known, where it stands and why, what comes next, all that was said and done."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.store import customers, facts, maps, messages, outcomes, tasks, timeline
from milepost.store import journeys as journey_rows
from milepost.web.identity import Looking
from milepost.web.ops.customer_page import KINDS, Loaded, customer_page, version_said
from milepost.web.pages import render, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops", include_in_schema=False)
MESSAGES_SHOWN = 20


@router.get("/customers/{customer}")
async def page(request: Request, served: Served, viewer: Looking, customer: str) -> Response:
    """One customer; `journey` picks an earlier journey, `kind` narrows the timeline."""
    loaded = await _load(served, customer, request.query_params.get("journey"))
    kind = request.query_params.get("kind", "all")
    made = await customer_page(served, viewer, loaded, kind if kind in KINDS else "all")
    around = shell(request, served, viewer, made.name, "customers", zone=loaded.customer.timezone)
    return render("ops/customer.html", made, around)


async def _load(served: Services, customer: str, journey: str | None) -> Loaded:
    async with served.store.reading() as session:
        row = await customers.get_row(session, customer)
        past = await journey_rows.of_customer(session, customer)
        shown = next((each for each in past if each.id == journey), past[0] if past else None)
        counts: dict[str, int] = {}
        for count in await facts.event_counts(session, customer):
            counts[count.event] = counts.get(count.event, 0) + count.count
        return Loaded(
            row=row,
            customer=await customers.get(session, customer),
            past=past,
            journey=shown,
            entries=await timeline.of_journey(session, shown.id) if shown else [],
            outcomes=await outcomes.of_journey(session, shown.id) if shown else [],
            tasks=await tasks.of_customer(session, customer, only_open=False),
            messages=await messages.outbox(session, customer=customer, limit=MESSAGES_SHOWN),
            facts=await facts.of_customer(session, customer),
            counts=counts,
            version=version_said(await maps.get(session, shown.version)) if shown else None,
        )
