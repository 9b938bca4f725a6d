"""`milepost up`: everything in one terminal; with `--sample`, people to go with it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from milepost.cli.launch.up_options import DemoOptions, UpOptions, seconds_of
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError

SPEED = 3.0
"""Days of journey a second: a year in two minutes."""
SEED = 1

_demo = partial(typer.Option, rich_help_panel="The demo")
_port = partial(typer.Option, max=65535, metavar="PORT")
_Port = Annotated[
    int | None,
    _port("--port", min=0, help="The port of the web application; 0 takes any free one.", show_default="8080"),
]
_TemporalPort = Annotated[
    int | None,
    _port("--temporal-port", min=1, help="The port of the embedded Temporal server.", show_default="any"),
]
_TemporalUiPort = Annotated[
    int | None, _port("--temporal-ui-port", min=1, help="The port of Temporal's pages.", show_default="any")
]
_Sample = Annotated[bool, _demo("--sample", help="Import 40 made-up customers and play them and their colleagues.")]
_Speed = Annotated[
    float | None,
    _demo("--speed", min=0.01, max=50, metavar="DAYS", help="Days of journey per second.", show_default=f"{SPEED:g}"),
]
_Seed = Annotated[
    int | None,
    _demo("--seed", help="Decides how people behave: the same seed, the same people.", show_default=str(SEED)),
]


async def up(
    *,
    context: typer.Context,
    port: _Port = None,
    temporal_port: _TemporalPort = None,
    temporal_ui_port: _TemporalUiPort = None,
    for_: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="TIME",
            help="Stop after this time, such as 120s. In the demo, waiting for its journeys doesn't count.",
        ),
    ] = None,
    hold_mail: Annotated[
        bool, typer.Option("--hold-mail", help="Hold all mail until a person releases it; see `milepost mail`.")
    ] = False,
    first: Annotated[
        int | None,
        typer.Option("--first", min=1, max=1000, metavar="N", help="With --hold-mail: only the first N of each text."),
    ] = None,
    sample: _Sample = False,
    speed: _Speed = None,
    seed: _Seed = None,
) -> None:
    """Run everything here until Ctrl-C: Temporal, worker and web application, and show what happens.

    Everything is kept in the data folder; the next start carries on from there. Where no password and no provider is
    set, it first prints a link that signs in whoever runs it, once, as an admin. With --sample, forty made-up customers
    live through a year in two minutes, each of them played by Milepost. With --for it stops by itself, prints how
    everybody ended up, and exits 1 if something that the demo must show did not happen.
    """
    if not sample and (speed is not None or seed is not None):
        option = "--speed" if speed is not None else "--seed"
        raise CommandError(f"{option} is for the demo: real customers live in real time.", "Add --sample.")
    if first is not None and not hold_mail:
        raise CommandError("--first says how much of each text --hold-mail holds.", "Add --hold-mail.")
    options = UpOptions(
        settings=settings_of(context, port=port),
        temporal_port=temporal_port,
        temporal_ui_port=temporal_ui_port,
        seconds=seconds_of(for_),
        hold_mail=hold_mail,
        hold_first=first,
        demo=DemoOptions(SPEED if speed is None else speed, SEED if seed is None else seed) if sample else None,
    )
    from milepost.cli.launch.launcher import run  # noqa: PLC0415 - so that `up --help` answers at once

    if not await run(options):
        raise typer.Exit(1)
