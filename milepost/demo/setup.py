"""Setting the stage: the shipped maps are published, the book of customers is imported. Doing it again adds nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from milepost.imports.csv_book import read_book
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.intake import Intake
from milepost.language.loader import MAP_FILE, Loaded, load
from milepost.language.model import Map
from milepost.language.problems import errors_in
from milepost.people.map_check import check_maps
from milepost.planner.instants import Instant
from milepost.store import customers, maps
from milepost.store.database import Store

_PACKAGE = Path(__file__).resolve().parents[1]
MAPS = next((folder for folder in (_PACKAGE / "maps",) if folder.is_dir()), _PACKAGE.parent / "maps")
"""In the installed package; in a checkout they stand beside it."""
BOOK = Path(__file__).with_name("book.csv")
BY = "rehearsal"


class StageUnreadableError(Exception):
    """The shipped maps or the book are not there, or not as they were shipped."""

    def __init__(self, what: Path, problems: list[str]) -> None:
        self.problems = problems
        listed = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"Can't rehearse with {str(what)!r}:{listed}\nRestore it as it was shipped.")


def shipped_maps(folder: Path = MAPS) -> list[Map]:
    """The maps as they were shipped.

    Raises:
        StageUnreadableError: there are none, or one has errors.
    """
    return [loaded.map for loaded in _loaded(folder) if loaded.map is not None]


async def publish_maps(store: Store, now: Instant, *, folder: Path = MAPS) -> None:
    """Publish the shipped maps that are not there yet.

    Raises:
        StageUnreadableError: there are none, or one has errors.
    """
    loaded = await asyncio.to_thread(_loaded, folder)
    async with store.transaction() as session:
        there = {row.map for row in await maps.current(session)}
        for each in loaded:
            if each.map is not None and each.map.map not in there:
                files, why = dict(each.files or {}), "shipped with Milepost"
                await maps.publish(session, each.map.map, each.map.title, files, now, by=BY, why=why)


async def import_book(store: Store, intake: Intake, *, book: Path = BOOK) -> None:
    """Import the customers of the book that are not known yet, and begin their journeys.

    Raises:
        StageUnreadableError: the book cannot be read.
    """
    known_to_maps = Vocabulary.of(await intake.context.compiled_maps.current())
    read = read_book(await asyncio.to_thread(book.read_bytes), known_to_maps)
    if read.problems:
        raise StageUnreadableError(book, [str(problem) for problem in read.problems])
    async with store.reading() as session:
        known = set(await customers.ids(session))
    fresh = [customer for customer in read.customers if customer.id not in known]
    for customer in fresh:
        await intake.upsert_customer(customer, by=BY, source="import")


def _loaded(folder: Path) -> list[Loaded]:
    files = sorted(folder.glob(f"*/{MAP_FILE}"))
    if not files:
        raise StageUnreadableError(folder, ["there is no map; the rehearsal runs from a checkout of Milepost"])
    loaded = [load(file) for file in files]
    errors = [str(problem) for problem in errors_in(check_maps(loaded))]
    if errors:
        raise StageUnreadableError(folder, errors)
    return loaded
