"""Who stands in a stage, play or step of a map, as its numbers on the wall count them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from milepost import limits
from milepost.explain.funnel import Leaver
from milepost.explain.local_time import span_text, time_of
from milepost.explain.wall import Stay
from milepost.intake.walls import Walls
from milepost.planner.instants import Instant
from milepost.planner.standings import Part
from milepost.store import books, customers
from milepost.store.books import Book
from milepost.store.tables import CustomerRow
from milepost.web.identity import Looking, book_of
from milepost.web.ops.wall_choice import Choice, ChosenJourneys, chosen
from milepost.web.pages import render_aside, shell
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = APIRouter(prefix="/ops/maps", include_in_schema=False)
PER_PAGE = 50
S = TypeVar("S", Stay, Leaver)


class Page(Choice):
    """What is chosen of the map's journeys, and which page of the list is shown, counted from 1."""

    page: Annotated[int, Query(ge=1, le=10_000)] = 1


class StaysPage(Page):
    """Which of those who stand there are listed: all, or `late` ones or `silent` ones `only`."""

    only: Annotated[str, Field(max_length=limits.NAME)] = ""

    def has(self, stay: Stay, now: Instant) -> bool:
        """Returns whether a customer is listed; what is unknown is passed over, as in the rest of the address."""
        match self.only:
            case "late":
                return stay.late_at(now) is not None
            case "silent":
                return stay.silent_at(now) is not None
            case _:
                return True


@router.get("/{map_id}/here/{part}/{id}")
async def shown(
    request: Request,
    served: Served,
    viewer: Looking,
    *,
    map_id: str,
    part: Part,
    id: str,  # noqa: A002 - of what is shown
    choice: Annotated[StaysPage, Query()],
) -> Response:
    """Those of the viewer's book who stand there, whoever has for longest first."""
    walls: Walls = request.app.state.walls
    what = await chosen(served, walls, map_id, choice)
    title, container = titles_of(what, part, id)
    wall = (await walls.of(what.journeys)).wall
    stays = [stay for stay in wall.stays(part, id) if choice.has(stay, wall.at)]
    address = what.stays_at(part, id, choice.only)
    async with served.store.reading() as session:
        own = await in_book(session, await book_of(session, served, viewer), stays)
        listed = own[(choice.page - 1) * PER_PAGE : choice.page * PER_PAGE]
        rows = await customers.rows(session, [stay.customer for stay in listed])
    page: dict[str, Any] = {
        "map": what.compiled_map.map,
        "chosen": what,
        "title": title,
        "only": choice.only if choice.only in ("late", "silent") else "",
        "everybody": what.stays_at(part, id),
        "container": container,
        "at": time_of(wall.at, what.timezone),
        "total": len(own),
        "others": len(stays) - len(own),
        "lines": [_line(rows[stay.customer], stay, wall.at) for stay in listed if stay.customer in rows],
        "earlier": page_at(address, choice.page - 1) if choice.page > 1 else None,
        "later": page_at(address, choice.page + 1) if choice.page * PER_PAGE < len(own) else None,
    }
    around = shell(request, served, viewer, f"{title}: who is here", "maps", zone=what.timezone)
    return await render_aside("ops/stays.html", page, around)


def titles_of(what: ChosenJourneys, part: Part, id_: str) -> tuple[str, str | None]:
    """Returns the title of a stage, play or step, and of what it is in.

    Raises:
        ProblemError: the map has none of this id.
    """
    map_ = what.compiled_map.map
    found: dict[str, tuple[str, str | None]]
    if part is Part.STEP:
        found = {step.id: (step.title, container.title) for container, step in map_.all_steps()}
    else:
        found = {each.id: (each.title, None) for each in (map_.stages if part is Part.STAGE else map_.plays)}
    if id_ not in found:
        message = f"The map {map_.map} has no {part} {id_!r} in the version that is shown."
        raise ProblemError(404, "not_found", message, "Go back to the map's page, and choose again.")
    return found[id_]


async def in_book(session: AsyncSession, book: Book, those: Sequence[S]) -> Sequence[S]:
    """Returns those whose customer is in the book."""
    known = await books.ids(session, book)
    return those if known is None else [each for each in those if each.customer in known]


def _line(row: CustomerRow, stay: Stay, now: Instant) -> dict[str, Any]:
    return {
        "customer": row,
        "waits": None if (age := stay.age_at(now)) is None else span_text(age),
        "late": None if (late := stay.late_at(now)) is None else span_text(late),
        "silent": None if (silent := stay.silent_at(now)) is None else span_text(silent),
    }


def page_at(address: str, number: int) -> str:
    """Returns the address of a page of a list; `address` is that of the list."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'page': number})}"
