"""A colleague's week: the work that falls due, day by day, against the hours that there are."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost.customer import address_key
from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.explain.workload import workload
from milepost.planner.zones import date_of, end_of
from milepost.store import absences, workloads
from milepost.store.tasks import TaskFilter
from milepost.web.desk.hours import hours_of
from milepost.web.identity import Looking
from milepost.web.pages import Values, render_aside, shell
from milepost.web.services import Served

router = APIRouter(prefix="/desk", include_in_schema=False)
_DAYS = 14


@router.get("/week")
async def my_week(viewer: Looking) -> Response:
    """Redirects to the viewer's own week."""
    return RedirectResponse(f"/desk/{quote(viewer.address)}/week" if viewer else "/sign-in?next=/desk/week", 303)


@router.get("/{person}/week")
async def week(request: Request, served: Served, viewer: Looking, person: str) -> Response:
    """The work of this week and the next, with what is on the desk while others are away."""
    address, now = address_key(person), served.now()
    zone = await served.zone()
    today = date_of(now, zone)
    until = end_of(today + timedelta(days=_DAYS - 1 - today.weekday()), zone) + 1  # midnight is the end of a day
    async with served.store.reading() as session:
        in_force = await absences.in_force(session, now)
        own = TaskFilter(person=address, stand_ins=in_force, before=until)
        due = await workloads.planned(session, own)
    hours = await hours_of(served, address, zone)
    weeks = workload(today, [(local_time.due_date(each.at, zone), each.minutes) for each in due], hours)
    page: Values = {
        "person": address,
        "name": colleague_name(address),
        "mine": viewer is not None and viewer.address == address,
        "weeks": list(zip(("This week", "Next week"), weeks, strict=True)),
        "per_week": hours.per_week,
        "today": today,
        "day": local_time.date_text,
        "text": local_time.effort_text,
    }
    around = shell(request, served, viewer, f"The week of {page['name']}", "desk", zone=zone)
    return await render_aside("desk/week.html", page, around)
