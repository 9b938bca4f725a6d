"""A colleague's day in two panes: the tasks by when they are due, and the chosen one; and the queues of the teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.explain.sentences import spaced
from milepost.intake.colleagues import is_colleague
from milepost.planner.instants import Instant
from milepost.planner.zones import date_of
from milepost.store import absences, customers, tasks
from milepost.store.advance_tasks import PAUSED
from milepost.store.errors import UnreadableVersionError
from milepost.store.stand_ins import StandIns
from milepost.store.tasks import TaskFilter, TaskLine
from milepost.web import undo
from milepost.web.desk import batch, queue_shares
from milepost.web.desk.absence_notes import AwayNote
from milepost.web.desk.desk_list import DeskList, Look, Part, Place
from milepost.web.desk.hours import hours_of
from milepost.web.desk.pane import Pane, PaneBuilder, RefusedForm
from milepost.web.desk.reviews import cards, due_reviews
from milepost.web.desk.row_height import has_close_rows
from milepost.web.desk.rows import Section, after, key_of
from milepost.web.identity import Looking, Person, book_of
from milepost.web.pages import render_aside, shell, up_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk", include_in_schema=False)
COLLEAGUES = 60
"""Colleagues who are named on a desk, those with the most tasks; the page of people has them all."""
_ZONE_OF = 25
"""A colleague's day is in the zone of the maps of so many of the tasks."""


@router.get("")
async def my_day(viewer: Looking) -> Response:
    """Redirects to the viewer's own day."""
    return RedirectResponse(f"/desk/{quote(viewer.address)}" if viewer else "/sign-in?next=/desk", 303)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a desk, with which request; `refused` is a form about the chosen task that is shown again."""

    request: Request
    served: Services
    viewer: Person | None
    refused: RefusedForm | None = None

    async def render(self, desk: _Desk, page: dict[str, Any], title: str, place: str) -> Response:
        """Returns the page of a desk in its frame."""
        around = shell(self.request, self.served, self.viewer, title, place, zone=desk.zone)
        status = self.refused.problem.status if self.refused else 200
        return await render_aside("desk/day.html", page, {**around, **await desk.undo()}, status)


@router.get("/queues")
async def queues(request: Request, served: Served, viewer: Looking, look: Annotated[Look, Query()]) -> Response:
    """Open tasks without an owner, by role."""
    return await queues_page(Visit(request, served, viewer), look)


async def queues_page(visit: Visit, look: Look) -> Response:
    """Returns the page of the queues."""
    served = visit.served
    async with served.store.reading() as session:
        in_force = await absences.in_force(session, served.now())
        sizes = await tasks.queues(session)
    parts = [
        Part(f"queue-{role}", spaced(role).capitalize(), TaskFilter(queue=role), size) for role, size in sizes.items()
    ]
    place = look.model_copy(update={"by": ""}).at_path("/desk/queues")
    desk = _Desk(visit, place, None, await served.zone(), in_force)
    page = await desk.page("Tasks without an owner", parts)
    roles = [role for role in sizes if f"queue-{role}" == place.section] or sizes
    page |= await desk.together(TaskFilter(unowned=tuple(roles))) if roles else {}
    page["share"] = {f"queue-{role}": queue_shares.address_of(role) for role in sizes}
    return await visit.render(desk, page, "Team queues", "queues")


@router.get("/{person}")
async def day(
    request: Request, served: Served, viewer: Looking, person: str, look: Annotated[Look, Query()]
) -> Response:
    """One colleague's day."""
    return await day_page(Visit(request, served, viewer), person, look)


async def day_page(visit: Visit, person: str, look: Look) -> Response:
    """Returns the page of a colleague's day."""
    served = visit.served
    address, now = person.strip().lower(), served.now()
    async with served.store.reading() as session:
        in_force = await absences.in_force(session, now)
        theirs = TaskFilter(person=address, stand_ins=in_force)
        first = await tasks.list_open(session, theirs, limit=_ZONE_OF)
    if not (first.lines or "@" in address or await is_colleague(served.intake.context, address)):
        raise HTTPException(404)
    zone = await served.zone(line.version for line in first.lines)
    place = look.at_path(f"/desk/{quote(address)}")
    desk = _Desk(visit, place, address, zone, in_force)
    parts = [Part("all", "", theirs)] if place.is_by_customer else _by_due(theirs, now, zone)
    page = await desk.page(colleague_name(address), parts)
    page |= await desk.together(theirs)
    page["hours"] = await _hours(served, theirs, address, zone)
    return await visit.render(desk, page, f"The day of {colleague_name(address)}", "desk")


def _by_due(theirs: TaskFilter, now: Instant, zone: str) -> list[Part]:
    """Returns the sections of a day; what waits for others is what a pause keeps."""
    titles = {"late": "Late", "today": "Today", "week": "This week", "later": "Later", "waiting": "Waiting for others"}
    starts = (None, now, tasks.end_of_day(now, zone), tasks.end_of_week(now, zone), PAUSED, None)
    return [
        Part(id_, title, replace(theirs, since=since, before=before))
        for (id_, title), since, before in zip(titles.items(), starts, starts[1:], strict=False)
    ]


