"""`milepost web`: the web application alone."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from milepost.cli.support.output import say
from milepost.devserver.ports import free_port
from milepost.settings import Settings
from milepost.store.schema_upgrade import upgrade
from milepost.temporal.logs import write_logs
from milepost.web.serve import serve


def web(
    *,
    settings: Settings,
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The address to listen on; without it 127.0.0.1.", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="The port; without it 8080, 0 takes a free one.", show_default=False
        ),
    ] = None,
) -> None:
    """Run the web application until Ctrl-C: pages for colleagues, operations and customers, and the API.

    The database is brought to the tables of this version first. While Temporal is away, what is told is kept for later.
    """
    write_logs(settings)
    given = {"host": host, "port": port}
    listening = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    if listening.port == 0:
        listening = listening.model_copy(update={"port": free_port()})
    asyncio.run(_serve(listening))


async def _serve(settings: Settings) -> None:
    await upgrade(settings.database)
    await serve(settings, on_ready=_tell)


def _tell(address: str) -> None:
    say(f"Milepost answers at {address} (Ctrl-C stops it).")
