"""`milepost worker`: a worker alone."""

from __future__ import annotations

import asyncio

import worker as root
from milepost.settings import Settings
from milepost.store.schema_upgrade import upgrade
from milepost.temporal.logs import write_logs


def worker(*, settings: Settings) -> None:
    """Run a worker until Ctrl-C: it runs the journeys and sends the messages. Any number may run side by side.

    The database is brought to the tables of this version first.
    """
    write_logs(settings)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    await upgrade(settings.database)
    await root.run_worker(settings)
