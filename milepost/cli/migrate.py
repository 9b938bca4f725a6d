"""`milepost migrate`: the database, brought to the tables of this version."""

from __future__ import annotations

import asyncio

from milepost.cli.support.output import say
from milepost.settings import Settings
from milepost.store.schema_upgrade import upgrade


def migrate(*, settings: Settings) -> None:
    """Bring the database to the tables of this version, and stop: for installations that do it before they start.

    `up`, `worker` and `web` do it themselves. Done again, it changes nothing; done by several at once, one does it.
    """
    if settings.database_url is None:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    revision = asyncio.run(upgrade(settings.database))
    say(f"The database stands at {revision}.")
