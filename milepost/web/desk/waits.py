"""What a colleague waits for: the steps and questions that their customers have open, late ones first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from milepost.customer import address_key
from milepost.explain.local_time import span_text
from milepost.explain.people_names import colleague_name
from milepost.explain.wall import Stay, Wall
from milepost.intake.walls import Walls
from milepost.language.steps import Action, Outcome
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.standings import Part
from milepost.store import customers, workloads
from milepost.store.map_states import Journeys
from milepost.web.identity import Looking
from milepost.web.pages import Values, render_aside, shell
from milepost.web.services import Served

router = APIRouter(prefix="/desk", include_in_schema=False)
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Open:
    """A step or question that a customer has open, at an instant."""

    title: str
    is_question: bool
    stay: Stay
    at: Instant

    @property
    def late(self) -> str | None:
        """For how long it has been late; None if it isn't."""
        late = self.stay.late_at(self.at)
        return None if late is None else span_text(late)

    @property
    def waits(self) -> str | None:
        """For how long it has been open; None where that isn't known."""
        age = self.stay.age_at(self.at)
        return None if age is None else span_text(age)

    @property
    def rank(self) -> tuple[int, int, str]:
        """What has been late for longest comes first, then what has been open for longest."""
        return -(self.stay.late_at(self.at) or 0), -(self.stay.age_at(self.at) or 0), self.stay.customer


@router.get("/{person}/waiting")
async def waiting(
    request: Request,
    served: Served,
    viewer: Looking,
    person: str,
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """What the customers on whose team the colleague is have open."""
    address = address_key(person)
    async with served.store.reading() as session:
        own = await workloads.customers_of(session, address)
    walls: Walls = request.app.state.walls
    found: list[Open] = []
    for compiled_map in await served.compiled_maps.readable():
        wall = (await walls.of(Journeys(compiled_map.map.map, timezone=compiled_map.ours.timezone))).wall
        found += _open(compiled_map, wall, own)
    found.sort(key=lambda each: each.rank)
    listed = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    async with served.store.reading() as session:
        rows = await customers.rows(session, {each.stay.customer for each in listed})
    path = f"/desk/{quote(address)}/waiting"
    page: Values = {
        "person": address,
        "name": colleague_name(address),
        "mine": viewer is not None and viewer.address == address,
        "total": len(found),
        "late": sum(each.late is not None for each in found),
        "lines": [(each, rows[each.stay.customer]) for each in listed if each.stay.customer in rows],
        "earlier": f"{path}?{urlencode({'page': number - 1})}" if number > 1 else None,
        "later": f"{path}?{urlencode({'page': number + 1})}" if number * PER_PAGE < len(found) else None,
    }
    around = shell(request, served, viewer, f"What {page['name']} waits for", "desk", zone=await served.zone())
    return await render_aside("desk/waiting.html", page, around)


def _open(compiled_map: CompiledMap, wall: Wall, own: Collection[str]) -> Iterator[Open]:
    """Yields what these customers have open of a map that is theirs to do or to answer."""
    for _, step in compiled_map.map.all_steps():
        if not isinstance(step, (Action, Outcome)):
            continue
        numbers = wall.numbers.get((Part.STEP, step.id))
        for stay in numbers.stays if numbers else ():
            if stay.customer in own:
                yield Open(step.title, isinstance(step, Outcome), stay, wall.at)
