"""How a customer's health went: what it was before the last change, and since when it is what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain import local_time
from milepost.planner.instants import Instant
from milepost.store import facts
from milepost.store.tables import FactRow
from milepost.text import number

_HEALTH = "health"


@dataclass(frozen=True, slots=True)
class HealthTrend:
    """What the health was `before` the last change, `since` when it is otherwise, and whether it went up."""

    before: float
    since: Instant
    is_up: bool

    def text(self, zone: str) -> str:
        """Returns it in words, `up from 35 since Tue 3 Mar 2026`, with the day in `zone`."""
        way = "up" if self.is_up else "down"
        return f"{way} from {number(self.before)} since {local_time.day_of(self.since, zone)}"


async def health_trend(session: AsyncSession, customer: str, health: float | None, zone: str) -> str | None:
    """Returns how the health of a customer went in words; None where one is known at most.

    `health` is what it is now.
    """
    trend = (await health_trends(session, {customer: health})).get(customer)
    return None if trend is None else trend.text(zone)


async def health_trends(session: AsyncSession, health: Mapping[str, float | None]) -> dict[str, HealthTrend]:
    """Returns how the health of customers went, by their ids, as far as that is known; `health` is what it is now."""
    now = {customer: value for customer, value in health.items() if value is not None}
    sets = await facts.latest_sets(session, list(now)) if now else {}
    trends = {customer: _trend(sets.get(customer, ()), value) for customer, value in now.items()}
    return {customer: trend for customer, trend in trends.items() if trend is not None}


def _trend(sets: Iterable[FactRow], health: float) -> HealthTrend | None:
    since = None
    for fact in sets:
        value = fact.data.get("attributes", {}).get(_HEALTH)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if value != health:
            return None if since is None else HealthTrend(float(value), since, health > value)
        since = fact.at
    return None
