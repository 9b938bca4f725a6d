"""What somebody wants of `milepost up`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from milepost.cli.support.errors import CommandError
from milepost.settings import Settings

_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """What is to run.

    Attributes:
        settings: With the port of the web application; 0: any free one.
        temporal_port: Of the embedded Temporal server; None: any free one.
        temporal_ui_port: Of its pages; None: any free one.
        seconds: How long to run once everything runs; None: until somebody stops it.
        demo: How to play the demo; None: real time and real people.
    """

    settings: Settings
    temporal_port: int | None = None
    temporal_ui_port: int | None = None
    seconds: float | None = None
    demo: DemoOptions | None = None


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`speed` is days of journey a second of wall clock; `seed` decides who behaves how."""

    speed: float
    seed: int


def seconds_of(written: str | None) -> float | None:
    """Read a span of wall clock: `120s`, `2m`, `1h`; without a unit seconds.

    Raises:
        CommandError: it is none.
    """
    if written is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", written.strip())
    if not found or float(found[1]) <= 0:
        raise CommandError(f"Can't read --for {written!r}.", "Write it as 120s, 2m or 1h.")
    return float(found[1]) * _SECONDS[found[2] or "s"]
