"""`milepost worker`: a worker alone."""

from __future__ import annotations

import typer

import worker as root
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import prepare_database
from milepost.temporal.exporter import serve
from milepost.temporal.logs import write_logs


async def worker(*, context: typer.Context) -> None:
    """Run a worker until Ctrl-C: it runs the journeys and sends the messages. Run as many as you like.

    It upgrades the database tables first, if need be.
    """
    settings = settings_of(context)
    write_logs(settings, serve(settings.worker_metrics) if settings.worker_metrics else None)
    await prepare_database(settings)
    await root.run_worker(settings)
