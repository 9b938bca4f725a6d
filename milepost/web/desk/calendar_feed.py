"""A colleague's tasks in their own calendar: the page with its secret address, and what calendars read there."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from milepost.channels.task_calendar import CalendarTask, task_calendar
from milepost.explain.people_names import colleague_name
from milepost.planner.instants import moment
from milepost.store import absences, calendar_feeds, tasks
from milepost.store.tasks import TaskFilter, TaskLine
from milepost.translations.reader import ENGLISH
from milepost.web import forms
from milepost.web.form_values import Token
from milepost.web.identity import Acting
from milepost.web.pages import back_to, render, shell
from milepost.web.portal.plan_link import PlanClosedError, link_of
from milepost.web.portal.throttle import let_through
from milepost.web.services import Served, Services

ADDRESS = "/desk/calendar"
router = APIRouter(include_in_schema=False)
_FORM = "calendar"
_MOST = 500
"""Tasks in a calendar, the most urgent first."""
_OVER = (410, "This address is no longer in use", "Get the present one on your desk, under Your calendar.")


@router.get(ADDRESS)
async def shown(request: Request, served: Served, person: Acting) -> Response:
    """The reader's own address, if they have one."""
    async with served.store.reading() as session:
        feed = await calendar_feeds.of_person(session, person.address)
    page = {
        "url": served.links.calendar_url(feed.id) if feed else None,
        "day": ENGLISH.day(moment(feed.made_at).date()) if feed else None,
        "form": forms.token(served, person.session, _FORM),
        "most": _MOST,
    }
    return render(
        "desk/calendar.html", page, shell(request, served, person, "Your calendar", "desk", zone=await served.zone())
    )


@router.post(ADDRESS)
async def renew(served: Served, person: Acting, form: Token) -> Response:
    """Makes the address, or another one in its place."""
    forms.read(served, person.session, form, _FORM)
    wall = int(served.wall().timestamp())
    await served.store.write(partial(calendar_feeds.renew, address=person.address, wall=wall))
    return back_to(ADDRESS, "feed_made")


@router.post(f"{ADDRESS}/end")
async def end(served: Served, person: Acting, form: Token) -> Response:
    """Ends the address."""
    forms.read(served, person.session, form, _FORM)
    await served.store.write(partial(calendar_feeds.end, address=person.address))
    return back_to(ADDRESS, "feed_ended")


@router.get("/calendar/{token}", dependencies=[Depends(let_through)])
async def feed(served: Served, token: str) -> Response:
    """What a calendar reads: the open tasks of whose address it is, and of those whom they stand in for."""
    link = link_of(served, token)
    now = served.now()
    async with served.store.reading() as session:
        address = await calendar_feeds.person_of(session, link)
        if address is None:
            raise PlanClosedError(*_OVER)
        theirs = TaskFilter(person=address, stand_ins=await absences.in_force(session, now))
        lines = (await tasks.list_open(session, theirs, limit=_MOST)).lines
    zone = await served.zone(line.version for line in lines)
    shown = [_task(served, line, address) for line in lines if not line.paused]
    text = task_calendar(f"Milepost: {colleague_name(address)}", shown, zone, now)
    return Response(text, media_type="text/calendar; charset=utf-8")


def _task(served: Services, line: TaskLine, address: str) -> CalendarTask:
    task = line.task
    where = f"journey={quote(task.journey_id)}&task={quote(task.task)}"
    return CalendarTask(
        key=f"{task.journey_id}/{task.task}",
        title=task.title,
        customer=line.customer_name,
        url=f"{served.links.base_url}/desk/{quote(address)}?{where}",
        due_at=task.due_at,
        agreed_at=task.agreed_at,
        minutes=task.agreed_minutes,
    )
