"""`milepost version`: prints the versions of Milepost and its parts."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version as version_of

from milepost.calendar_data import data_versions
from milepost.cli.support.output import AsJson, console, print_json
from milepost.devserver.server import TemporalBinaryMissingError, temporal_binary

_TIMEOUT = 10  # seconds


def version(*, as_json: AsJson = False) -> None:
    """Print the versions of Milepost and of what it runs on, for bug reports."""
    versions = {
        "milepost": version_of("milepost"),
        "python": platform.python_version(),
        "temporalio": version_of("temporalio"),
        "temporal_server": _temporal_server(),
        **data_versions(),
    }
    if as_json:
        print_json(versions)
        return
    width = max(map(len, versions))
    for name, value in versions.items():
        console().print(f"{name.replace('_', ' '):<{width}}  {value or 'not installed'}")


def _temporal_server() -> str | None:
    """The version that the embedded server reports."""
    try:
        result = subprocess.run(  # noqa: S603 - our own environment's binary
            [temporal_binary(), "--version"], capture_output=True, text=True, timeout=_TIMEOUT, check=True
        )
    except (TemporalBinaryMissingError, subprocess.SubprocessError, OSError):
        return None
    return result.stdout.strip().removeprefix("temporal version ")
