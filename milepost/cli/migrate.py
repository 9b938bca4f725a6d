"""`milepost migrate`: creates or upgrades the database tables."""

from __future__ import annotations

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import prepare_database
from milepost.cli.support.output import say


async def migrate(*, context: typer.Context) -> None:
    """Create or upgrade the database tables and exit, for installations that do so before they start.

    `up`, `worker` and `web` do it themselves. It is safe to repeat, and to run several at once: one does the work.
    """
    revision = await prepare_database(settings_of(context))
    say(f"The database is at revision {revision}.")
