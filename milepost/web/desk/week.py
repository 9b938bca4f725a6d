"""A colleague's week: the work that falls due, day by day, against the hours that there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost.customer import address_key
from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.explain.workload import Hours, workload
from milepost.planner.calendars import Calendar
from milepost.store import absences, people, workloads
from milepost.store.stand_ins import Absence
from milepost.store.tasks import TaskFilter
from milepost.web.identity import Looking
from milepost.web.pages import Values, render_aside, shell
from milepost.web.services import Served, Services

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
    today = absences.today(now, zone)
    until = absences.beginning_of(today + timedelta(days=_DAYS - today.weekday()), zone)
    async with served.store.reading() as session:
        in_force = await absences.in_force(session, now)
        own = TaskFilter(person=address, stand_ins=in_force, before=until)
        due = await workloads.planned(session, own)
        away = await absences.listed(session, now, person=address)
        row = await session.run_sync(people.find, address)
    calendar = await calendar_of(served, zone)
    hours = Hours(
        row.hours_per_week if row else None, days_off(calendar, [each for each in away if each.person == address])
    )
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


async def calendar_of(served: Services, zone: str) -> Calendar | None:
    """Returns the working days of the maps whose zone it is: the first one's, by its id."""
    current = await served.compiled_maps.current()
    ours = [each.ours for each in sorted(current, key=lambda each: each.map.map) if each.ours.timezone == zone]
    return next(iter(ours), None)


def days_off(calendar: Calendar | None, away: Sequence[Absence]) -> Callable[[date], str | None]:
    """Returns what says why a day has no hours; of absences those for all customers and roles."""
    whole = [each for each in away if each.role is None and each.customers is None]

    def why(day: date) -> str | None:
        if any(each.first_day <= day <= each.last_day for each in whole):
            return "away"
        if calendar is not None and not calendar.is_working(day):
            return "" if day.weekday() not in calendar.days else "no working day"
        return None if calendar is not None else Hours().off(day)

    return why
