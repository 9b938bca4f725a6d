"""The page of one customer: its status and why, what comes next, and everything that happened."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.store import facts, messages, tasks
from milepost.store.customer_overview import customer_overview
from milepost.web.identity import Looking
from milepost.web.ops.customer_page import KINDS, customer_page
from milepost.web.pages import render, shell
from milepost.web.services import Served

router = APIRouter(prefix="/ops", include_in_schema=False)
MESSAGES_SHOWN = 20


@router.get("/customers/{customer}")
async def page(request: Request, served: Served, viewer: Looking, customer: str) -> Response:
    """One customer; `journey` picks an earlier journey, `kind` narrows the timeline."""
    journey, kind = (request.query_params.get(name) for name in ("journey", "kind"))
    async with served.store.reading() as session:
        overview = await customer_overview(
            session, served.compiled_maps, customer, served.now(), journey=journey, allow_unreadable=True
        )
        counts: Counter[str] = Counter()
        for day in await facts.event_counts(session, customer):
            counts[day.event] += day.count
        rows = {
            "tasks": await tasks.of_customer(session, customer, only_open=False),
            "messages": await messages.outbox(session, customer=customer, limit=MESSAGES_SHOWN),
            "event_counts": counts,
        }
    values = await customer_page(served, viewer, overview, kind if kind in KINDS else "all")
    around = shell(request, served, viewer, overview.customer.name, "customers", zone=overview.zone)
    return render("ops/customer.html", {**values, **rows}, around)
