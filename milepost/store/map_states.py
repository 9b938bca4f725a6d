"""The states of all journeys of a map, read in batches for whoever counts them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.language.field_types import Scalar
from milepost.planner.instants import Instant
from milepost.store.table_types import table_of
from milepost.store.tables import JourneyRow

_BATCH = 200  # some ten milliseconds
_journeys = table_of(JourneyRow)


@dataclass(frozen=True, slots=True)
class Trait:
    """What a part of a segment has in common: the value of an attribute, or the country where `attribute` is None."""

    attribute: str | None
    value: Scalar

    def is_of(self, customer: Mapping[str, Any]) -> bool:
        """Returns whether a customer, as a stored journey has it, is such a one."""
        found = customer.get("country") if self.attribute is None else customer["attributes"].get(self.attribute)
        return found == self.value and isinstance(found, bool) == isinstance(self.value, bool)


@dataclass(frozen=True, slots=True)
class Journeys:
    """Which journeys: of a map and, where they are set, of a version, and begun from `since` until before `until`.

    With a `trait` those of customers who have it, as the journey knows them. `timezone` is that of the months by which
    they are counted.
    """

    map: str
    version: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    timezone: str = "UTC"
    trait: Trait | None = None


@dataclass(frozen=True, slots=True)
class StoredJourney:
    """A customer's journey as it lies in the store; `reason` says why it ended.

    `silent_from` is when the customer fell or falls silent, see `planner.silence`; None where nothing is awaited.
    """

    id: str
    customer: str
    state: dict[str, Any]
    started_at: Instant
    ended_at: Instant | None
    reason: str | None
    silent_from: Instant | None


async def read(session: AsyncSession, wanted: Journeys) -> AsyncIterator[StoredJourney]:
    """Yields each of the journeys; others get their turn between batches."""
    conditions: list[ColumnElement[bool]] = [_journeys.c.map == wanted.map]
    if wanted.version is not None:
        conditions.append(_journeys.c.version == wanted.version)
    if wanted.since is not None:
        conditions.append(_journeys.c.started_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_journeys.c.started_at < wanted.until)
    columns = (
        _journeys.c.id,
        _journeys.c.customer_id,
        _journeys.c.state,
        _journeys.c.started_at,
        _journeys.c.ended_at,
        _journeys.c.reason,
        _journeys.c.silent_from,
    )
    query = select(*columns).where(*conditions)
    async for batch in (await session.stream(query)).partitions(_BATCH):
        for journey in (StoredJourney(*row) for row in batch):
            if wanted.trait is None or wanted.trait.is_of(journey.state["customer"]):
                yield journey
