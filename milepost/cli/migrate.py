"""`milepost migrate`: creates or upgrades the database tables."""

from __future__ import annotations

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.output import say
from milepost.store.schema_upgrade import upgrade


async def migrate(*, context: typer.Context) -> None:
    """Create or upgrade the database tables and exit, for installations that do so before they start.

    `up`, `worker` and `web` do it themselves. It is safe to repeat, and to run several at once: one does the work.
    """
    settings = settings_of(context)
    if settings.database_url is None:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    revision = await upgrade(settings.database)
    say(f"The database is at revision {revision}.")
