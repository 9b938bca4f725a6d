"""The demo's part of `milepost up --sample`: prepares it, plays everybody, and waits for the last facts."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from milepost.cli.launch.up_options import DemoOptions
from milepost.cli.monitor.log_files import Logs
from milepost.demo.api import Api
from milepost.demo.clock import BEGINS, DAY_A_SECOND, begin_or_resume
from milepost.demo.driver import DemoDriver
from milepost.demo.pacer import Pacer
from milepost.demo.setup import import_book, publish, publish_maps, shipped_maps
from milepost.intake.intake import Intake
from milepost.people.draws import seeded
from milepost.planner.clock import JourneyClock
from milepost.planner.compiled_map import CompiledMap
from milepost.settings import Settings
from milepost.store import facts, timeline
from milepost.store.database import Store
from milepost.store.followed_clock import FollowedClock, followed
from milepost.store.rehearsal_account import REHEARSED

_LOG = "demo"
_STARTS_WITHIN = 7.0  # seconds, about: nobody plays before, so journey time should not run
_STARTS_SURELY_WITHIN = 20.0  # seconds: a book of one's own has dates that count from the day of the import
_POLL = 0.1  # seconds
_LOOK_EVERY = 0.3  # seconds
_SETTLES_WITHIN = 10.0  # seconds


async def set_clock(store: Store, options: DemoOptions) -> JourneyClock | FollowedClock:
    """Set the demo's clock and publish the maps, before any program that depends on them runs.

    Raises:
        MixedTimeError: the store holds real customers.
        DemoFilesError: the shipped maps can't be read.
    """
    book = options.book
    wall = time.time() + (_STARTS_WITHIN if book is None else _STARTS_SURELY_WITHIN)
    begins = BEGINS if book is None else book.begins
    speed = options.speed * DAY_A_SECOND
    clock = await begin_or_resume(store, speed, wall, begins=begins, steerable=book is None)
    if book is None:
        await publish_maps(store, clock.journey_epoch)
    else:
        await publish(store, book.maps, clock.journey_epoch, why=REHEARSED)
    return await followed(store)


async def start_demo(store: Store, intake: Intake, clock: FollowedClock, options: DemoOptions) -> None:
    """Wait for journey time to begin, and import the customers that are not there yet."""
    await asyncio.sleep(max(clock.current.wall_epoch - time.time(), 0))
    if options.book is None:
        await import_book(store, intake)
    else:
        await options.book.import_into(intake)


async def play(settings: Settings, options: DemoOptions, clock: FollowedClock, pacer: Pacer, logs: Logs) -> None:
    """Play everybody whom no visitor plays until cancelled, through the web application, as fast as journeys follow."""
    compiled_maps = await asyncio.to_thread(_compiled_maps, options)
    url, key = f"http://{settings.host}:{settings.port}", settings.accepted_api_keys()[0]
    async with Api(url, key) as api:
        driver = DemoDriver(
            api,
            compiled_maps,
            seeded(options.seed),
            lambda: clock.journey_of(time.time()),
            taken=lambda: clock.kept.colleagues | clock.kept.customers,
            on_trouble=lambda line: logs.write(_LOG, line),
        )
        await driver.play(pacer)


def _compiled_maps(options: DemoOptions) -> dict[str, CompiledMap]:
    if options.book is not None:
        return options.book.compiled_maps
    return {each.map: CompiledMap.of(each, each.map) for each in shipped_maps()}


async def until_opened(store: Store, name: str | None) -> None:
    """Wait until a stage or step of this name opens for anybody; without a name, for ever."""
    if name is None:
        await asyncio.Event().wait()
    while True:
        async with store.reading() as session:
            if await timeline.has_opened(session, str(name)):
                return
        await asyncio.sleep(_LOOK_EVERY)


async def until_played(clock: FollowedClock, seconds: float | None) -> None:
    """Wait until so many seconds have been played; those in which time waits for the journeys don't count.

    Without a number, wait for ever.
    """
    if seconds is None:
        await asyncio.Event().wait()
    left, last = seconds or 0.0, time.monotonic()
    while left > 0:
        await asyncio.sleep(_POLL)
        now = time.monotonic()
        if not clock.kept.waits(time.time()):
            left -= now - last
        last = now


async def settle(store: Store) -> None:
    """Wait until the journeys have taken their last facts, if that doesn't take too long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLES_WITHIN):
            while await _is_any_pending(store):  # noqa: ASYNC110 - nothing would signal it
                await asyncio.sleep(_POLL)


async def _is_any_pending(store: Store) -> bool:
    async with store.reading() as session:
        return bool(await facts.pending(session, 1))
