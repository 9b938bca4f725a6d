"""The sample's part of `milepost up`: the stage is set, everybody plays, and in the end all is accounted for."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from sqlalchemy import func, select
from temporalio.client import Client

from commands.running.wish import Rehearsal
from commands.watching.logs import Logs
from door.door import Door
from journeys.clock import JourneyClock
from rehearsal.account import Account, take_account
from rehearsal.api import Api
from rehearsal.cast import Cast
from rehearsal.chance import Chance
from rehearsal.script import read_script
from rehearsal.staging import Staged, set_the_stage, shipped_maps
from settings import Settings
from store.charts import Charts
from store.engine import Store
from store.tables import FactRow

_LOG = "rehearsal"
_LOOK_EVERY = 0.1  # seconds
_SETTLES_WITHIN = 10.0  # seconds


async def stage(store: Store, charts: Charts, client: Client, clock: JourneyClock) -> Staged:
    """Publish the shipped maps and import the book, as far as they are not there yet."""
    return await set_the_stage(store, Door(store, client, clock, charts=charts))


async def play(settings: Settings, rehearsal: Rehearsal, clock: JourneyClock, logs: Logs) -> None:
    """Play everybody until cancelled, through the web application."""
    scripts = {each.map: read_script(each) for each in await asyncio.to_thread(shipped_maps)}
    url, key = f"http://{settings.host}:{settings.port}", settings.accepted_api_keys()[0]
    async with Api(url, key) as api:
        cast = Cast(
            api,
            scripts,
            Chance(rehearsal.seed),
            lambda: clock.journey_of(time.time()),
            on_trouble=lambda line: logs.write(_LOG, line),
        )
        await cast.play()


async def account_for(store: Store, charts: Charts) -> Account:
    """The account, once the journeys have taken in what they were told."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLES_WITHIN):
            while await _pending(store):  # noqa: ASYNC110 - there is nothing to be told by
                await asyncio.sleep(_LOOK_EVERY)
    return await take_account(store, charts)


async def _pending(store: Store) -> int:
    async with store.reading() as session:
        return await session.scalar(select(func.count()).where(FactRow.status == "pending")) or 0
