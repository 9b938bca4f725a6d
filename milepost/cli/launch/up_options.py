"""The options of `milepost up`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from milepost.cli.support.errors import CommandError
from milepost.demo.rehearsed_book import RehearsedBook
from milepost.settings import Settings

_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """People who are played: `speed` is days of journey per second of wall clock, `seed` decides how they behave.

    `book` is somebody's own, that is rehearsed; None: the sample. `until` is a stage or step: it is over as soon as
    this opens for the first customer. `report` is a file that says meanwhile how far it is.
    """

    speed: float
    seed: int
    book: RehearsedBook | None = None
    until: str | None = None
    report: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """The options of one run.

    Attributes:
        settings: With the port of the web application; 0: any free one.
        temporal_port: The embedded Temporal server's; None: any free one.
        temporal_ui_port: That of Temporal's pages; None: any free one.
        seconds: How long to run once everything is up; None: until somebody stops it.
        hold_mail: Whether all mail is held from the start; False: as it was.
        hold_first: How many messages of each text are held; None: all.
        demo: The sample to play; None: real time and real people.
    """

    settings: Settings
    temporal_port: int | None = None
    temporal_ui_port: int | None = None
    seconds: float | None = None
    hold_mail: bool = False
    hold_first: int | None = None
    demo: DemoOptions | None = None


def seconds_of(text: str | None) -> float | None:
    """Read a span of wall clock: `120s`, `2m`, `1h`; a bare number is seconds.

    Raises:
        CommandError: it can't be read.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    if not match or float(match[1]) <= 0:
        raise CommandError(f"Can't read --for {text!r}.", "Write it as 120s, 2m or 1h.")
    return float(match[1]) * _SECONDS[match[2] or "s"]
