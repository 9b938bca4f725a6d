"""`milepost up`: everything in one terminal, and with `--sample` everybody too."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from milepost.cli.launch.up_options import DemoOptions, UpOptions, seconds_of
from milepost.cli.support.errors import CommandError
from milepost.settings import Settings

SPEED = 3.0
"""Days of journey a second: a year in two minutes."""
SEED = 1

_SAMPLE = "The sample"
_Port = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65535, metavar="PORT", help="Of the web application.", show_default="8080"),
]
_TemporalPort = Annotated[
    int | None,
    typer.Option(
        "--temporal-port", min=1, max=65535, metavar="PORT", help="Of the embedded Temporal.", show_default="any"
    ),
]
_TemporalUiPort = Annotated[
    int | None,
    typer.Option("--temporal-ui-port", min=1, max=65535, metavar="PORT", help="Of its pages.", show_default="any"),
]
_Speed = Annotated[
    float | None,
    typer.Option(
        "--speed",
        min=0.01,
        max=50,
        metavar="DAYS",
        help="Days of journey a second.",
        show_default=f"{SPEED:g}",
        rich_help_panel=_SAMPLE,
    ),
]
_Seed = Annotated[
    int | None, typer.Option("--seed", help="Who plays what.", show_default=str(SEED), rich_help_panel=_SAMPLE)
]


def up(
    *,
    settings: Settings,
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
            "--sample", help="Import 40 made-up customers and play them and their colleagues.", rich_help_panel=_SAMPLE
        ),
    ] = False,
    speed: _Speed = None,
    seed: _Seed = None,
) -> None:
    """Run everything here until Ctrl-C: Temporal, worker and web application, and show what happens.

    All is kept in the data folder; starting again goes on where it stopped. With --sample a year of forty made-up
    customers goes by in two minutes, with somebody playing each of them; with --for it ends by itself, prints what
    came of everybody, and exits 1 if anything that was to be seen did not happen.
    """
    if not sample and (speed is not None or seed is not None):
        option = "--speed" if speed is not None else "--seed"
        raise CommandError(f"{option} is for the demo: real customers live in real time.", "Add --sample.")
    wish = UpOptions(
        settings=settings if port is None else settings.model_copy(update={"port": port}),
        temporal_port=temporal_port,
        temporal_ui_port=temporal_ui_port,
        seconds=seconds_of(for_),
        demo=DemoOptions(SPEED if speed is None else speed, SEED if seed is None else seed) if sample else None,
    )
    from milepost.cli.launch.launcher import run  # noqa: PLC0415 - so that `--help` answers at once

    if not asyncio.run(run(wish)):
        raise typer.Exit(1)
