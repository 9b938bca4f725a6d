"""`milepost worker`: a worker alone."""

from __future__ import annotations

import typer

import worker as root
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import prepare_database
from milepost.event_loop import run
from milepost.settings import Settings
from milepost.temporal.exporter import serve
from milepost.temporal.logs import write_logs


def worker(*, context: typer.Context) -> None:
    """Run a worker until Ctrl-C: it runs the journeys and sends the messages. Run as many as you like.

    It upgrades the database tables first, if need be.
    """
    settings = settings_of(context)
    write_logs(settings, serve(settings.worker_metrics) if settings.worker_metrics else None)
    run(_work(settings))


async def _work(settings: Settings) -> None:
    await prepare_database(settings)
    await root.run_worker(settings)
