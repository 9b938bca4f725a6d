"""Where time zones and public holidays come from: the packages that the lock file names, never the machine.

`milepost/__init__.py` imports this first, so that it holds in every process. The zone files of an operating system are
older or newer than those of the next one, and two workers must never disagree.
"""

from __future__ import annotations

import zoneinfo
from functools import cache

import tzdata

zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()  # what something else read from the machine before


@cache
def data_versions() -> dict[str, str]:
    """Returns the versions of the data, by package: `{"holidays": "0.109", "tzdata": "2026.6 (2026f)"}`."""
    from importlib.metadata import version  # noqa: PLC0415 - slow to load, and most commands don't ask

    return {"holidays": version("holidays"), "tzdata": f"{version('tzdata')} ({tzdata.IANA_VERSION})"}


@cache
def calendar_data() -> str:
    """Returns the data that this process plans with, as one text: `holidays 0.109, tzdata 2026.6 (2026f)`."""
    return ", ".join(f"{package} {number}" for package, number in data_versions().items())
