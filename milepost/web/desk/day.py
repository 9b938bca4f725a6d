"""A colleague's day: overdue, today and next; and the queues of tasks that nobody has taken yet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost.explain import local_time
from milepost.explain.sentences import spaced
from milepost.planner.state import State
from milepost.store import customers, journeys, tasks
from milepost.store.tasks import TaskLine
from milepost.web import forms
from milepost.web.desk.cards import Card
from milepost.web.desk.reviews import cards, due_reviews
from milepost.web.identity import Looking, Person
from milepost.web.pages import render, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk", include_in_schema=False)
SHOWN = 25
"""Tasks of a section that are shown at once; the rest on request."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the day, with how many tasks it has in all."""

    id: str
    title: str
    empty: str
    cards: tuple[Card, ...]
    total: int


@router.get("")
async def my_day(viewer: Looking) -> Response:
    """Redirects to the viewer's own day."""
    return RedirectResponse(f"/desk/{viewer.address}" if viewer else "/sign-in?next=/desk", 303)


@router.get("/queues")
async def queues(request: Request, served: Served, viewer: Looking) -> Response:
    """Open tasks without an owner, by role."""
    async with served.store.reading() as session:
        by_role = await tasks.queues(session)
    lines = [line for waiting in by_role.values() for line in waiting]
    builder = await _DayBuilder.of(served, viewer, lines)
    sections = tuple(
        [
            await builder.section(f"queue-{role}", spaced(role), "", waiting, every=True)
            for role, waiting in by_role.items()
        ]
    )
    page = await builder.page("Tasks without an owner", None, sections)
    return render("desk/day.html", page, shell(request, served, viewer, "Team queues", "queues", zone=builder.zone))


@router.get("/{person}")
async def day(request: Request, served: Served, viewer: Looking, person: str) -> Response:
    """One colleague's day."""
    address = person.strip().lower()
    async with served.store.reading() as session:
        loaded = await tasks.day_of(session, address, served.now())
    lines = [*loaded.overdue, *loaded.today, *loaded.next]
    builder = await _DayBuilder.of(served, viewer, lines, address)
    loaded = tasks.arrange(lines, served.now(), builder.zone)
    every = request.query_params.get("all") is not None
    sections = (
        await builder.section("overdue", "Overdue", "Nothing is late.", loaded.overdue, every=every),
        await builder.section("today", "Today", "Nothing is due today.", loaded.today, every=every),
        await builder.section("next", "Next", "Nothing is waiting.", loaded.next, every=every),
    )
    page = await builder.page(address, address, sections)
    return render(
        "desk/day.html", page, shell(request, served, viewer, f"The day of {address}", "desk", zone=builder.zone)
    )


@dataclass(frozen=True, slots=True)
class _DayBuilder:
    """Builds the page of one viewer."""

    served: Services
    viewer: Person | None
    whose: str
    zone: str
    pending: dict[tuple[str, str], str]

    @staticmethod
    async def of(
        served: Services, viewer: Person | None, lines: Sequence[TaskLine], whose: str | None = None
    ) -> _DayBuilder:
        zone = await served.zone(line.version for line in lines)
        pending = await forms.pending_facts(served, {line.task.customer_id for line in lines})
        return _DayBuilder(served, viewer, whose or (viewer.address if viewer else ""), zone, pending)

    async def section(self, id_: str, title: str, empty: str, lines: Sequence[TaskLine], *, every: bool) -> Section:
        shown = lines if every else lines[:SHOWN]
        ids = sorted({line.task.journey_id for line in shown})
        async with self.served.store.reading() as session:
            states = {journey: await journeys.state(session, journey) for journey in ids}
        cards = [await self._card(line, states[line.task.journey_id]) for line in shown]
        ready = await asyncio.to_thread(lambda: tuple(card.with_playbook() for card in cards))
        return Section(id_, title, empty, ready, len(lines))

    async def _card(self, line: TaskLine, state: State) -> Card:
        compiled_map = await self.served.compiled_maps.of(state.version)
        files = await self.served.compiled_maps.files(state.version)
        task = line.task
        form = (
            forms.token(self.served, self.viewer.session, "task", task.journey_id, task.task) if self.viewer else None
        )
        pending = self.pending.get((task.customer_id, task.step or task.task))
        return Card(line, compiled_map, state, files, self.whose, self.served.now(), self.zone, form, pending)

    async def page(self, heading: str, person: str | None, sections: tuple[Section, ...]) -> dict[str, Any]:
        now = self.served.now()
        async with self.served.store.reading() as session:
            busy = await tasks.people(session)
            desks = {*await customers.colleagues(session), *busy}
            queued = sum(len(waiting) for waiting in (await tasks.queues(session)).values())
        due = await due_reviews(self.served)
        unowned = [each for each in due if each.owner not in desks]  # somebody must take them
        shown = unowned if person is None else [each for each in due if each.owner == person]
        return {
            "heading": heading,
            "mine": self.viewer is not None and person == self.viewer.address,
            "person": person,
            "date": local_time.day_of(now, self.zone),
            "sections": sections,
            "reviews": cards(self.served, self.viewer, shown, self.zone),
            "colleagues": {each: busy.get(each, 0) for each in sorted(desks)},
            "queued": queued + len(unowned),
            "total": sum(section.total for section in sections) + len(shown),
        }
