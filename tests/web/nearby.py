"""Journeys that live in this process: told a fact, they advance at once, by the real activity and the real planner."""

from __future__ import annotations

from typing import Any

from temporalio.testing import ActivityEnvironment

from activities.deliveries import DeliveryActivities
from activities.journey import JourneyActivities
from milepost.channels.links import LinkSigner
from milepost.channels.outbox import OutboxChannel
from milepost.intake.journey_client import JourneyClient, SignalResult
from milepost.planner.clock import REAL_TIME
from milepost.planner.instants import Instant
from milepost.store import facts, journeys
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import JourneyRow
from milepost.wire.activities import AdvanceOrder, DeliveryOrder


class NearbyJourneyClient(JourneyClient):
    """Stands in for Temporal: what would be signalled is advanced here. While `away`, nobody is reached.

    With `ended`, the journey ends just before it is told.
    """

    def __init__(self, store: Store, compiled_maps: CompiledMaps, links: LinkSigner) -> None:
        super().__init__(store, None, REAL_TIME)
        self._store = store
        self._advancing = JourneyActivities(store, compiled_maps)
        self._delivering = DeliveryActivities(store, compiled_maps, OutboxChannel(), links)
        self.away = False
        self.ended = False

    async def start(self, journey: JourneyRow, wall: float) -> bool:
        if not self.away:
            await self.advance(journey.id, int(wall))
        return not self.away

    async def send_fact(self, journey: str, _customer: str, fact: dict[str, Any], wall: float) -> SignalResult:
        if self.away:
            return SignalResult.AWAY
        if self.ended:
            return SignalResult.ENDED
        await self.advance(journey, int(wall), [fact])
        return SignalResult.YES

    async def advance(self, journey: str, now: Instant, told: list[dict[str, Any]] | None = None) -> None:
        """Bring a journey up to `now`, with what was told, and deliver what it orders."""
        async with self._store.reading() as session:
            row = await journeys.get(session, journey)
        advanced = await self._advancing.advance(AdvanceOrder(journey, row.version, row.state, told or [], now))
        for message in advanced.deliveries:
            await ActivityEnvironment().run(self._delivering.deliver, DeliveryOrder(journey, message, REAL_TIME))

    async def come_back(self, now: Instant) -> None:
        """Be reached again, and hear what was told meanwhile."""
        self.away = False
        async with self._store.reading() as session:
            waiting = await facts.pending(session)
        for row in waiting:
            if row.journey_id is not None:
                await self.advance(row.journey_id, now, [row.data])