async def _hours(served: Services, theirs: TaskFilter, address: str, zone: str) -> dict[str, str]:
    """Returns in words how much work is due by tonight, how much of it has no estimate, and what the day has."""
    now = served.now()
    async with served.store.reading() as session:
        minutes, unknown = await tasks.effort(session, replace(theirs, before=tasks.end_of_day(now, zone)))
    hours, today = await hours_of(served, address, zone), date_of(now, zone)
    has, off = hours.minutes_of(today), hours.off(today)
    return {
        "due": local_time.effort_text(minutes) if minutes else "",
        "unknown": str(unknown) if unknown else "",
        "has": local_time.effort_text(has) if has else "",
        "off": "" if off is None else off or "weekend",
        "too_much": "yes" if has is not None and minutes > has else "",
    }


@dataclass(frozen=True, slots=True)
class _Desk:
    """Builds the page of a desk, of `person` or of the queues, for one visit."""

    visit: Visit
    place: Place
    person: str | None
    zone: str
    in_force: StandIns

    @property
    def served(self) -> Services:
        return self.visit.served

    @property
    def viewer(self) -> Person | None:
        return self.visit.viewer

    async def page(self, heading: str, parts: Sequence[Part]) -> dict[str, Any]:
        """Returns what the page shows."""
        now = self.served.now()
        listed = DeskList(self.served, self.place, now, self.zone, self.in_force)
        sections = await listed.sections(parts)
        pane, unreadable = None, None
        try:
            pane = await self._pane(sections, parts)
        except UnreadableVersionError as error:
            unreadable = error
        async with self.served.store.reading() as session:
            busy = await tasks.people(session)
            desks = {*await customers.colleagues(session), *busy}
            queued = await tasks.count_unowned(session) if self.person else 0
            book = await book_of(session, self.served, self.viewer)
        busiest = sorted(desks, key=lambda each: (-busy.get(each, 0), each))
        due = await due_reviews(self.served)
        unowned = [each for each in due if each.owner not in desks]  # somebody must take them
        shown = unowned if self.person is None else [each for each in due if self._has(each.owner)]
        return {
            "heading": heading,
            "mine": self.viewer is not None and self.person == self.viewer.address,
            "person": self.person,
            "place": self.place,
            "date": local_time.day_of(now, self.zone),
            "sections": [each for each in sections if each.rows],
            "pane": pane,
            "unreadable": unreadable,
            "chosen": key_of(pane.card.line) if pane else None,
            "has_close_rows": has_close_rows(self.visit.request),
            "is_chosen": pane is not None and key_of(pane.card.line) == self.place.key,
            "hours": {},
            "groups": [],
            "share": {},
            "batch": None,
            "reviews": cards(self.served, self.viewer, shown, self.zone),
            "away": [AwayNote.of(each) for each in self.in_force.of_person(self.person or "")],
            "colleagues": sorted(busiest[:COLLEAGUES]),
            "desks": {each: busy.get(each, 0) for each in sorted(busiest[:COLLEAGUES]) if book.is_of(each)},
            "has_more_colleagues": len(busiest) > COLLEAGUES,
            "taken": self.served.intake.context.files,
            "queued": up_to(queued + len(unowned), tasks.MOST_COUNTED),
            "is_empty": not shown and not any(section.rows for section in sections),
        }

    async def together(self, filters: TaskFilter) -> dict[str, Any]:
        """Returns what can be done for many customers in one go, and the one of it that is chosen."""
        place = self.place
        groups = await batch.groups(self.served, filters, place)
        lines = await batch.chosen(self.served, filters, place.map, place.together) if place.together else []
        found = batch.batch_of(self.served, self.viewer, lines, self.served.now(), self.zone)
        if found is None:
            return {"groups": groups}
        return {"groups": groups, "batch": found, "pane": None, "chosen": None, "is_chosen": True}

    async def undo(self) -> dict[str, Any]:
        """Returns what the viewer just did and can undo, for the frame of the page."""
        if self.viewer is None:
            return {}
        lines = await undo.by_colleague(self.served, self.viewer.address, self.viewer.session, self.zone)
        return {"undo": lines, "undo_action": "/desk/undo", "undo_next": self.place.address}

    async def _pane(self, sections: Sequence[Section], parts: Sequence[Part]) -> Pane | None:
        line = await self._chosen(sections, parts)
        refused = self.visit.refused
        if refused and (line is None or key_of(line) != self.place.key):  # it isn't here any more
            raise ProblemError(*astuple(refused.problem))
        if line is None:
            return None
        key = key_of(line)
        following = after(sections, key)
        builder = PaneBuilder(self.served, self.viewer, self.person or self._looker, self.zone, self.in_force)
        onward = self.place.at(following.key if following else None).address
        pane = await builder.pane(line, self.place.at(key).address, onward)
        return replace(pane, refused=refused) if pane and refused else pane

    async def _chosen(self, sections: Sequence[Section], parts: Sequence[Part]) -> TaskLine | None:
        """Returns the task that the address names, if it is on this desk; else the first that is to be done."""
        rows = [row for section in sections for row in section.rows]
        key = self.place.key
        for row in rows:
            if row.key == key:
                return row.line
        if key is not None:
            async with self.served.store.reading() as session:
                line = await tasks.get_open(session, [part.filter for part in parts], *key)
            if line is not None:
                return line
        return next((row.line for row in rows if row.notice is None), None)

    @property
    def _looker(self) -> str:
        return self.viewer.address if self.viewer else ""

    def _has(self, owner: str) -> bool:
        """Tells whether a map's owner is whose desk it is, or away while they stand in."""
        stand_in = self.in_force.for_task(owner, "", "")
        return owner == self.person or (stand_in is not None and stand_in.delegate == self.person)
