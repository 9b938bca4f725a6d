"""`milepost web`: the web application alone."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import prepare_database
from milepost.cli.support.output import say
from milepost.event_loop import run
from milepost.settings import Settings
from milepost.temporal.logs import write_logs
from milepost.web.serve import serve


def web(
    *,
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The address to listen on. Default: 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="The port to listen on; 0 takes any free one. Default: 8080."
        ),
    ] = None,
) -> None:
    """Run the web application until Ctrl-C: pages for colleagues, operations and customers, and the API.

    It upgrades the database tables first, if need be. While Temporal is away, facts are recorded and delivered later.
    """
    settings = settings_of(context, host=host, port=port)
    write_logs(settings)
    run(_serve(settings))


async def _serve(settings: Settings) -> None:
    await prepare_database(settings)
    await serve(settings, on_ready=lambda address: say(f"Milepost is at {address} (Ctrl-C stops it)."))
