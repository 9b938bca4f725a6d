"""How a customer's health went: what it was before the last change, and since when it is what it is."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain import local_time
from milepost.planner.facts import AttributesSet
from milepost.store import facts
from milepost.text import number

_HEALTH = "health"


async def health_trend(session: AsyncSession, customer: str, health: float | None, zone: str) -> str | None:
    """Returns it in words, `up from 35 since Tue 3 Mar 2026`, with the day in `zone`; None where one is known at most.

    `health` is what it is now.
    """
    since = None
    for fact in await facts.of_kind(session, customer, AttributesSet.kind):
        value = fact.data.get("attributes", {}).get(_HEALTH)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if value != health:
            if since is None or health is None:
                return None
            way = "up" if health > value else "down"
            return f"{way} from {number(float(value))} since {local_time.day_of(since, zone)}"
        since = fact.at
    return None
