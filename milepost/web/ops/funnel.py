"""Stuck and silent: where the customers of a map stop, how far those of each month came, and where they left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from milepost.explain.local_time import local, time_of
from milepost.explain.wall import Numbers, Wall
from milepost.intake.walls import Walls
from milepost.planner.standings import Part
from milepost.web.identity import Looking
from milepost.web.ops.wall_choice import Choice, ChosenJourneys, chosen
from milepost.web.pages import render_aside, shell
from milepost.web.services import Served

router = APIRouter(prefix="/ops/maps", include_in_schema=False)
_MOST = 12  # steps of a list


@router.get("/{map_id}/funnel")
async def shown(
    request: Request, served: Served, viewer: Looking, map_id: str, choice: Annotated[Choice, Query()]
) -> Response:
    """The stages with who stops there, the steps that are waited for, and the months."""
    walls: Walls = request.app.state.walls
    what = await chosen(served, walls, map_id, choice)
    map_ = what.compiled_map.map
    counted = await walls.of(what.journeys)
    funnel, wall = counted.funnel, counted.wall
    titles = {step.id: step.title for _, step in map_.all_steps()}
    months = [local(at, what.timezone) for at in funnel.months]
    page: dict[str, Any] = {
        "map": map_,
        "chosen": what,
        "at": time_of(wall.at, what.timezone),
        "begun": wall.journeys,
        "stages": [
            (
                stage,
                funnel.stages.get(stage.id),
                _lists_of(what, Part.STAGE, stage.id),
                what.left_at(Part.STAGE, stage.id),
                wall.numbers.get((Part.STAGE, stage.id)),
            )
            for stage in map_.stages
        ],
        "waits": _waits(what, wall),
        "leavers": [
            (titles.get(step, step), left, had, what.left_at(Part.STEP, step) if step in titles else None)
            for step, left, had in funnel.most_left_at(_MOST)
        ],
        "months": [
            (f"{month:%B %Y}", what.begun_in(f"{month:%Y-%m}"), funnel.cohorts[number])
            for number, month in enumerate(months)
            if number in funnel.cohorts
        ],
    }
    around = shell(request, served, viewer, f"Stuck and silent: {map_.title}", "maps", zone=what.timezone)
    return await render_aside("ops/funnel.html", page, around)


def _waits(what: ChosenJourneys, wall: Wall) -> list[tuple[str, str, Numbers, Mapping[str, str]]]:
    """Returns the steps that most customers have open: title, stage or play, numbers, and where those are listed."""
    found = [
        (step.title, container.title, numbers, _lists_of(what, Part.STEP, step.id))
        for container, step in what.compiled_map.map.all_steps()
        if (numbers := wall.numbers.get((Part.STEP, step.id))) is not None and numbers.here
    ]
    return sorted(found, key=lambda each: (-each[2].late, -each[2].here))[:_MOST]


def _lists_of(what: ChosenJourneys, part: Part, id_: str) -> Mapping[str, str]:
    """Returns where those who stand in a stage or step are listed, the late and the silent ones of them."""
    return {only or "all": what.stays_at(part, id_, only) for only in ("", "late", "silent")}
