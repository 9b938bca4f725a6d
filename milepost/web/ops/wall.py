"""The page of a map: its picture with live numbers, the same as a table, and links to it for other departments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from milepost import limits
from milepost.explain.people_names import colleague_name
from milepost.intake import wall_links as links_of
from milepost.intake.walls import Walls
from milepost.language.model import Map
from milepost.planner.instants import Instant, moment
from milepost.planner.zones import instant_of, zone
from milepost.store import wall_links
from milepost.store.map_states import Journeys
from milepost.translations.reader import ENGLISH
from milepost.web import forms
from milepost.web.form_values import Line, Token
from milepost.web.identity import Acting, Looking
from milepost.web.pages import Values, back_to, render_aside, shell
from milepost.web.services import Served, Services
from milepost.web.wall_sheet import WallSheet, current_of, kept_fresh, versions_of

router = APIRouter(prefix="/ops/maps", include_in_schema=False)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_FORM = "wall_link"


@router.get("/{map_id}")
async def shown(
    request: Request,
    served: Served,
    viewer: Looking,
    map_id: str,
    *,
    version: Annotated[str, Query(max_length=limits.NAME)] = "",
    begun: Annotated[str, Query(max_length=limits.NAME)] = "",
) -> Response:
    """The map as it is now, of all its versions or of one, and of all its journeys or of those of a month."""
    versions = await versions_of(served, map_id)
    chosen = next((row for row in versions if version and row.hash.startswith(version)), None)
    drawn = chosen or current_of(versions)
    compiled_map = await served.compiled_maps.of(drawn.hash)
    timezone = compiled_map.ours.timezone
    since, until = _month(begun, timezone)
    walls: Walls = request.app.state.walls
    wall = (await walls.of(Journeys(map_id, chosen.hash if chosen else None, since, until, timezone))).wall
    of_what = [*([f"version {chosen.number}"] if chosen else []), *([f"begun in {begun}"] if since is not None else [])]
    sheet = WallSheet(compiled_map, drawn, wall, tuple(of_what), _customers_of(compiled_map.map))
    page: Values = {
        **await sheet.values(),
        "versions": versions,
        "version": chosen.hash if chosen else "",
        "begun": begun if since is not None else "",
        "shared": await _shared(served, map_id),
        "form": forms.token(served, viewer.session, _FORM, map_id) if viewer else None,
    }
    around = shell(request, served, viewer, compiled_map.map.title, "maps", zone=timezone)
    return kept_fresh(await render_aside("ops/wall.html", page, around))


@router.post("/{map_id}/links")
async def share(served: Served, person: Acting, map_id: str, form: Token) -> Response:
    """Makes a link with which anybody may look at the map with its numbers."""
    [shown_map] = forms.read(served, person.session, form, _FORM).subject
    await links_of.make(served.intake.context, shown_map, by=person.address)
    return back_to(f"/ops/maps/{quote(map_id)}", "wall_shared")


@router.post("/{map_id}/links/end")
async def end(served: Served, person: Acting, map_id: str, form: Token, link: Line) -> Response:
    """Ends such a link."""
    [shown_map] = forms.read(served, person.session, form, _FORM).subject
    is_ended = await links_of.end(served.intake.context, shown_map, link, by=person.address)
    return back_to(f"/ops/maps/{quote(map_id)}", "voided" if is_ended else "void_before")


def _month(written: str, timezone: str) -> tuple[Instant | None, Instant | None]:
    """Returns when a month begins and is over; None for what is none."""
    match = _MONTH.fullmatch(written)
    if match is None or int(match[1]) < 1970:  # noqa: PLR2004 - instants count from there
        return None, None
    months = int(match[1]) * 12 + int(match[2]) - 1
    first, next_ = (datetime(each // 12, each % 12 + 1, 1) for each in (months, months + 1))  # noqa: DTZ001
    return instant_of(first, zone(timezone)), instant_of(next_, zone(timezone))


def _customers_of(map_: Map) -> Mapping[tuple[str, str], str]:
    """Returns where each stage leads: to the list of those who are in it."""
    return {
        ("stage", stage.id): "/ops/customers?" + urlencode({"map": map_.map, "stage": stage.id, "status": "open"})
        for stage in map_.stages
    }


async def _shared(served: Services, map_id: str) -> list[Values]:
    """Returns the links to a map that work: their addresses, the day on which they were made, and by whom."""
    async with served.store.reading() as session:
        rows = await wall_links.of_map(session, map_id)
    return [
        {
            "id": row.id,
            "url": served.links.wall_url(row.id),
            "day": ENGLISH.day(moment(row.made_at).date()),
            "by": colleague_name(row.made_by) if row.made_by else "Milepost",
        }
        for row in rows
    ]
