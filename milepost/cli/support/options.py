"""The options that every command on data shares: where the data folder and Temporal are.

They are declared once, on `root`, and may stand before the command or after it (`lazy_commands`). Whatever somebody
gives is collected in the context's `obj`; `settings_of` reads it there.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

SHARED = {
    "data": "--data",
    "temporal_address": "--server",
    "temporal_namespace": "--namespace",
    "temporal_api_key": "--api-key",
    "temporal_tls_ca": "--tls-ca",
    "temporal_tls_cert": "--tls-cert",
    "temporal_tls_key": "--tls-key",
    "settings_file": "--settings",
}
"""The option of each setting."""


def _keep(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> None:
    """Keep a value for the command; options after the command are read last, so they win."""
    if value is not None:
        context.ensure_object(dict)[parameter.name] = value


def _keep_address(context: typer.Context, parameter: typer.CallbackParam, value: str | None) -> None:
    if value is not None and not re.fullmatch(r"[^\s/]+:\d{1,5}", value):
        raise typer.BadParameter(f"{value!r} isn't the address of a Temporal server; write HOST:PORT")
    _keep(context, parameter, value)


_shared = partial(
    typer.Option,
    callback=_keep,
    expose_value=False,
    rich_help_panel="Where the data and Temporal are",
)


def root(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; so does MILEPOST_DEBUG=1.")
    ] = False,
    data: Annotated[
        Path | None, _shared("--data", metavar="FOLDER", help="The data folder. Default: .milepost in this folder.")
    ] = None,
    temporal_address: Annotated[
        str | None,
        _shared(
            "--server",
            metavar="HOST:PORT",
            callback=_keep_address,
            help="The Temporal server. Default: the one that `milepost up` runs on the data folder, else the one that "
            "Temporal's own environment variables and profile name.",
        ),
    ] = None,
    temporal_namespace: Annotated[
        str | None, _shared("--namespace", metavar="NAME", help="The Temporal namespace.")
    ] = None,
    temporal_api_key: Annotated[
        str | None,
        _shared(
            "--api-key",
            metavar="KEY",
            help="The API key for Temporal Cloud. MILEPOST_TEMPORAL_API_KEY keeps it off the command line.",
        ),
    ] = None,
    temporal_tls_ca: Annotated[
        Path | None, _shared("--tls-ca", metavar="FILE", help="The certificate authority of the Temporal server.")
    ] = None,
    temporal_tls_cert: Annotated[
        Path | None, _shared("--tls-cert", metavar="FILE", help="Our client certificate for Temporal.")
    ] = None,
    temporal_tls_key: Annotated[
        Path | None, _shared("--tls-key", metavar="FILE", help="The key of our client certificate.")
    ] = None,
    settings_file: Annotated[
        Path | None,
        _shared("--settings", metavar="FILE", help="A file of MILEPOST_... lines. The environment overrides it."),
    ] = None,
) -> None:
    """Declare the options that stand before the command; their callbacks do the work."""
