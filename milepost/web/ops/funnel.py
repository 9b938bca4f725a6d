"""Stuck and silent: where the customers of a map stop, how far those of each month came, and where they left."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from milepost import limits
from milepost.explain.local_time import local, time_of
from milepost.explain.wall import Wall
from milepost.intake.walls import Walls
from milepost.language.model import Map
from milepost.planner.standings import Part
from milepost.store.map_states import Journeys
from milepost.web.identity import Looking
from milepost.web.pages import render_aside, shell
from milepost.web.services import Served
from milepost.web.wall_sheet import versions_of

router = APIRouter(prefix="/ops/maps", include_in_schema=False)
_MOST = 12  # steps of a list


@router.get("/{map_id}/funnel")
async def shown(
    request: Request,
    served: Served,
    viewer: Looking,
    map_id: str,
    *,
    version: Annotated[str, Query(max_length=limits.NAME)] = "",
) -> Response:
    """The stages with who stops there, the steps that are waited for, and the months."""
    versions = await versions_of(served, map_id)
    chosen = next((row for row in versions if version and row.hash.startswith(version)), None)
    drawn = chosen or next((row for row in versions if row.current), versions[0])
    compiled_map = await served.compiled_maps.of(drawn.hash)
    timezone = compiled_map.ours.timezone
    walls: Walls = request.app.state.walls
    counted = await walls.of(Journeys(map_id, chosen.hash if chosen else None, timezone=timezone))
    funnel, wall = counted.funnel, counted.wall
    titles = {step.id: step.title for _, step in compiled_map.map.all_steps()}
    months = [f"{local(at, timezone):%B %Y}" for at in funnel.months]
    page: dict[str, Any] = {
        "map": compiled_map.map,
        "versions": versions,
        "version": chosen.hash if chosen else "",
        "at": time_of(wall.at, timezone),
        "begun": wall.journeys,
        "stages": [
            (stage, funnel.stages.get(stage.id), _customers(map_id, stage.id)) for stage in compiled_map.map.stages
        ],
        "waits": _waits(compiled_map.map, wall),
        "leavers": [(titles.get(step, step), left, had) for step, left, had in funnel.leavers(_MOST)],
        "months": [(title, funnel.cohorts[number]) for number, title in enumerate(months) if number in funnel.cohorts],
    }
    around = shell(request, served, viewer, f"Stuck and silent: {compiled_map.map.title}", "maps", zone=timezone)
    return await render_aside("ops/funnel.html", page, around)


def _customers(map_id: str, stage: str) -> str:
    return "/ops/customers?" + urlencode({"map": map_id, "stage": stage, "status": "open"})


def _waits(map_: Map, wall: Wall) -> list[tuple[str, str, Any]]:
    """Returns the steps that most customers have open: their title, in which stage or play they are, their numbers."""
    found = [
        (step.title, container.title, wall.numbers[Part.STEP, step.id])
        for container, step in map_.all_steps()
        if (Part.STEP, step.id) in wall.numbers and wall.numbers[Part.STEP, step.id].here
    ]
    return sorted(found, key=lambda each: (-each[2].late, -each[2].here))[:_MOST]
