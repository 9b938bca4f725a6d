"""The start page: the book of customers in a few figures, with links to the details."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost.explain.people_names import PeopleNames
from milepost.explain.sentences import Wording
from milepost.roles import Role
from milepost.store import customers, demo_example, rehearsal_account, timeline
from milepost.store.dashboard_counts import MOST_COUNTED, dashboard_counts
from milepost.store.timeline import CustomerEntry
from milepost.web.identity import Looking
from milepost.web.pages import render, shell, up_to
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False)
NEWEST = 12


@router.get("/")
async def home(request: Request, served: Served, viewer: Looking) -> Response:
    """The figures of the whole book; whoever has a part of it is led to their own day."""
    if viewer is not None and not viewer.role.includes(Role.OPERATIONS):
        return RedirectResponse("/desk", 303)
    zone = await served.zone()
    async with served.store.reading() as session:
        counts = await dashboard_counts(session, served.now())
        is_rehearsal = await rehearsal_account.began_at(session) is not None
        example = await demo_example.find(session) if served.demo else None
        newest = await timeline.newest(session, limit=NEWEST)
    page = {
        "counts": counts,
        "is_rehearsal": is_rehearsal,
        "example": example,
        "figure": lambda number: up_to(number, MOST_COUNTED),
        "news": await _news(served, newest, zone),
    }
    return render("home.html", page, shell(request, served, viewer, "Milepost", "home", zone=zone))


async def _news(served: Services, newest: list[CustomerEntry], zone: str) -> list[tuple[CustomerEntry, str]]:
    """Returns the latest events with their sentences, the newest first."""
    async with served.store.reading() as session:
        people = {
            each.id: PeopleNames.around(each)
            for each in await customers.all_customers(session, {each.customer for each in newest})
        }
    lines = []
    for each in reversed(newest):
        compiled_map = await served.compiled_maps.find(each.version)
        say = Wording(compiled_map, zone, people=people.get(each.customer, PeopleNames()))
        lines.append((each, say.sentence(each.entry)))
    return lines
