"""Checks of this machine: the disk of the data folder, and the data about zones and holidays."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from importlib.metadata import version

from milepost.intake.check import Check, failed, ok, warning
from milepost.settings import Settings
from milepost.text import listing

_GIGABYTE = 1e9
_LITTLE, _TOO_LITTLE = 2 * _GIGABYTE, 0.2 * _GIGABYTE
_OLD = 2  # years
_OTHERS = 0o077  # of a file's mode


def check_machine(settings: Settings) -> list[Check]:
    """Checks what needs neither the database nor Temporal."""
    return [
        _check_disk(settings),
        _check_files(settings),
        _check_zones(),
        ok("Holidays", f"holidays {version('holidays')}."),
    ]


def _check_disk(settings: Settings) -> Check:
    folder = settings.data.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / _GIGABYTE:.1f} GB free for the data folder {str(settings.data)!r}."
    if free >= _LITTLE:
        return ok("Disk", text)
    return (failed if free < _TOO_LITTLE else warning)("Disk", text, "Free space on it; backups need some too.")


def _check_files(settings: Settings) -> Check:
    """Files that an earlier version made, or somebody copied there, may be open to all."""
    folder = settings.data
    if not folder.exists() or not folder.stat().st_mode & _OTHERS:
        return ok("Files", "Nobody but its owner may read the data folder.")
    readable = sorted(file.name for file in folder.iterdir() if file.stat().st_mode & _OTHERS)
    if not readable:
        return ok("Files", "Only their owner may read the files of the data folder.")
    text = f"Others may read {listing(readable, most=3)} in the data folder."
    return warning("Files", text, f"`chmod -R go= {folder}`, unless that is intended.")


def _check_zones() -> Check:
    release = version("tzdata")
    text = f"tzdata {release}."
    if int(release.partition(".")[0]) <= datetime.now(UTC).year - _OLD:
        return warning("Time zones", text, "Countries change their clocks: `pip install --upgrade tzdata holidays`.")
    return ok("Time zones", text)
