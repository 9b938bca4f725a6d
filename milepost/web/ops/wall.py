"""The page of a map: its picture with live numbers, and the same as a table."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from milepost import limits
from milepost.errors import MilepostError
from milepost.explain.local_time import time_of
from milepost.explain.sentences import short_hash
from milepost.explain.wall import Live, Numbers, Wall, live
from milepost.intake.errors import UnknownMapError
from milepost.intake.walls import Walls
from milepost.language.model import Map
from milepost.language.steps import Outcome
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.standings import Part
from milepost.planner.zones import instant_of, zone
from milepost.store import maps
from milepost.store.map_states import Journeys
from milepost.store.tables import MapVersionRow
from milepost.text import count_of
from milepost.web.identity import Looking
from milepost.web.pages import render_aside, shell
from milepost.web.security import POLICY
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops/maps", include_in_schema=False)
_REFRESH_SECONDS = "10"
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'") + "; font-src data:"
"""A picture brings its letters along, in a style sheet of its own."""


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
    drawn = chosen or next((row for row in versions if row.current), versions[0])
    compiled_map = await served.compiled_maps.of(drawn.hash)
    timezone = compiled_map.ours.timezone
    since, until = _month(begun, timezone)
    walls: Walls = request.app.state.walls
    wall = (await walls.of(Journeys(map_id, chosen.hash if chosen else None, since, until, timezone))).wall
    numbers = live(wall, _outcomes(compiled_map.map))
    page: dict[str, Any] = {
        "map": compiled_map.map,
        "versions": versions,
        "version": chosen.hash if chosen else "",
        "begun": begun if since is not None else "",
        "wall": wall,
        "at": time_of(wall.at, timezone),
        "rows": list(_rows(compiled_map.map, wall, numbers)),
        "paper": None,
        "picture": None,
        **await _picture(compiled_map, drawn, _lead(wall, chosen, begun, timezone), numbers),
    }
    around = shell(request, served, viewer, compiled_map.map.title, "maps", zone=timezone)
    response = await render_aside("ops/wall.html", page, around)
    response.headers["refresh"] = _REFRESH_SECONDS
    response.headers["content-security-policy"] = _POLICY
    return response


async def versions_of(served: Services, map_id: str) -> list[MapVersionRow]:
    """Returns the versions of a map, the newest first.

    Raises:
        UnknownMapError: no published map has this id.
    """
    async with served.store.reading() as session:
        known = await maps.versions(session)
    versions = [row for row in known if row.map == map_id]
    if not versions:
        raise UnknownMapError(map_id, sorted({row.map for row in known}))
    return versions


def _outcomes(map_: Map) -> frozenset[str]:
    return frozenset(step.id for _, step in map_.all_steps() if isinstance(step, Outcome))


def _month(written: str, timezone: str) -> tuple[Instant | None, Instant | None]:
    """Returns when a month begins and is over; None for what is none."""
    match = _MONTH.fullmatch(written)
    if match is None or int(match[1]) < 1970:  # noqa: PLR2004 - instants count from there
        return None, None
    months = int(match[1]) * 12 + int(match[2]) - 1
    first, next_ = (datetime(each // 12, each % 12 + 1, 1) for each in (months, months + 1))  # noqa: DTZ001
    return instant_of(first, zone(timezone)), instant_of(next_, zone(timezone))


def _lead(wall: Wall, chosen: MapVersionRow | None, begun: str, timezone: str) -> str:
    """Returns of what the numbers are, and when: pictures on walls outlive them."""
    parts = [
        f"{count_of(wall.running, 'customer')} on the way, {count_of(wall.journeys - wall.running, 'journey')} over"
    ]
    parts += [f"version {chosen.number}"] if chosen else []
    parts += [f"begun in {begun}"] if _MONTH.fullmatch(begun) else []
    return f"{', '.join(parts)}; on {time_of(wall.at, timezone)}"


async def _picture(
    compiled_map: CompiledMap, row: MapVersionRow, lead: str, numbers: Mapping[tuple[Part, str], Live]
) -> dict[str, Any]:
    """Returns the picture and its paper; nothing where the packages that draw aren't installed."""
    try:
        from milepost.drawing import map_text, sheet, svg  # noqa: PLC0415 - an extra: only drawing needs it
        from milepost.drawing.content import Line, Mark  # noqa: PLC0415
    except MilepostError:  # a package that raises it as it is imported
        return {}
    lines = {
        (str(part), id_): (
            *([Line(each.here, Mark.COUNT)] if each.here else []),
            *(Line(text, Mark.LIVE) for text in each.more),
        )
        for (part, id_), each in numbers.items()
    }
    map_ = compiled_map.map
    links = {
        ("stage", stage.id): "/ops/customers?" + urlencode({"map": map_.map, "stage": stage.id, "status": "open"})
        for stage in map_.stages
    }

    def drawn() -> dict[str, Any]:
        content = map_text.content_of(map_, f"version {row.number} ({short_hash(row.hash)})")
        scene = sheet.draw(content.with_numbers(lead, lines))
        paper = " ".join(f"{side}mm" for side in scene.millimetres)
        return {"picture": Markup(svg.svg_of(scene, links)), "paper": paper}  # noqa: S704 - ours, every text escaped

    return await asyncio.to_thread(drawn)


def _rows(
    map_: Map, wall: Wall, numbers: Mapping[tuple[Part, str], Live]
) -> Iterator[tuple[Part, str, Numbers | None, Live | None]]:
    """Yields the lines of the table, in the order of the map: what it is, its title, and its numbers."""
    for part, containers in ((Part.STAGE, map_.stages), (Part.PLAY, map_.plays)):
        for container in containers:
            yield part, container.title, wall.numbers.get((part, container.id)), numbers.get((part, container.id))
            for step in container.steps:
                of_step = (Part.STEP, step.id)
                yield Part.STEP, step.title, wall.numbers.get(of_step), numbers.get(of_step)
