"""Preparing the demo: publishes the shipped maps and imports the book of customers. Doing it again adds nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from milepost.errors import MilepostError
from milepost.imports.customer_book import read_book
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.intake import Intake
from milepost.language.loader import MAP_FILE, load
from milepost.language.model import Map
from milepost.language.problems import errors_in
from milepost.people.map_check import check_maps
from milepost.planner.instants import Instant
from milepost.shipped import BOOK, MAPS
from milepost.store import customers, maps
from milepost.store.database import Store

BY = "demo"


class DemoFilesError(MilepostError):
    """The shipped maps or the book are missing, or not as they were shipped."""

    code: ClassVar[str] = "demo_files"

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"The demo can't use {str(path)!r}:{lines}", "Restore it as it was shipped.")


def shipped_maps(folder: Path = MAPS) -> list[Map]:
    """Returns the maps as they were shipped.

    Raises:
        DemoFilesError: there are none, or one has errors.
    """
    return [map_ for map_, _ in _loaded(folder)]


async def publish_maps(store: Store, now: Instant, *, folder: Path = MAPS) -> None:
    """Publishes the shipped maps that are not there yet.

    Raises:
        DemoFilesError: there are none, or one has errors.
    """
    await publish(store, await asyncio.to_thread(_loaded, folder), now, why="shipped with Milepost")


async def publish(store: Store, loaded: Iterable[tuple[Map, Mapping[str, str]]], now: Instant, *, why: str) -> None:
    """Publishes the maps that are not there yet."""
    async with store.transaction() as session:
        published = {row.map for row in await maps.current(session)}
        for map_, files in loaded:
            if map_.map not in published:
                await maps.publish(session, map_.map, map_.title, files, now, by=BY, why=why)


async def import_book(store: Store, intake: Intake, *, book: Path = BOOK) -> None:
    """Imports the customers of the book that aren't in the store yet, and begins their journeys.

    Raises:
        DemoFilesError: the book can't be read.
    """
    vocabulary = Vocabulary.of(await intake.context.compiled_maps.current())
    read = read_book(await asyncio.to_thread(book.read_bytes), vocabulary)
    if read.problems:
        raise DemoFilesError(book, [str(problem) for problem in read.problems])
    async with store.reading() as session:
        existing = set(await customers.ids(session))
    for customer in read.customers:
        if customer.id not in existing:
            await intake.upsert_customer(customer, by=BY, source="import")


def _loaded(folder: Path) -> list[tuple[Map, dict[str, str]]]:
    """Returns the maps of a folder, each with its files."""
    files = sorted(folder.glob(f"*/{MAP_FILE}"))
    if not files:
        raise DemoFilesError(folder, ["it has no map"])
    loaded = [load(file) for file in files]
    errors = [str(problem) for problem in errors_in(check_maps(loaded))]
    if errors:
        raise DemoFilesError(folder, errors)
    return [(each.map, dict(each.files or {})) for each in loaded if each.map is not None]
