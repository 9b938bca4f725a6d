"""The sweeper: nudges journeys that should have advanced and haven't, and starts those that should run and don't.

Any number of processes may sweep; everything it does may be repeated safely.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from milepost.files.places import FilesUnreachableError
from milepost.intake import files
from milepost.intake.context import IntakeContext
from milepost.intake.recovery import is_needed, recover
from milepost.store import candidates, form_drafts, hand_over_orders, imports, overdue, retention, rollouts, undo_points
from milepost.store.errors import StoreUnreachableError

log = structlog.get_logger()
INTERVAL = 5.0  # seconds
MAX_INTERVAL = 600.0  # seconds between two nudges of the same journey
RECOVERY_INTERVAL = 60.0  # seconds
OPTIMIZE_INTERVAL = 3600.0  # seconds
UNTRIED = 7200.0  # seconds; an attempt that failed is repeated within an hour
CHECK_INTERVAL = 2.0  # seconds between two looks for uploaded files that wait for their check
CHECK_AGAIN = 60.0  # seconds until a check is tried again that could not be made
FILES_INTERVAL = 3600.0  # seconds between two looks for uploaded files that nobody needs
RETENTION_INTERVAL = 600.0  # seconds between two looks at whether a day has passed


class Sweeper:
    """Sweeps in rounds. It waits longer and longer to nudge a journey again, so that a stuck one isn't flooded."""

    def __init__(self, context: IntakeContext) -> None:
        self._context = context
        self._after = ""
        self._again: dict[str, tuple[float, float]] = {}
        """By journey: when it may be nudged again (wall clock), and how long that was to wait."""

    async def run(self, every: float = INTERVAL) -> None:
        """Sweeps until cancelled, and once a day removes what has been kept for long enough."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep_on(every))
            group.create_task(self._optimize_hourly())
            group.create_task(self._remove_uploads())
            group.create_task(self._check_files())
            group.create_task(self._sweep_files())
            if self._context.retention.is_on:
                group.create_task(self._remove_daily())

    async def _optimize_hourly(self) -> None:
        while True:
            await asyncio.sleep(OPTIMIZE_INTERVAL)
            await self._context.store.optimize()

    async def _remove_uploads(self) -> None:
        while True:
            await self._guarded(self.remove_uploads())
            await asyncio.sleep(RETENTION_INTERVAL)

    async def remove_uploads(self) -> int:
        """Removes details of imports, hand-overs and uploaded maps, kept long enough; returns of how many imports."""
        context = self._context
        await context.store.write(partial(hand_over_orders.remove_expired, wall=context.wall()))
        await context.store.write(partial(candidates.remove_expired, wall=context.wall()))
        return await context.store.write(partial(imports.remove_expired, now=context.now(), wall=context.wall()))

    async def _check_files(self) -> None:
        while True:
            pause = CHECK_INTERVAL
            try:
                if not await files.check_waiting(self._context):
                    pause = CHECK_AGAIN
            except (StoreUnreachableError, SQLAlchemyError, OSError, FilesUnreachableError) as error:
                log.warning("uploaded files can't be checked", why=type(error).__name__)
                pause = CHECK_AGAIN
            await asyncio.sleep(pause)

    async def _sweep_files(self) -> None:
        while True:
            await self._guarded(files.sweep(self._context))
            await asyncio.sleep(FILES_INTERVAL)

    async def _remove_daily(self) -> None:
        while True:
            await self._guarded(self.remove_old())
            await asyncio.sleep(RETENTION_INTERVAL)

    async def remove_old(self) -> dict[str, int]:
        """Removes what has been kept for long enough, unless a worker did within a day; returns rows by table."""
        context = self._context
        if not await retention.claim(context.store, context.wall()):
            return {}
        removed = await retention.remove_old(context.store, context.retention, context.now())
        log.info("old data is removed", **removed)
        return removed

    async def _sweep_on(self, every: float) -> None:
        """Begins with the journeys that an earlier worker couldn't plan."""
        await self._guarded(self.nudge_blocked())
        next_recovery = 0.0
        while True:
            await self._guarded(self.sweep(every))
            if self._context.wall() >= next_recovery:
                await self._guarded(self.recover())
                await self._guarded(self.end_graces())
                await self._guarded(self.deliver_lost_mail())
                next_recovery = self._context.wall() + RECOVERY_INTERVAL
            await asyncio.sleep(every)

    async def recover(self) -> None:
        """Starts the workflows of journeys, rollouts, imports and hand-overs that should run and don't."""
        if await is_needed(self._context):
            await recover(self._context)
        async with self._context.store.reading() as session:
            rolling, importing = await rollouts.at_work(session), await imports.at_work(session)
            handing_over = await hand_over_orders.at_work(session)
        for number in rolling:
            await self._context.journey_client.start_rollout(number)
        for number in importing:
            await self._context.journey_client.start_import(number)
        for number in handing_over:
            await self._context.journey_client.start_hand_over(number)

    async def end_graces(self) -> None:
        """Removes what was kept so that people could undo what they did, once they no longer can, and old drafts."""
        now = self._context.now()

        def remove(session: Session) -> None:
            undo_points.remove_old(session, now)
            form_drafts.remove_old(session, now)

        await self._context.store.write(remove)

    async def sweep(self, grace: float = 0.0) -> int:
        """Sweeps one round over journeys that are late by `grace` seconds or more; returns how many it nudged."""
        wall = self._context.wall()
        now = self._context.clock.journey_of(wall - grace)
        async with self._context.store.reading() as session:
            received_before = int(wall - grace) + (grace == 0)
            late = await overdue.overdue(session, now, received_before, after=self._after)
            ended = await overdue.ended_with_facts(session, received_before)
        self._after = late[-1] if late else ""
        self._again = {journey: when for journey, when in self._again.items() if when[0] + MAX_INTERVAL > wall}
        nudged = 0
        for each in [*late, *ended]:
            if not self._is_its_time(each, wall):
                continue
            if not await self._nudge(each):  # Temporal is away: nobody has to wait longer for that
                self._after = ""
                break
            self._wait_longer(each, wall)
            nudged += 1
        return nudged

    async def deliver_lost_mail(self, untried: float = UNTRIED) -> int:
        """Nudges journeys with mail that nobody has tried to deliver for so many seconds; returns how many.

        A journey that is nudged orders what is on its way and not in its hands.
        """
        wall, clock = self._context.wall(), self._context.clock
        async with self._context.store.reading() as session:
            lost = await overdue.with_lost_mail(session, clock.journey_of(wall), clock.journey_of(wall - untried))
        for journey in lost:
            log.warning("mail is on its way and nobody has tried to deliver it", journey=journey)
            if not await self._nudge(journey):
                break
        return len(lost)

    async def nudge_blocked(self) -> None:
        """Nudges journeys that couldn't be planned: this version of Milepost, or of their map, may be able to."""
        async with self._context.store.reading() as session:
            stuck = await overdue.blocked(session)
        for journey in stuck:
            await self._nudge(journey)

    async def _nudge(self, journey: str) -> bool:
        return await self._context.journey_client.nudge(journey)

    def _is_its_time(self, journey: str, wall: float) -> bool:
        return journey not in self._again or self._again[journey][0] <= wall

    def _wait_longer(self, journey: str, wall: float) -> None:
        _, pause = self._again.get(journey, (wall, INTERVAL / 2))
        pause = min(pause * 2, MAX_INTERVAL)
        self._again[journey] = (wall + pause, pause)

    @staticmethod
    async def _guarded(work: Awaitable[object]) -> None:
        try:
            await work
        except StoreUnreachableError as error:
            log.warning("sweeping failed, the database can't be used", why=str(error))
        except (SQLAlchemyError, OSError) as error:
            log.warning("sweeping failed, the database is away", why=type(error).__name__)
