"""Instants on the clock of the person at the terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

_LINK = Path("/etc/localtime")  # most systems link it to the file of their time zone


def _known(value: str | None) -> str | None:
    if value is not None and not _exists(value):
        raise typer.BadParameter(f"unknown time zone {value!r}; write an IANA name, such as Europe/Berlin")
    return value


TimeZone = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="NAME",
        callback=_known,
        help="On the clock of this time zone.",
        show_default=False,
    ),
]


def local_timezone() -> str:
    """The IANA name of this machine's time zone; UTC where it cannot be told."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named and _exists(named):
        return named
    if _LINK.is_symlink():
        linked = str(_LINK.resolve()).partition("zoneinfo/")[2]
        if linked and _exists(linked):
            return linked
    return "UTC"


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
