"""Time that is played on the data folder of a `milepost up` that has stopped: its journeys go on, only faster."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from milepost.cli.launch.programs import environment_of, worker_program
from milepost.demo.clock import DAY_A_SECOND, signal_all
from milepost.devserver.data_folder import DataFolder
from milepost.devserver.server import TemporalServer
from milepost.devserver.supervisor import Supervisor
from milepost.planner.clock import JourneyClock
from milepost.settings import Settings
from milepost.store import clock
from milepost.store.database import open_store
from milepost.temporal.connection import connect

_BEGINS_AFTER = 8.0  # seconds: the programs start before


async def play(folder: Path, settings: Settings, days: int) -> JourneyClock:
    """Let so many days pass for all journeys, a day a second, and stop again; returns the clock that they went by."""
    wall = time.time()
    played = JourneyClock(wall + _BEGINS_AFTER, int(wall), DAY_A_SECOND)
    with DataFolder.open(folder) as data:
        server = TemporalServer.choose(data, headless=True)
        async with open_store(settings.database) as store, Supervisor() as supervisor:
            async with store.transaction() as session:
                await clock.write(session, played)
            await supervisor.start(server.program())
            await signal_all(store, await connect(server.temporal_address), played)
            environment = {**environment_of(settings), **server.environment()}
            await supervisor.start(worker_program(settings, server.temporal_address, environment))
            await asyncio.sleep(max(0.0, played.wall_of(played.journey_epoch + days * 86_400) - time.time()))
    return played
