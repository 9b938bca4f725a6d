"""The page of a map: its picture with live numbers, the same as a table, and links to it for other departments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from milepost.explain.people_names import colleague_name
from milepost.intake import wall_links as links_of
from milepost.intake.walls import Walls
from milepost.planner.instants import moment
from milepost.planner.standings import Part
from milepost.store import wall_links
from milepost.translations.reader import ENGLISH
from milepost.web import forms
from milepost.web.form_values import Line, Token
from milepost.web.identity import Acting, Looking
from milepost.web.ops.wall_choice import ChosenJourneys, WallChoice, chosen
from milepost.web.pages import Values, back_to, render_aside, shell
from milepost.web.services import Served, Services
from milepost.web.wall_sheet import LIVE_EVERY, WallSheet, with_letters

router = APIRouter(prefix="/ops/maps", include_in_schema=False)
_FORM = "wall_link"


@router.get("/{map_id}")
async def shown(
    request: Request, served: Served, viewer: Looking, map_id: str, choice: Annotated[WallChoice, Query()]
) -> Response:
    """The map as it is now, of all its versions or of one, and of all its journeys or of some."""
    walls: Walls = request.app.state.walls
    what = await chosen(served, walls, map_id, choice)
    wall = (await walls.of(what.journeys)).wall
    sheet = WallSheet(what.compiled_map, what.drawn, wall, what.of_what, _links_of(what), choice.lettering)
    page: Values = {
        **await sheet.values(),
        "chosen": what,
        "shared": await _shared(served, map_id),
        "form": forms.token(served, viewer.session, _FORM, map_id) if viewer else None,
    }
    title = what.compiled_map.map.title
    around = shell(request, served, viewer, title, "maps", zone=what.timezone, live_every=LIVE_EVERY)
    return with_letters(await render_aside("ops/wall.html", page, around))


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


def _links_of(what: ChosenJourneys) -> Mapping[tuple[str, str], str]:
    """Returns where each stage, play and step leads: to those who are in it."""
    map_ = what.compiled_map.map
    return {
        (str(part), id_): what.stays_at(part, id_)
        for part, ids in (
            (Part.STAGE, [stage.id for stage in map_.stages]),
            (Part.PLAY, [play.id for play in map_.plays]),
            (Part.STEP, [step.id for _, step in map_.all_steps()]),
        )
        for id_ in ids
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
