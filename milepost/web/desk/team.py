"""Who of a team has how much to do this week, what of it is late, and what was escalated."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.explain.workload import Hours, left_of_week
from milepost.planner.zones import date_of
from milepost.store import absences, people, tasks, workloads
from milepost.store.workloads import Load
from milepost.web.desk.hours import calendar_of, days_off
from milepost.web.identity import Looking, Person, book_of
from milepost.web.pages import Values, render_aside, shell, up_to
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk", include_in_schema=False)
MOST = 100
"""Colleagues on the page, those with the most work beyond their hours."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A colleague's work of this week. `has` are the minutes that are left of it; None where nobody said.

    `away` is the last day, in words, of whoever is away now.
    """

    address: str
    name: str
    load: Load
    has: int | None
    away: str | None
    has_left: bool

    @property
    def is_too_much(self) -> bool:
        return self.has is not None and self.load.minutes > self.has

    @property
    def left(self) -> int | None:
        """The minutes that are left beyond the work, less than none where that is too much; None where nobody said."""
        return None if self.has is None else self.has - self.load.minutes

    @property
    def rank(self) -> tuple[int, int, str]:
        """Whoever has the most beyond the hours that are left comes first."""
        return (self.has or 0) - self.load.minutes, -self.load.open, self.name.casefold()


@router.get("/team")
async def team(request: Request, served: Served, viewer: Looking) -> Response:
    """Who of the team has how much this week, what is late, and what was escalated."""
    zone = await served.zone()
    lines = sorted(await colleagues(served, viewer, zone), key=lambda line: line.rank)
    async with served.store.reading() as session:
        customers = await workloads.count_customers(session, [line.address for line in lines[:MOST]])
        queued = await tasks.count_unowned(session)
    page: Values = {
        "lines": lines[:MOST],
        "customers": customers,
        "more": max(len(lines) - MOST, 0),
        "queued": up_to(queued, tasks.MOST_COUNTED),
        "text": local_time.effort_text,
    }
    return await render_aside("desk/team.html", page, shell(request, served, viewer, "The team", "desk", zone=zone))


async def colleagues(served: Services, viewer: Person | None, zone: str, role: str | None = None) -> list[Colleague]:
    """Returns those whom the viewer sees, but for who has left and has no work; weeks are those of `zone`.

    With a `role` those alone who are here and have it on the team of some customer; all who are here where nobody has.
    """
    now = served.now()
    until = tasks.end_of_week(now, zone)
    async with served.store.reading() as session:
        book = await book_of(session, served, viewer)
        told = {row.address: row for row in await people.listed(session)}
        loads = await workloads.loads(session, book.people, now, until)
        gone = {each for each, row in told.items() if row.left_at is not None}
        here = (loads.keys() | {each for each in told if book.is_of(each)}) - gone
        known = here | loads.keys()
        if role is not None:
            known = {*await workloads.holders(session, role, here)} or here
        away = await absences.listed(session, now)
    calendar, today = await calendar_of(served, zone), date_of(now, zone)
    lines = []
    for each in known:
        row, own = told.get(each), [absence for absence in away if absence.person == each]
        has = left_of_week(today, Hours(row.hours_per_week if row else None, days_off(calendar, own)))
        absent = next((local_time.date_text(one.last_day) for one in own if one.is_in_force(now)), None)
        lines.append(Colleague(each, colleague_name(each), loads.get(each, Load()), has, absent, each in gone))
    return lines
