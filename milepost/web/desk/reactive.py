"""The reactive share: how much of what colleagues did came from customers' requests, month by month, and from whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from milepost import limits
from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.explain.sentences import spaced
from milepost.planner.calendars import add_months
from milepost.planner.pointers import USUAL
from milepost.planner.zones import beginning_of
from milepost.roles import Role
from milepost.store import books, reactive_share
from milepost.store.reactive_share import Done, DoneCount
from milepost.web.identity import Looking, Person
from milepost.web.pages import Values, render_aside, shell
from milepost.web.services import Served, Services

ADDRESS = "/desk/reactive"
router = APIRouter(prefix=ADDRESS, include_in_schema=False)
_MONTHS = 6
FEW = 40
"""Colleagues who are listed at first, those with the most requests."""
NOBODY = "nobody"
"""Stands in the page's address for what no person had, but the queue of a team."""


class Wanted(BaseModel):
    """What the address asks for: a month, and the figure whose tasks are listed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    month: str = Field("", max_length=7)
    person: str = Field("", max_length=limits.ADDRESS)
    of: str = Field("", max_length=limits.NAME)
    everybody: bool = False


@dataclass(slots=True)
class Figures:
    """The figures of a month or a person, each with the address of the page that lists what is behind it."""

    label: str
    where: dict[str, str]
    done: int = 0
    requests: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    def add(self, count: DoneCount) -> None:
        self.done += count.count
        if count.is_request:
            self.requests += count.count
        if count.elsewhere is not None:
            self.kinds[count.elsewhere] = self.kinds.get(count.elsewhere, 0) + count.count

    @property
    def share(self) -> str:
        """The part that came from requests, in per cent; nothing where nothing was done."""
        return f"{100 * self.requests / self.done:.0f}%" if self.done else ""

    def url(self, of: str = "") -> str:
        """Returns the page that lists what is behind a figure: all, `requests`, or a kind of what was for others."""
        return f"{ADDRESS}?{urlencode({**self.where, 'of': of or 'all'})}#tasks"


@router.get("")
async def shown(request: Request, served: Served, viewer: Looking, chosen: Annotated[Wanted, Query()]) -> Response:
    """The figures of the last months, of one month by person, and the tasks behind one of them."""
    zone = await served.zone()
    months = _months(local_time.local(served.now(), zone).date())
    month = next((each for each in months if f"{each:%Y-%m}" == chosen.month), months[0])
    people = await _people(served, viewer)
    by_month = [await _figures(served, each, zone, people) for each in months]
    month_counts = await _counts(served, month, zone, people)
    colleagues = _by_person(month, month_counts)
    kinds = [*USUAL, *sorted({kind for each in by_month for kind in each.kinds} - set(USUAL))]
    page = {
        "kinds": [(kind, spaced(kind).capitalize()) for kind in kinds],
        "months": by_month,
        "month": f"{month:%B %Y}",
        "people": colleagues if chosen.everybody else colleagues[:FEW],
        "whole": f"{ADDRESS}?{urlencode({'month': f'{month:%Y-%m}', 'everybody': 'yes'})}",
        "many": len(colleagues),
        "tasks": await _tasks(served, month, zone, people, chosen) if chosen.of else None,
        "what": _what(chosen),
        "most": reactive_share.MOST,
        "is_team": people is None or len(people) > 1,
    }
    around = shell(request, served, viewer, "The reactive share", "desk", zone=zone)
    return await render_aside("desk/reactive.html", page, around)


async def _people(served: Services, viewer: Person | None) -> frozenset[str] | None:
    """Returns whose figures the viewer sees: their own, a manager's team's; None: everybody's."""
    if viewer is None:
        return None
    if not viewer.role.includes(Role.MANAGER):
        return frozenset({viewer.address})
    async with served.store.reading() as session:
        return (await books.of(session, viewer.address, viewer.role, served.now())).people


def _months(today: date) -> list[date]:
    """Returns the first days of this month and of those before it."""
    return [add_months(today.replace(day=1), -back) for back in range(_MONTHS)]


def _done_in(month: date, zone: str, people: frozenset[str] | None) -> Done:
    since, until = (beginning_of(each, zone) for each in (month, add_months(month, 1)))
    return Done(since, until, people)


async def _counts(served: Services, month: date, zone: str, people: frozenset[str] | None) -> Sequence[DoneCount]:
    async with served.store.reading() as session:
        return await reactive_share.counts(session, _done_in(month, zone, people))


async def _figures(served: Services, month: date, zone: str, people: frozenset[str] | None) -> Figures:
    figures = Figures(f"{month:%B %Y}", {"month": f"{month:%Y-%m}"})
    for count in await _counts(served, month, zone, people):
        figures.add(count)
    return figures


def _by_person(month: date, counts: Iterable[DoneCount]) -> list[Figures]:
    """Returns the figures of each person, who had the most requests first."""
    people: dict[str, Figures] = {}
    for count in counts:
        person = count.person or NOBODY
        label = colleague_name(count.person) if count.person else "Queues of teams"
        where = {"month": f"{month:%Y-%m}", "person": person}
        people.setdefault(person, Figures(label, where)).add(count)
    return sorted(people.values(), key=lambda each: (-each.requests, -each.done, each.label))


async def _tasks(
    served: Services, month: date, zone: str, people: frozenset[str] | None, chosen: Wanted
) -> list[Values]:
    done = _done_in(month, zone, people)
    if chosen.person:
        done = replace(done, person="" if chosen.person == NOBODY else chosen.person.lower())
    if chosen.of != "all":
        done = replace(done, of_requests=True, elsewhere=None if chosen.of == "requests" else chosen.of)
    async with served.store.reading() as session:
        lines = await reactive_share.listed(session, done)
    return [
        {
            "title": each.task.title,
            "customer": each.task.customer_id,
            "name": each.customer_name,
            "person": colleague_name(each.task.person) if each.task.person else "",
            "at": each.task.closed_at,
            "elsewhere": spaced(each.task.elsewhere or ""),
        }
        for each in lines
    ]


def _what(chosen: Wanted) -> str:
    """Names what is listed."""
    whose = (
        ""
        if not chosen.person
        else ", of " + ("queues of teams" if chosen.person == NOBODY else colleague_name(chosen.person))
    )
    match chosen.of:
        case "all":
            return f"All that was done{whose}"
        case "requests":
            return f"What came from requests{whose}"
        case kind:
            return f"What was for {spaced(kind)}{whose}"
