"""The page of published maps, with all their versions."""

from __future__ import annotations

from itertools import groupby

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.explain import local_time
from milepost.store import journeys, maps, reviews
from milepost.store.reviews import MapReview
from milepost.web.desk.reviews import last_review
from milepost.web.identity import Looking
from milepost.web.pages import render, shell
from milepost.web.services import Served

router = APIRouter(prefix="/ops", include_in_schema=False)


@router.get("/maps")
async def published(request: Request, served: Served, viewer: Looking) -> Response:
    """Every map with its versions, the newest first, and when its owner should review it."""
    zone = await served.zone()
    async with served.store.reading() as session:
        versions = await maps.versions(session)
        running = await journeys.count_by_version(session)
    current = await reviews.current_reviews(served.store, served.compiled_maps, served.now())
    page = {
        "maps": {map_id: list(group) for map_id, group in groupby(versions, lambda version: version.map)},
        "running": running,
        "unreadable": await served.compiled_maps.unreadable(),
        "reviews": {each.map.map: (each, _review(each, zone)) for each in current},
    }
    return render("ops/maps.html", page, shell(request, served, viewer, "Maps", "maps", zone=zone))


def _review(of: MapReview, zone: str) -> str:
    if of.review is None:
        return "no review is planned (`review` in the map)"
    due = local_time.due_time_of(of.review.due_at, zone)
    return f"{'was' if of.is_due else 'is'} due for review {due}; {last_review(of, zone)}"
