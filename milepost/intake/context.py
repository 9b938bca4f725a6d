"""The parts that every service of the intake works with: the store, compiled maps, the journeys' client, the clock."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.brand.brand import UNBRANDED, Brand, brand_from
from milepost.customer import Customer
from milepost.files.kept_files import NO_FILES, KeptFiles
from milepost.intake.journey_client import JourneyClient
from milepost.planner.clock import JourneyClock
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.settings import Settings
from milepost.store import customers
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.errors import UnknownCustomerError
from milepost.store.followed_clock import FollowedClock
from milepost.store.retention import FOR_EVER, Retention
from milepost.store.tables import JourneyRow
from milepost.translations.languages import Languages, languages_in


def fresh_id() -> str:
    """Returns an id for a fact that came without one."""
    return secrets.token_urlsafe(12)


def retention_of(settings: Settings) -> Retention:
    """Returns for how long the settings keep old data."""
    return Retention(settings.retain_messages_days, settings.retain_facts_days, settings.retain_events_days)


def brand_of(settings: Settings) -> Brand:
    """Returns how the company that runs Milepost looks in mails, which have no logo."""
    return brand_from(settings.company, settings.colour)


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """The parts of the intake; `wall` returns the wall clock in seconds since 1970, `new_id` a fresh id.

    `languages_folder` holds an operator's own translations; `grace` is for how long people can undo what they do, in
    their own time.
    """

    store: Store
    compiled_maps: CompiledMaps
    journey_client: JourneyClient
    clock: JourneyClock | FollowedClock
    wall: Callable[[], float] = time.time
    new_id: Callable[[], str] = fresh_id
    retention: Retention = FOR_EVER
    languages_folder: Path | None = None
    grace: timedelta = timedelta()
    files: KeptFiles = NO_FILES
    brand: Brand = UNBRANDED

    @property
    def languages(self) -> Languages:
        """The customers' languages, read when they are first needed."""
        return languages_in(self.languages_folder)

    def now(self) -> Instant:
        """The present instant in journey time."""
        return self.clock.journey_of(self.wall())

    @property
    def journey_grace(self) -> timedelta:
        """For how long, in journey time, what a person does now can be undone."""
        return timedelta(seconds=self.clock.current.grace_of(int(self.grace.total_seconds())))

    async def compiled_map(self, journey: JourneyRow | None) -> CompiledMap | None:
        """Returns the compiled map that a journey runs on."""
        return None if journey is None else await self.compiled_maps.of(journey.version)


async def find_customer(session: AsyncSession, customer: str) -> Customer | None:
    """Returns the customer's record, or None if there is none."""
    try:
        return await customers.get(session, customer)
    except UnknownCustomerError:
        return None


async def customer_of(session: AsyncSession, customer: str) -> Customer:
    """Returns the customer's record.

    Raises:
        UnknownCustomerError: there is none; the nearest id is suggested.
    """
    record = await find_customer(session, customer)
    if record is None:
        raise UnknownCustomerError(customer, await customers.ids(session))
    return record
