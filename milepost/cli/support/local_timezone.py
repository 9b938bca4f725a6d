"""Time zones as people type them, the one of this machine, and days in either."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from milepost.explain.local_time import due_date, local, zoned_time_of
from milepost.planner.instants import Instant
from milepost.planner.zones import is_zone

_LINK = Path("/etc/localtime")  # most systems link it to the file of their time zone


def _checked(value: str | None) -> str | None:
    if value is not None and not is_zone(value):
        raise typer.BadParameter(f"unknown time zone {value!r}; write an IANA name, such as Europe/Berlin")
    return value


TimeZone = Annotated[
    str | None, typer.Option("--timezone", metavar="NAME", callback=_checked, help="Show times in this time zone.")
]


def local_timezone() -> str:
    """The IANA name of this machine's time zone; UTC if it can't be determined."""
    variable = os.environ.get("TZ", "").removeprefix(":")
    linked = str(_LINK.resolve()).partition("zoneinfo/")[2] if _LINK.is_symlink() else ""
    named = next((name for name in (variable, linked) if name and is_zone(name)), "UTC")
    return named.removeprefix("Etc/") if named == "Etc/UTC" else named


def local_time(at: Instant) -> str:
    """An instant on this machine's clock, as sentences name it: `Fri 6 Mar 2026, 17:00 CET`."""
    return zoned_time_of(at, local_timezone())


def iso_day(at: Instant | None, zone: str) -> str | None:
    """The day of an instant in a time zone, such as `2026-03-06`."""
    return None if at is None else local(at, zone).date().isoformat()


def iso_due_day(due: Instant | None, zone: str) -> str | None:
    """The day of a due date in a time zone, such as `2026-03-06`."""
    return None if due is None else due_date(due, zone).isoformat()
