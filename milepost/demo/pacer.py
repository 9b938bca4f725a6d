"""Lets the demo's clock run no further than its journeys and everybody who is played can follow.

On a busy machine a journey would otherwise wake up days late, and a colleague find a task that is overdue already: the
story would be about the machine. The clock gets a horizon, a little ahead of the earliest thing that is still to be
done; it stands there until that is done. Journeys never run ahead of it (`activities.journey`), and processes that have
not read it yet go by the earlier horizon, so that nothing depends on their being prompt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from temporalio.client import Client
from temporalio.service import RPCError

from milepost.demo.clock import signal_clock
from milepost.planner.instants import Instant
from milepost.store import overdue
from milepost.store.clock import KeptClock, between_minutes
from milepost.store.database import Store
from milepost.store.followed_clock import FollowedClock

LEEWAY = 1.5 * 86_400
"""Seconds of journey time that the clock may be ahead of what is still to be done."""
TELL_AGAIN_AFTER = 1.0  # seconds


class Pacer:
    """Moves the horizon, and tells late journeys of their clock: whoever steers it only writes it down.

    Everything that it does may be repeated: a process that dies between the writing and the telling loses nothing, as
    the next one finds the same journeys late.
    """

    def __init__(
        self, store: Store, client: Client, followed: FollowedClock, *, wall: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._client = client
        self._clock = followed
        self._wall = wall
        self._unfinished: Mapping[str, Instant] = {}
        self._told: dict[str, float] = {}
        """When late journeys were told of the clock, in seconds of the wall clock."""

    async def finished_by(self) -> Instant:
        """Returns up to which instant the journeys have done everything; those that are late are told of the clock."""
        kept = await self._clock.look()
        wall = self._wall()
        now = kept.clock.journey_of(wall)
        async with self._store.reading() as session:
            unfinished = await overdue.unfinished(session, now)
        late = [each for each, since in unfinished.items() if self._unfinished.get(each) == since]
        self._unfinished = unfinished
        await self._tell(kept, late, wall)
        return min(unfinished.values(), default=now)

    async def let_run(self, finished_by: Instant) -> None:
        """Lets the clock run a little further than what is finished: by the journeys, and by those who are played."""
        kept, horizon = self._clock.kept, between_minutes(finished_by + int(LEEWAY))
        if kept.horizon is not None and horizon > kept.horizon:
            await self._clock.change(lambda before: before.let_run(horizon, self._wall()))

    async def _tell(self, kept: KeptClock, late: Iterable[str], wall: float) -> None:
        """Tells journeys that the clock runs on, or differently than when they went to sleep."""
        self._told = {each: at for each, at in self._told.items() if at > wall - TELL_AGAIN_AFTER}
        with suppress(RPCError):  # Temporal is away: they are late at the next look, too
            for journey in late:
                if journey not in self._told:
                    await signal_clock(self._client, journey, kept.asked)
                    self._told[journey] = wall
