"""Checks of this machine: the disk of the data folder, and the data about zones and holidays."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from importlib.metadata import version

from milepost.cli.checks.check import Check, failed, ok, warning
from milepost.settings import Settings

_GIGABYTE = 1e9
_LITTLE, _TOO_LITTLE = 2 * _GIGABYTE, 0.2 * _GIGABYTE
_OLD = 2  # years


def check_machine(settings: Settings) -> list[Check]:
    """Checks what needs neither the database nor Temporal."""
    return [_check_disk(settings), _check_zones(), ok("Holidays", f"holidays {version('holidays')}.")]


def _check_disk(settings: Settings) -> Check:
    folder = settings.data.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / _GIGABYTE:.1f} GB free for the data folder {str(settings.data)!r}."
    if free >= _LITTLE:
        return ok("Disk", text)
    return (failed if free < _TOO_LITTLE else warning)("Disk", text, "Free space on it; backups need some too.")


def _check_zones() -> Check:
    release = version("tzdata")
    text = f"tzdata {release}."
    if int(release.partition(".")[0]) <= datetime.now(UTC).year - _OLD:
        return warning("Time zones", text, "Countries change their clocks: `pip install --upgrade tzdata holidays`.")
    return ok("Time zones", text)
