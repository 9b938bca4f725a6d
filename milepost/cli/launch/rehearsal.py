"""Runs a rehearsal: a book of one's own in a data folder of its own, from which nothing can be sent."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from milepost.cli.launch.launcher import PlayedResult, run_here
from milepost.cli.launch.up_options import DemoOptions, UpOptions
from milepost.cli.monitor.screen import Screen
from milepost.demo.rehearsed_book import RehearsedBook
from milepost.planner.clock import JourneyClock
from milepost.settings import PREFIX, Settings
from milepost.store import clock
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.entered_midway import EnteredMidway, entered_midway
from milepost.store.rehearsal_account import RehearsalAccount, read_rehearsal

Accounts = tuple[RehearsalAccount, EnteredMidway]
_TEMPORAL = "TEMPORAL_"
_KEPT = "MILEPOST_DESK_PASSWORD"  # it sends nothing, and keeps the pages from whoever else is on the machine


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A book that is rehearsed for `days` of journey time, at `speed` days a second; `port` 0: any free one.

    `until` is a stage or step that ends it earlier, `report` a file that says how far it is.
    """

    book: RehearsedBook
    days: float
    speed: float
    seed: int
    until: str | None = None
    report: Path | None = None
    port: int = 0
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The end of a rehearsal; `folder` is the data folder, if it was kept, `complete` False: somebody stopped it."""

    account: RehearsalAccount
    entered: EnteredMidway
    complete: bool
    folder: Path | None


async def rehearse(rehearsal: Rehearsal, console: Console) -> Rehearsed | None:
    """Plays the book, and says on the console what happens; None if it was stopped before it began.

    No setting, variable or profile of this machine counts but the desk's password: the rehearsal has its own folder,
    database, Temporal server and keys, and its channel is the outbox.
    """
    folder = Path(tempfile.mkdtemp(prefix="milepost-rehearsal-"))
    try:
        with _without_settings():
            settings = Settings(data=folder, port=rehearsal.port, channel="outbox", durable=False)
            options = UpOptions(
                settings=settings,
                seconds=rehearsal.days / rehearsal.speed,
                demo=DemoOptions(rehearsal.speed, rehearsal.seed, rehearsal.book, rehearsal.until, rehearsal.report),
            )
            result = await run_here(options, Screen(console), partial(_read, rehearsal.book.entries))
        return _rehearsed(result, folder if rehearsal.keep else None)
    finally:
        if not rehearsal.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _rehearsed(result: PlayedResult[Accounts] | None, folder: Path | None) -> Rehearsed | None:
    return None if result is None else Rehearsed(*result.account, result.complete, folder)


async def _read(entries: Mapping[str, str], store: Store, compiled_maps: CompiledMaps) -> Accounts:
    """Lets journey time go on as slowly as the clock, for whoever looks at the pages later, and reads the account."""
    async with store.transaction() as session:
        wall = time.time()
        await clock.write(session, JourneyClock(wall, (await clock.read(session)).journey_of(wall), 1.0))
        return await read_rehearsal(session), await entered_midway(session, compiled_maps, entries)


@contextmanager
def _without_settings() -> Iterator[None]:
    """Takes all settings of Milepost and of Temporal's clients out of the environment, ours and our programs'."""
    taken = {name: value for name, value in os.environ.items() if name.startswith((PREFIX, _TEMPORAL))}
    taken.pop(_KEPT, None)
    for name in taken:
        del os.environ[name]
    os.environ["TEMPORAL_CONFIG_FILE"] = os.devnull
    try:
        yield
    finally:
        del os.environ["TEMPORAL_CONFIG_FILE"]
        os.environ.update(taken)
