"""The states of all journeys of a map, read in batches for whoever counts them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.instants import Instant
from milepost.store.table_types import table_of
from milepost.store.tables import JourneyRow

_BATCH = 200  # some ten milliseconds
_journeys = table_of(JourneyRow)


@dataclass(frozen=True, slots=True)
class Journeys:
    """Which journeys: of a map and, where they are set, of a version, and begun from `since` until before `until`."""

    map: str
    version: str | None = None
    since: Instant | None = None
    until: Instant | None = None


async def read(session: AsyncSession, wanted: Journeys) -> AsyncIterator[tuple[dict[str, Any], bool]]:
    """Yields the stored state of each journey, and whether it has ended; others get their turn between batches."""
    conditions: list[ColumnElement[bool]] = [_journeys.c.map == wanted.map]
    if wanted.version is not None:
        conditions.append(_journeys.c.version == wanted.version)
    if wanted.since is not None:
        conditions.append(_journeys.c.started_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_journeys.c.started_at < wanted.until)
    query = select(_journeys.c.state, _journeys.c.ended_at).where(*conditions)
    async for batch in (await session.stream(query)).partitions(_BATCH):
        for row in batch:
            yield row.state, row.ended_at is not None
