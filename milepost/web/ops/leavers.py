"""Who left a map at a step, or with a stage open, as the numbers of where customers stop count them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from milepost.explain.funnel import Leaver
from milepost.explain.local_time import day_of, span_text, time_of
from milepost.explain.sentences import spaced
from milepost.intake.walls import Walls
from milepost.planner.standings import Part
from milepost.planner.timeline import JourneyEnded
from milepost.store import customers, timeline
from milepost.store.tables import CustomerRow
from milepost.web.identity import Looking, book_of
from milepost.web.ops.stays import PER_PAGE, Page, in_book, page_at, titles_of
from milepost.web.ops.wall_choice import chosen
from milepost.web.pages import render_aside, shell
from milepost.web.services import Served

router = APIRouter(prefix="/ops/maps", include_in_schema=False)


@router.get("/{map_id}/left/{part}/{id}")
async def shown(
    request: Request,
    served: Served,
    viewer: Looking,
    *,
    map_id: str,
    part: Literal[Part.STAGE, Part.STEP],
    id: str,  # noqa: A002 - of what is shown
    choice: Annotated[Page, Query()],
) -> Response:
    """Those of the viewer's book who left there, whoever left last first."""
    walls: Walls = request.app.state.walls
    what = await chosen(served, walls, map_id, choice)
    title, container = titles_of(what, part, id)
    counted = await walls.of(what.journeys)
    left = counted.funnel.leavers(part, id)
    async with served.store.reading() as session:
        own = await in_book(session, await book_of(session, served, viewer), left)
        listed = own[(choice.page - 1) * PER_PAGE : choice.page * PER_PAGE]
        rows = await customers.rows(session, [each.customer for each in listed])
        ends = await timeline.endings(session, [each.journey for each in listed])
    address = what.left_at(part, id)
    page: dict[str, Any] = {
        "map": what.compiled_map.map,
        "chosen": what,
        "title": title,
        "container": container,
        "is_step": part is Part.STEP,
        "at": time_of(counted.wall.at, what.timezone),
        "total": len(own),
        "others": len(left) - len(own),
        "lines": [
            _line(rows[each.customer], each, ends.get(each.journey), what.timezone)
            for each in listed
            if each.customer in rows
        ],
        "earlier": page_at(address, choice.page - 1) if choice.page > 1 else None,
        "later": page_at(address, choice.page + 1) if choice.page * PER_PAGE < len(own) else None,
    }
    around = shell(request, served, viewer, f"{title}: who left", "maps", zone=what.timezone)
    return await render_aside("ops/leavers.html", page, around)


def _line(row: CustomerRow, leaver: Leaver, end: JourneyEnded | None, timezone: str) -> dict[str, Any]:
    return {
        "customer": row,
        "began": day_of(leaver.started_at, timezone),
        "ended": day_of(leaver.ended_at, timezone),
        "why": spaced(end.reason) if end else None,
        "note": end.note if end else None,
        "open_for": span_text(leaver.open_for),
    }
