"""Journeys that live in this process: told a fact, they advance at once, by the real activity and the real planner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from temporalio.testing import ActivityEnvironment

from activities.deliveries import DeliveryActivities
from activities.journey import JourneyActivities
from milepost.channels.links import LinkSigner
from milepost.channels.outbox import OutboxChannel
from milepost.channels.protocol import Channel
from milepost.intake.journey_client import JourneyClient
from milepost.planner.clock import REAL_TIME
from milepost.planner.instants import Instant, moment
from milepost.store import facts, journeys
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.wire.activities import AdvanceOrder, DeliveryOrder


class NearbyJourneyClient(JourneyClient):
    """Stands in for Temporal: a journey that is nudged advances here. While it `is_away`, none is reached."""

    def __init__(
        self, store: Store, compiled_maps: CompiledMaps, links: LinkSigner, now: Callable[[], Instant]
    ) -> None:
        super().__init__(None, REAL_TIME)
        self._store = store
        self._compiled_maps = compiled_maps
        self._delivers = True
        self._now = now
        self._advancing = JourneyActivities(store, compiled_maps)
        self._links = links
        self.deliver_through(OutboxChannel())
        self.is_away = False

    def deliver_through(self, channel: Channel) -> None:
        """Messages go out through this channel."""
        self._delivering = DeliveryActivities(self._store, self._compiled_maps, channel, self._links)

    def let_people_undo(self, grace: timedelta) -> None:
        """What people tell can be undone for as long; meanwhile nothing is delivered."""
        self._advancing = JourneyActivities(self._store, self._compiled_maps, grace)
        self._delivers = False

    async def nudge(self, journey: str) -> bool:
        if not self.is_away:
            await self.advance(journey, self._now())
        return not self.is_away

    start = nudge

    async def start_import(self, number: int) -> bool:  # noqa: ARG002 - the protocol's
        """A test goes on with it when it likes."""
        return not self.is_away

    start_rollout = start_import

    async def advance(self, journey: str, now: Instant) -> None:
        """Bring a journey up to `now`, with what waits for it, and deliver what it orders."""
        async with self._store.reading() as session:
            row = await journeys.get(session, journey)
        advanced = await self._advancing.advance(AdvanceOrder(journey, row.revision + 1, now))
        for message in advanced.deliver if self._delivers else ():
            await self.deliver(journey, message, now)

    async def deliver(self, journey: str, message: str, now: Instant) -> None:
        """Make one attempt to deliver a message."""
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, started_time=moment(now))
        await environment.run(self._delivering.deliver, DeliveryOrder(journey, message, REAL_TIME, now + 60))

    async def come_back(self, now: Instant) -> None:
        """Be reached again, and let the journeys take in what waits."""
        self.is_away = False
        async with self._store.reading() as session:
            waiting = await facts.pending(session)
        for journey in dict.fromkeys(row.journey_id for row in waiting):
            if journey is not None:
                await self.advance(journey, now)
