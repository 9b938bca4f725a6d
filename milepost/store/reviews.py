"""Reviews of maps by their owners, and which are due: that is worked out on each reading, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.language.model import Map
from milepost.planner.calendars import NeverOpensError
from milepost.planner.instants import Instant
from milepost.planner.reviews import Review, review_due
from milepost.store import maps
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.errors import UnreadableVersionError
from milepost.store.review_tables import MapReviewRow
from milepost.store.tables import MapVersionRow
from milepost.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class MapReview:
    """The current version of a map, its last review and the next; `review` is None where the map asks for none."""

    map: Map
    version: MapVersionRow
    last: MapReviewRow | None
    review: Review | None

    @property
    def owner(self) -> str:
        """The owner as tasks know people: an address in lower case, or a name."""
        return self.map.owner.strip().lower()

    @property
    def is_due(self) -> bool:
        return self.review is not None and self.review.is_due


async def record(
    session: AsyncSession, review_id: str, map_id: str, at: Instant, *, by: str, note: str | None = None
) -> bool:
    """Records a review; returns False if one with this id was recorded before: then nothing changes."""
    row = {"id": review_id, "map": map_id, "reviewed_at": at, "by": by, "note": note}
    return bool(await session.run_sync(insert_new, MapReviewRow, [row], ["id"], MapReviewRow.id))


async def last_reviews(session: AsyncSession) -> dict[str, MapReviewRow]:
    """Returns the last review of each map that was ever reviewed."""
    query = select(MapReviewRow).order_by(MapReviewRow.reviewed_at, MapReviewRow.id)
    return {row.map: row for row in await session.scalars(query)}


async def current_reviews(store: Store, compiled_maps: CompiledMaps, now: Instant) -> list[MapReview]:
    """Returns the review of the current version of every map, ordered by map.

    Versions that can't be read, and those whose calendar never opens, are left out.
    """
    async with store.reading() as session:
        versions = await maps.current(session)
        last = await last_reviews(session)
    reviews = []
    for version in versions:
        with suppress(UnreadableVersionError, NeverOpensError):
            compiled_map = await compiled_maps.of(version.hash)
            reviews.append(_review_of(compiled_map.map, version, last.get(version.map), now))
    return reviews


def _review_of(map_: Map, version: MapVersionRow, last: MapReviewRow | None, now: Instant) -> MapReview:
    since = max(version.published_at, last.reviewed_at if last else version.published_at)
    return MapReview(map_, version, last, review_due(map_, since, now))


def due_for(reviews: Iterable[MapReview], person: str | None = None) -> list[MapReview]:
    """Returns the reviews that are due, of everybody or of one owner, the longest due first."""
    address = person.strip().lower() if person is not None else None
    due = [each for each in reviews if each.is_due and address in (None, each.owner)]
    return sorted(due, key=lambda each: (each.review.due_at if each.review else 0, each.map.map))
