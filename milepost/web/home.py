"""The start page: the book of customers in a few figures, with links to the details."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.explain.sentences import Wording
from milepost.store import journeys, timeline
from milepost.store.dashboard_counts import DashboardCounts, dashboard_counts
from milepost.store.timeline import CustomerEntry
from milepost.web.identity import Looking
from milepost.web.pages import render, shell
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False)
NEWEST = 12
_BOOK = "/ops/customers"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name and a link to its details. `tone` colours it; the words say the same."""

    number: int
    name: str
    address: str
    tone: str = ""


@router.get("/")
async def home(request: Request, served: Served, viewer: Looking) -> Response:
    """The figures of the whole book."""
    zone = await served.zone()
    async with served.store.reading() as session:
        counts = await dashboard_counts(session, served.now())
        newest = await timeline.newest(session, limit=NEWEST)
    page = {
        "counts": counts,
        "journeys": _journeys(counts),
        "outcomes": _outcomes(counts),
        "work": _work(counts),
        "news": await _news(served, newest, zone),
    }
    return render("home.html", page, shell(request, served, viewer, "Milepost", "home", zone=zone))


def _journeys(counts: DashboardCounts) -> tuple[Figure, ...]:
    blocked = Figure(counts.blocked, "blocked", f"{_BOOK}?blocked=yes", "bad")
    return (
        *([blocked] if counts.blocked else []),
        Figure(counts.status.get("open", 0), "running", f"{_BOOK}?status=open"),
        Figure(counts.risks, "with an open risk", f"{_BOOK}?risk=yes", "warn" if counts.risks else ""),
        Figure(counts.stuck, "stuck", f"{_BOOK}?stuck=yes", "warn" if counts.stuck else ""),
        Figure(counts.status.get("paused", 0), "paused", f"{_BOOK}?status=paused"),
        Figure(counts.status.get("ended", 0), "ended", f"{_BOOK}?status=ended"),
        Figure(counts.without_journey, "without a journey", f"{_BOOK}?status=none"),
    )


def _outcomes(counts: DashboardCounts) -> tuple[Figure, ...]:
    verdicts = counts.verdicts
    return (
        Figure(verdicts.get("verified", 0), "confirmed", _BOOK, "good"),
        Figure(verdicts.get("partial", 0), "partly confirmed", _BOOK),
        Figure(verdicts.get("disputed", 0), "disputed", _BOOK, "bad" if verdicts.get("disputed") else ""),
        Figure(verdicts.get("silent", 0), "without an answer", _BOOK),
    )


def _work(counts: DashboardCounts) -> tuple[Figure, ...]:
    return (
        Figure(counts.tasks, "open tasks", "/desk"),
        Figure(counts.overdue, "of them overdue", "/desk", "bad" if counts.overdue else ""),
        Figure(counts.messages.get("sent", 0), "messages sent", "/ops/outbox"),
        Figure(counts.messages.get("failed", 0), "failed", "/ops/outbox?status=failed"),
    )


async def _news(served: Services, newest: list[CustomerEntry], zone: str) -> list[tuple[CustomerEntry, str]]:
    """Returns the latest events with their sentences, the newest first."""
    async with served.store.reading() as session:
        versions = {each.journey: (await journeys.get(session, each.journey)).version for each in newest}
    return [
        (each, Wording(await served.compiled_maps.of(versions[each.journey]), zone).sentence(each.entry))
        for each in reversed(newest)
    ]
