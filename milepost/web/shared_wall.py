"""A map on the wall for whoever was given the link: the numbers, no customer, and nothing to do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from milepost.intake.errors import UnknownMapError
from milepost.intake.walls import Walls
from milepost.store import wall_links
from milepost.store.map_states import Journeys
from milepost.web.ops.wall_choice import WallChoice
from milepost.web.pages import render_aside
from milepost.web.portal.plan_link import PlanClosedError, link_of
from milepost.web.portal.throttle import let_through
from milepost.web.services import Served, Services
from milepost.web.wall_sheet import LIVE_EVERY, WallSheet, current_of, versions_of, with_letters

router = APIRouter(include_in_schema=False, dependencies=[Depends(let_through)])
_OVER = (410, "This link is no longer in use", "Whoever gave it to you has ended it. Please ask them for a new one.")


@router.get("/wall/{token}")
async def shared_wall(request: Request, served: Served, token: str, choice: Annotated[WallChoice, Query()]) -> Response:
    """The map with the numbers of all its journeys, in its current version."""
    map_id = await _map_of(served, token)
    try:
        drawn = current_of(await versions_of(served, map_id))
    except UnknownMapError:
        raise PlanClosedError(*_OVER) from None
    compiled_map = await served.compiled_maps.of(drawn.hash)
    walls: Walls = request.app.state.walls
    wall = (await walls.of(Journeys(map_id, timezone=compiled_map.ours.timezone))).wall
    sheet = WallSheet(compiled_map, drawn, wall, letters=choice.lettering)
    page = {**await sheet.values(), "live_every": LIVE_EVERY}
    return with_letters(await render_aside("shared_wall.html", page))


async def _map_of(served: Services, token: str) -> str:
    """Returns the map that a link leads to.

    Raises:
        PlanClosedError: the link is forged, or was ended.
    """
    link = link_of(served, token)
    async with served.store.reading() as session:
        row = await wall_links.working(session, link)
    if row is None:
        raise PlanClosedError(*_OVER)
    return row.map
