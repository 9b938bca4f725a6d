"""The page of published maps, with all their versions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.explain import local_time
from milepost.explain.sentences import short_hash
from milepost.store import journeys, maps, reviews
from milepost.store.reviews import MapReview
from milepost.store.tables import MapVersionRow
from milepost.web.desk.reviews import before_said
from milepost.web.identity import Looking
from milepost.web.pages import render, shell
from milepost.web.services import Served
from milepost.web.zones import ours

router = APIRouter(prefix="/ops", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a map; `running` counts its journeys that haven't ended."""

    number: int
    mark: str
    is_current: bool
    time: str
    by: str | None
    why: str | None
    running: int


@dataclass(frozen=True, slots=True)
class Published:
    """A map with its versions, the newest first; `review` says when its owner should review it."""

    id: str
    title: str
    owner: str | None
    hypothesis: str | None
    review: str | None
    is_due: bool
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class MapsPage:
    """The page."""

    maps: tuple[Published, ...]
    zone: str


@router.get("/maps")
async def published(request: Request, served: Served, viewer: Looking) -> Response:
    """Every map with its versions."""
    zone = await ours(served)
    async with served.store.reading() as session:
        versions = await maps.versions(session)
        running = await journeys.count_by_version(session)
    standing = {
        each.map.map: each for each in await reviews.current_reviews(served.store, served.compiled_maps, served.now())
    }
    shown = tuple(
        _map(list(group), running, zone, standing.get(map_id))
        for map_id, group in groupby(versions, lambda version: version.map)
    )
    page = MapsPage(shown, local_time.zone_text(zone, served.now()))
    return render("ops/maps.html", page, shell(request, served, viewer, "Maps", "maps", zone=zone))


def _map(rows: list[MapVersionRow], running: dict[str, int], zone: str, standing: MapReview | None) -> Published:
    versions = tuple(
        Version(
            row.number,
            short_hash(row.hash),
            row.current,
            local_time.time_of(row.published_at, zone),
            row.published_by,
            row.why,
            running.get(row.hash, 0),
        )
        for row in rows
    )
    return Published(
        id=rows[0].map,
        title=next((row.title for row in rows if row.current), rows[0].title),
        owner=standing.map.owner if standing else None,
        hypothesis=standing.map.hypothesis if standing else None,
        review=_review(standing, zone) if standing else None,
        is_due=standing is not None and standing.is_due,
        versions=versions,
    )


def _review(standing: MapReview, zone: str) -> str:
    if standing.review is None:
        return "no review is planned (`review` in the map)"
    due = local_time.time_of(standing.review.due_at, zone)
    said = "was due for review" if standing.is_due else "is due for review"
    return f"{said} {due}; {before_said(standing, zone)}"
