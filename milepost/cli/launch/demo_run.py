"""The sample's part of `milepost up`: the stage is set, everybody plays, and in the end all is accounted for."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from sqlalchemy import func, select
from temporalio.client import Client

from milepost.cli.launch.up_options import Rehearsal
from milepost.cli.monitor.log_files import Logs
from milepost.demo.api import Api
from milepost.demo.chance import Chance
from milepost.demo.clock import DAY_A_SECOND, begin_or_go_on
from milepost.demo.driver import DemoDriver
from milepost.demo.map_outline import read_outline
from milepost.demo.setup import import_book, publish_maps, shipped_maps
from milepost.intake.intake import Intake
from milepost.planner.clock import JourneyClock
from milepost.settings import Settings
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import FactRow

_LOG = "rehearsal"
_STARTS_WITHIN = 7.0  # seconds, about: nobody plays before, so journey time should not run
_LOOK_EVERY = 0.1  # seconds
_SETTLES_WITHIN = 10.0  # seconds


async def set_clock(store: Store, rehearsal: Rehearsal) -> JourneyClock:
    """Set the rehearsal's clock and publish the maps, before any program that goes by them runs.

    Raises:
        AnotherTimeError: the store holds real customers.
        StageUnreadableError: the shipped maps cannot be read.
    """
    clock = await begin_or_go_on(store, rehearsal.speed * DAY_A_SECOND, time.time() + _STARTS_WITHIN)
    await publish_maps(store, clock.journey_epoch)
    return clock


async def start_demo(store: Store, compiled_maps: CompiledMaps, client: Client, clock: JourneyClock) -> None:
    """Wait for journey time to begin, and import the customers that are not there yet."""
    await asyncio.sleep(max(clock.wall_epoch - time.time(), 0))
    await import_book(store, Intake(store, client, clock, compiled_maps=compiled_maps))


async def play(settings: Settings, rehearsal: Rehearsal, clock: JourneyClock, logs: Logs) -> None:
    """Play everybody until cancelled, through the web application."""
    scripts = {each.map: read_outline(each) for each in await asyncio.to_thread(shipped_maps)}
    url, key = f"http://{settings.host}:{settings.port}", settings.accepted_api_keys()[0]
    async with Api(url, key) as api:
        cast = DemoDriver(
            api,
            scripts,
            Chance(rehearsal.seed),
            lambda: clock.journey_of(time.time()),
            on_trouble=lambda line: logs.write(_LOG, line),
        )
        await cast.play()


async def settle(store: Store) -> None:
    """Wait until the journeys have taken in what they were told, if that does not take too long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLES_WITHIN):
            while await _pending(store):  # noqa: ASYNC110 - there is nothing to be told by
                await asyncio.sleep(_LOOK_EVERY)


async def _pending(store: Store) -> int:
    async with store.reading() as session:
        return await session.scalar(select(func.count()).where(FactRow.status == "pending")) or 0
