"""The journey clock of a demo as a process goes by it: read again several times a second, as others may change it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from milepost.planner.clock import JourneyClock
from milepost.planner.instants import Instant
from milepost.store import clock, customers
from milepost.store.clock import KeptClock
from milepost.store.database import Store
from milepost.store.errors import StoreError

LOOK_EVERY = 0.2  # seconds; well below `clock.TAKES_EFFECT_AFTER`


class FollowedClock:
    """A journey clock that stays as the store has it while `follow` runs."""

    def __init__(self, store: Store, kept: KeptClock, names: Mapping[str, str] | None = None) -> None:
        self._store = store
        self.kept = kept
        self.names = names or {}
        """The names of the customers that visitors play, by id, as far as they are known."""

    @property
    def current(self) -> JourneyClock:
        """The clock as it was when it was read last, a moment ago."""
        return self.kept.clock

    def journey_of(self, wall: float) -> Instant:
        """The instant in journey time of a wall clock in seconds since 1970."""
        return self.current.journey_of(wall)

    def wall_of(self, at: Instant) -> float:
        """The wall clock, in seconds since 1970, at which the journey's instant `at` comes; infinite: it never does."""
        return self.current.wall_of(at)

    async def look(self) -> KeptClock:
        """Reads it now."""
        async with self._store.reading() as session:
            kept, names = await session.run_sync(_find)
        if kept is not None:
            self.kept, self.names = kept, names
        return self.kept

    async def change(self, by: Callable[[KeptClock], KeptClock]) -> KeptClock:
        """Changes it in the store, where everybody reads it.

        Raises:
            NotSteerableError: it can't be changed so.
        """
        await self._store.write(lambda session: clock.change(session, by))
        return await self.look()

    async def follow(self) -> None:
        """Reads it until cancelled; while the database is away it runs on as it did."""
        while True:
            with suppress(StoreError, SQLAlchemyError, OSError):
                await self.look()
            await asyncio.sleep(LOOK_EVERY)


async def followed(store: Store) -> JourneyClock | FollowedClock:
    """Returns the clock of a store: in real time one that never changes, and that nobody has to read again."""
    async with store.reading() as session:
        kept, names = await session.run_sync(_find)
    return JourneyClock() if kept is None else FollowedClock(store, kept, names)


def _find(session: Session) -> tuple[KeptClock | None, Mapping[str, str]]:
    kept = clock.find(session)
    return kept, customers.load_names(session, kept.customers) if kept else {}


async def follow(journey_clock: JourneyClock | FollowedClock) -> None:
    """Follows the clock until cancelled, if it can change."""
    if isinstance(journey_clock, FollowedClock):
        await journey_clock.follow()
