"""The start page: the book of customers in a few figures, with links to the details."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.explain import local_time
from milepost.explain.sentences import Wording
from milepost.store import journeys, timeline
from milepost.store.dashboard_counts import DashboardCounts, dashboard_counts
from milepost.store.timeline import CustomerEntry
from milepost.web.identity import Looking
from milepost.web.ops.shapes import Entry
from milepost.web.pages import render, shell
from milepost.web.services import Served, Services
from milepost.web.zones import ours

router = APIRouter(include_in_schema=False)
NEWEST = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name and a link to its details. `tone` colours it; the words say the same."""

    number: int
    name: str
    address: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """One of the latest events, with its customer."""

    customer: str
    customer_name: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Home:
    """The page."""

    journeys: tuple[Figure, ...]
    outcomes: tuple[Figure, ...]
    work: tuple[Figure, ...]
    stages: tuple[tuple[str, int], ...]
    news: tuple[News, ...]
    has_maps: bool
    has_customers: bool
    zone: str


@router.get("/")
async def home(request: Request, served: Served, viewer: Looking) -> Response:
    """The figures of the whole book."""
    zone = await ours(served)
    async with served.store.reading() as session:
        counts = await dashboard_counts(session, served.now())
        newest = await timeline.newest(session, limit=NEWEST)
    page = Home(
        journeys=_journeys(counts),
        outcomes=_outcomes(counts),
        work=_work(counts),
        stages=tuple(counts.stages.items()),
        news=await _news(served, newest, zone),
        has_maps=counts.maps > 0,
        has_customers=counts.customers > 0,
        zone=local_time.zone_text(zone, served.now()),
    )
    return render("home.html", page, shell(request, served, viewer, "Milepost", "home", zone=zone))


def _journeys(counts: DashboardCounts) -> tuple[Figure, ...]:
    listed = "/ops/customers"
    blocked = Figure(counts.blocked, "blocked", f"{listed}?blocked=yes", "bad")
    return (
        *([blocked] if counts.blocked else []),
        Figure(counts.status.get("open", 0), "running", f"{listed}?status=open"),
        Figure(counts.risks, "with an open risk", f"{listed}?risk=yes", "warn" if counts.risks else ""),
        Figure(counts.stuck, "stuck", f"{listed}?stuck=yes", "warn" if counts.stuck else ""),
        Figure(counts.status.get("paused", 0), "paused", f"{listed}?status=paused"),
        Figure(counts.status.get("ended", 0), "ended", f"{listed}?status=ended"),
        Figure(counts.without_journey, "without a journey", f"{listed}?status=none"),
    )


def _outcomes(counts: DashboardCounts) -> tuple[Figure, ...]:
    said = counts.verdicts
    listed = "/ops/customers"
    return (
        Figure(said.get("verified", 0), "confirmed", listed, "good"),
        Figure(said.get("partial", 0), "partly confirmed", listed),
        Figure(said.get("disputed", 0), "disputed", listed, "bad" if said.get("disputed") else ""),
        Figure(said.get("silent", 0), "without an answer", listed),
    )


def _work(counts: DashboardCounts) -> tuple[Figure, ...]:
    return (
        Figure(counts.tasks, "open tasks", "/desk"),
        Figure(counts.overdue, "of them overdue", "/desk", "bad" if counts.overdue else ""),
        Figure(counts.messages.get("sent", 0), "messages sent", "/ops/outbox"),
        Figure(counts.messages.get("failed", 0), "failed", "/ops/outbox?status=failed"),
    )


async def _news(served: Services, happenings: list[CustomerEntry], zone: str) -> tuple[News, ...]:
    """Returns the latest events, the newest first."""
    async with served.store.reading() as session:
        of = {each.journey: (await journeys.get(session, each.journey)).version for each in happenings}
    news = []
    for each in reversed(happenings):
        say = Wording(await served.compiled_maps.of(of[each.journey]), zone)
        line = Entry(local_time.time_of(each.entry.at, zone), each.entry.kind, say.sentence(each.entry))
        news.append(News(each.customer, each.customer_name, line))
    return tuple(news)
