"""`milepost up`: everything in one terminal; with `--sample`, people to go with it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from milepost.cli.launch.up_options import DemoOptions, UpOptions, seconds_of
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError

SPEED = 3.0
"""Days of journey a second: a year in two minutes."""
SEED = 1

_DEMO = "The demo"
_Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=0,
        max=65535,
        metavar="PORT",
        help="The port of the web application; 0 takes any free one.",
        show_default="8080",
    ),
]
_TemporalPort = Annotated[
    int | None,
    typer.Option(
        "--temporal-port",
        min=1,
        max=65535,
        metavar="PORT",
        help="The port of the embedded Temporal server.",
        show_default="any",
    ),
]
_TemporalUiPort = Annotated[
    int | None,
    typer.Option(
        "--temporal-ui-port", min=1, max=65535, metavar="PORT", help="The port of Temporal's pages.", show_default="any"
    ),
]
_Speed = Annotated[
    float | None,
    typer.Option(
        "--speed",
        min=0.01,
        max=50,
        metavar="DAYS",
        help="Days of journey per second.",
        show_default=f"{SPEED:g}",
        rich_help_panel=_DEMO,
    ),
]
_Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", help="Decides how people behave: the same seed, the same people.", show_default=str(SEED),
        rich_help_panel=_DEMO,
    ),
]  # fmt: skip


def up(
    *,
    context: typer.Context,
    port: _Port = None,
    temporal_port: _TemporalPort = None,
    temporal_ui_port: _TemporalUiPort = None,
    for_: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help="Stop after this time, such as 120s.", show_default=False),
    ] = None,
    sample: Annotated[
        bool,
        typer.Option(
            "--sample", help="Import 40 made-up customers and play them and their colleagues.", rich_help_panel=_DEMO
        ),
    ] = False,
    speed: _Speed = None,
    seed: _Seed = None,
) -> None:
    """Run everything here until Ctrl-C: Temporal, worker and web application, and show what happens.

    Everything is kept in the data folder; the next start carries on from there. With --sample, forty made-up customers
    live through a year in two minutes, each of them played by Milepost. With --for it stops by itself, prints how
    everybody ended up, and exits 1 if something that the demo must show did not happen.
    """
    if not sample and (speed is not None or seed is not None):
        option = "--speed" if speed is not None else "--seed"
        raise CommandError(f"{option} is for the demo: real customers live in real time.", "Add --sample.")
    settings = settings_of(context)
    options = UpOptions(
        settings=settings if port is None else settings.model_copy(update={"port": port}),
        temporal_port=temporal_port,
        temporal_ui_port=temporal_ui_port,
        seconds=seconds_of(for_),
        demo=DemoOptions(SPEED if speed is None else speed, SEED if seed is None else seed) if sample else None,
    )
    from milepost.cli.launch.launcher import run  # noqa: PLC0415 - so that `up --help` answers at once

    if not asyncio.run(run(options)):
        raise typer.Exit(1)
