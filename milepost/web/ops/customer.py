"""The page of one customer: its status and why, what comes next, and everything that happened."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.store import facts, messages, tasks
from milepost.store.customer_overview import customer_overview
from milepost.web.identity import Looking
from milepost.web.ops.customer_page import KINDS, Loaded, customer_page
from milepost.web.pages import render, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops", include_in_schema=False)
MESSAGES_SHOWN = 20


@router.get("/customers/{customer}")
async def page(request: Request, served: Served, viewer: Looking, customer: str) -> Response:
    """One customer; `journey` picks an earlier journey, `kind` narrows the timeline."""
    loaded = await _load(served, customer, request.query_params.get("journey"))
    kind = request.query_params.get("kind", "all")
    values = await customer_page(served, viewer, loaded, kind if kind in KINDS else "all")
    overview = loaded.overview
    around = shell(request, served, viewer, overview.customer.name, "customers", zone=overview.zone)
    return render("ops/customer.html", values, around)


async def _load(served: Services, customer: str, journey: str | None) -> Loaded:
    async with served.store.reading() as session:
        overview = await customer_overview(
            session, served.compiled_maps, customer, served.now(), journey=journey, allow_unreadable=True
        )
        counts: Counter[str] = Counter()
        for day in await facts.event_counts(session, customer):
            counts[day.event] += day.count
        return Loaded(
            overview,
            tasks=await tasks.of_customer(session, customer, only_open=False),
            messages=await messages.outbox(session, customer=customer, limit=MESSAGES_SHOWN),
            event_counts=counts,
        )
