"""A colleague's day: overdue, today and next; and the queues of tasks that nobody has taken yet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.explain.sentences import spaced
from milepost.planner.state import State
from milepost.store import absences, customers, journeys, tasks
from milepost.store.keyset import Cursor
from milepost.store.stand_ins import StandIns
from milepost.store.tasks import TaskFilter, TaskLine
from milepost.web import forms, undo
from milepost.web.desk.absence_notes import AwayNote
from milepost.web.desk.cards import RESPONSES, Card
from milepost.web.desk.requests import RequestView, requests_of
from milepost.web.desk.reviews import cards, due_reviews
from milepost.web.identity import Looking, Person
from milepost.web.pages import render_aside, shell, up_to
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk", include_in_schema=False)
SHOWN = 20
"""Tasks on the page of all sections, each of which shows its part of them; the rest on the section's own pages."""
PER_PAGE = 25
_TITLES = {
    "overdue": ("Overdue", "Nothing is late."),
    "today": ("Today", "Nothing is due today."),
    "next": ("Next", "Nothing is waiting."),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the day, with how many tasks it has in all; `whole` is the address of the whole of it, if that is more.

    On the pages of a section alone, `earlier` and `later` are the addresses of the neighbouring ones.
    """

    id: str
    title: str
    empty: str
    cards: tuple[Card, ...]
    total: str
    whole: str | None
    earlier: str | None
    later: str | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A section before it is read: its tasks are those that meet the filter."""

    id: str
    title: str
    empty: str
    filter: TaskFilter


@router.get("")
async def my_day(viewer: Looking) -> Response:
    """Redirects to the viewer's own day."""
    return RedirectResponse(f"/desk/{viewer.address}" if viewer else "/sign-in?next=/desk", 303)


@router.get("/queues")
async def queues(
    request: Request, served: Served, viewer: Looking, section: str = "", cursor: str | None = None
) -> Response:
    """Open tasks without an owner, by role."""
    async with served.store.reading() as session:
        in_force = await absences.in_force(session, served.now())
        roles = await tasks.queue_roles(session)
    parts = [_Part(f"queue-{role}", spaced(role), "", TaskFilter(queue=role)) for role in roles]
    whose = viewer.address if viewer else ""
    builder = _DayBuilder(served, viewer, "/desk/queues", whose, await served.zone(), in_force)
    page = await builder.page("Tasks without an owner", None, parts, section, cursor)
    around = shell(request, served, viewer, "Team queues", "queues", zone=builder.zone)
    return await render_aside("desk/day.html", page, {**around, **await _undo(served, viewer, builder)})


@router.get("/{person}")
async def day(
    request: Request, served: Served, viewer: Looking, *, person: str, section: str = "", cursor: str | None = None
) -> Response:
    """One colleague's day."""
    address, now = person.strip().lower(), served.now()
    async with served.store.reading() as session:
        in_force = await absences.in_force(session, now)
        theirs = TaskFilter(person=address, stand_ins=in_force)
        first = await tasks.list_open(session, theirs, limit=PER_PAGE)
    zone = await served.zone(line.version for line in first.lines)
    starts = (None, now, tasks.end_of_day(now, zone), None)
    parts = [
        _Part(id_, *_TITLES[id_], replace(theirs, since=since, before=before))
        for id_, since, before in zip(_TITLES, starts, starts[1:], strict=False)
    ]
    builder = _DayBuilder(served, viewer, f"/desk/{quote(address)}", address, zone, in_force)
    page = await builder.page(colleague_name(address), address, parts, section, cursor)
    title = f"The day of {colleague_name(address)}"
    around = shell(request, served, viewer, title, "desk", zone=zone)
    return await render_aside("desk/day.html", page, {**around, **await _undo(served, viewer, builder)})


async def _undo(served: Services, viewer: Person | None, builder: _DayBuilder) -> dict[str, Any]:
    """Returns what the viewer just did and can undo, for the frame of the page."""
    if viewer is None:
        return {}
    lines = await undo.by_colleague(served, viewer.address, viewer.session, builder.zone)
    return {"undo": lines, "undo_action": "/desk/undo", "undo_next": builder.path}


@dataclass(frozen=True, slots=True)
class _DayBuilder:
    """Builds the page at an address, for one viewer."""

    served: Services
    viewer: Person | None
    path: str
    whose: str
    zone: str
    in_force: StandIns

    async def _sections(self, parts: Sequence[_Part], only: str, cursor: str | None) -> list[Section]:
        """Returns the first tasks of every section or, if `only` names one, a page of that."""
        own = [part for part in parts if part.id == only]
        limit = PER_PAGE if own else max(SHOWN // max(len(parts), 1), 1)
        place = Cursor.read(cursor) if own and cursor else None
        async with self.served.store.reading() as session:
            read = [
                (
                    part,
                    await tasks.list_open(session, part.filter, cursor=place, limit=limit),
                    await tasks.count_open(session, part.filter),
                )
                for part in own or parts
            ]
            lines = [line for _, page, _ in read for line in page.lines]
            states = await journeys.states(session, {line.task.journey_id for line in lines})
            wanted = await requests_of(session, lines, states, self.zone)
        pending = await forms.pending_facts(self.served, {line.task.customer_id for line in lines})
        async with self.served.store.reading() as session:  # what was pending a moment before may be closed by now
            is_open = await tasks.still_open(session, {(line.task.journey_id, line.task.task) for line in lines})
        lines = [line for line in lines if (line.task.journey_id, line.task.task) in is_open]
        made = [await self._card(line, states[line.task.journey_id], pending, wanted) for line in lines]
        ready = await asyncio.to_thread(lambda: [card.with_playbook() for card in made])
        cards = {id(card.line): card for card in ready}
        return [
            Section(
                part.id,
                part.title,
                part.empty,
                tuple(cards[id(line)] for line in page.lines if id(line) in cards),
                up_to(total, tasks.MOST_COUNTED),
                None if own or page.next is None else self._address(part),
                self._address(part, page.previous) if own else None,
                self._address(part, page.next) if own else None,
            )
            for part, page, total in read
        ]

    def _address(self, part: _Part, cursor: Cursor | Literal[""] | None = "") -> str | None:
        """Returns the address of a page of a section, of its first without `cursor`; None where there is none."""
        if cursor is None:
            return None
        return f"{self.path}?{urlencode({'section': part.id} | ({'cursor': str(cursor)} if cursor else {}))}"

    async def _card(
        self,
        line: TaskLine,
        state: State,
        pending: Mapping[tuple[str, str], str],
        wanted: Mapping[tuple[str, str], RequestView],
    ) -> Card:
        compiled_map = await self.served.compiled_maps.of(state.version)
        files = await self.served.compiled_maps.files(state.version)
        task = line.task
        form = (
            forms.token(self.served, self.viewer.session, "task", task.journey_id, task.task) if self.viewer else None
        )
        request = wanted.get((task.journey_id, task.task))
        told = pending.get((task.customer_id, task.step or task.task))
        if request and not told:
            told = RESPONSES.get(pending.get((task.customer_id, request.step), ""))
        stand_in = self.in_force.for_task(task.person, task.role, task.customer_id)
        now = self.served.now()
        base_url = self.served.links.base_url
        where = (line, compiled_map, state, files, self.whose, now, self.zone, base_url)
        return Card(*where, form, told, stand_in, request=request)

    def _has(self, person: str, owner: str) -> bool:
        """Tells whether a map's owner is somebody, or away while somebody stands in."""
        stand_in = self.in_force.for_task(owner, "", "")
        return owner == person or (stand_in is not None and stand_in.delegate == person)

    async def page(
        self, heading: str, person: str | None, parts: Sequence[_Part], only: str, cursor: str | None
    ) -> dict[str, Any]:
        """Returns what the page shows: `only` names the section to show, `cursor` the place in it."""
        now = self.served.now()
        sections = await self._sections(parts, only, cursor)
        async with self.served.store.reading() as session:
            busy = await tasks.people(session)
            desks = {*await customers.colleagues(session), *busy}
            queued = await tasks.count_unowned(session)
        due = await due_reviews(self.served)
        unowned = [each for each in due if each.owner not in desks]  # somebody must take them
        shown = unowned if person is None else [each for each in due if self._has(person, each.owner)]
        return {
            "heading": heading,
            "mine": self.viewer is not None and person == self.viewer.address,
            "person": person,
            "date": local_time.day_of(now, self.zone),
            "sections": sections,
            "reviews": cards(self.served, self.viewer, shown, self.zone),
            "away": [AwayNote.of(each) for each in self.in_force.of_person(person or "")],
            "colleagues": {each: busy.get(each, 0) for each in sorted(desks)},
            "taken": self.served.intake.context.files,
            "queued": up_to(queued + len(unowned), tasks.MOST_COUNTED),
            "is_empty": not shown and not any(section.cards for section in sections),
        }
