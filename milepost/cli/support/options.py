"""The options that say where Milepost's data and Temporal are: the same on every command, before it or after it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

_PANEL = "Where the data and Temporal are"
_option = partial(typer.Option, rich_help_panel=_PANEL, show_default=False)


def _address(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[^\s/]+:\d{1,5}", value):
        raise typer.BadParameter(f"{value!r} is no address of a Temporal server; write HOST:PORT")
    return value


OPTIONS: Mapping[str, Any] = {
    "data": Annotated[
        Path | None, _option("--data", metavar="FOLDER", help="The data folder; without it .milepost here.")
    ],
    "temporal_address": Annotated[
        str | None,
        _option(
            "--server",
            metavar="HOST:PORT",
            callback=_address,
            help="The Temporal server; without it the one of `milepost up` in the data folder, else what Temporal's "
            "own environment variables and profile say.",
        ),
    ],
    "temporal_namespace": Annotated[str | None, _option("--namespace", metavar="NAME", help="The Temporal namespace.")],
    "temporal_api_key": Annotated[
        str | None,
        _option(
            "--api-key",
            metavar="KEY",
            help="The API key for Temporal Cloud; MILEPOST_TEMPORAL_API_KEY keeps it off the command line.",
        ),
    ],
    "temporal_tls_ca": Annotated[
        Path | None, _option("--tls-ca", metavar="FILE", help="The authority of Temporal's certificate.")
    ],
    "temporal_tls_cert": Annotated[
        Path | None, _option("--tls-cert", metavar="FILE", help="Our certificate for Temporal.")
    ],
    "temporal_tls_key": Annotated[
        Path | None, _option("--tls-key", metavar="FILE", help="The key of our certificate.")
    ],
    "settings_file": Annotated[
        Path | None,
        _option("--settings", metavar="FILE", help="A file of MILEPOST_... lines; the environment overrides it."),
    ],
}
"""By the name of the setting; each option's type and help."""

SPELLED = {
    "data": "--data",
    "temporal_address": "--server",
    "temporal_namespace": "--namespace",
    "temporal_api_key": "--api-key",
    "temporal_tls_ca": "--tls-ca",
    "temporal_tls_cert": "--tls-cert",
    "temporal_tls_key": "--tls-key",
}


def parameters() -> list[inspect.Parameter]:
    """The options as parameters of a function."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in OPTIONS.items()]


def before_every_command(callback: Callable[..., None]) -> Callable[..., None]:
    """Give the function that runs before every command the options too; they are kept for the command to find.

    What it takes itself must have types that can be seen at run time, and `context`.
    """
    signature = inspect.signature(callback, eval_str=True)

    def run(*, context: typer.Context, **given: Any) -> None:
        context.obj = {name: given.pop(name) for name in OPTIONS}
        callback(context, **given)

    own = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in signature.parameters.values()]
    run.__doc__ = callback.__doc__
    show(run, signature, [*parameters(), *own])
    return run


def show(run: Callable[..., Any], signature: inspect.Signature, takes: list[inspect.Parameter]) -> None:
    """Make a function look to Typer as if it had been written with these parameters."""
    run.__annotations__ = {each.name: each.annotation for each in takes}
    run.__signature__ = signature.replace(parameters=takes)  # type: ignore[attr-defined]
