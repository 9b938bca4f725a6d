"""What is so of each version of a map: how many customers are on it, and what they confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain.wall import VERDICTS
from milepost.store import journeys
from milepost.store.outcome_tables import OutcomeRow
from milepost.store.tables import JourneyRow, MapVersionRow


@dataclass(frozen=True, slots=True)
class VersionCounts:
    """The journeys on a version that haven't ended, and how many outcomes of all its journeys have which verdict."""

    running: int
    verdicts: Mapping[str, int]


async def of_map(session: AsyncSession, map_id: str) -> dict[str, VersionCounts]:
    """Returns the counts of each version of a map, by its hash."""
    running = await journeys.count_by_version(session, map_id)
    query = (
        select(JourneyRow.version, OutcomeRow.status, func.count())
        .join(OutcomeRow, OutcomeRow.journey_id == JourneyRow.id)
        .where(JourneyRow.map == map_id, OutcomeRow.status.in_(VERDICTS))
        .group_by(JourneyRow.version, OutcomeRow.status)
    )
    verdicts: dict[str, dict[str, int]] = {}
    for version, status, count in await session.execute(query):
        verdicts.setdefault(version, {})[status] = count
    hashes = await session.scalars(select(MapVersionRow.hash).where(MapVersionRow.map == map_id))
    return {each: VersionCounts(running.get(each, 0), verdicts.get(each, {})) for each in hashes}
