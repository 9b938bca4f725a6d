"""Setting the stage: the shipped maps are published, the book of customers is imported. Doing it again adds nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from door.door import Door
from journeys.language.lint import lint
from journeys.language.loader import MAP_FILE, Loaded, load
from journeys.language.model import Map
from store import customers, maps
from store.engine import Store
from store.importing import read_book, types_of

MAPS = Path(__file__).resolve().parent.parent / "maps"
BOOK = Path(__file__).with_name("book.csv")
BY = "rehearsal"


class StageUnreadableError(Exception):
    """The shipped maps or the book are not there, or not as they were shipped."""

    def __init__(self, what: Path, problems: list[str]) -> None:
        self.problems = problems
        listed = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"Can't rehearse with {str(what)!r}:{listed}\nRestore it as it was shipped.")


@dataclass(frozen=True, slots=True)
class Staged:
    """What was added: maps published, customers imported."""

    maps: int
    customers: int


def shipped_maps(folder: Path = MAPS) -> list[Map]:
    """The maps as they were shipped.

    Raises:
        StageUnreadableError: there are none, or one has errors.
    """
    return [loaded.map for loaded in _loaded(folder) if loaded.map is not None]


async def set_the_stage(store: Store, door: Door, *, folder: Path = MAPS, book: Path = BOOK) -> Staged:
    """Publish maps that are not there yet, and import customers that are not known yet.

    Raises:
        StageUnreadableError: the maps or the book cannot be read.
    """
    published = await _publish(store, door, _loaded(folder))
    return Staged(published, await _import(store, door, book))


def _loaded(folder: Path) -> list[Loaded]:
    files = sorted(folder.glob(f"*/{MAP_FILE}"))
    if not files:
        raise StageUnreadableError(folder, ["there is no map; the rehearsal runs from a checkout of Milepost"])
    loaded = [load(file) for file in files]
    errors = [str(problem) for each in loaded for problem in lint(each) if problem.severity == "error"]
    if errors:
        raise StageUnreadableError(folder, errors)
    return loaded


async def _publish(store: Store, door: Door, loaded: list[Loaded]) -> int:
    added = 0
    async with store.transaction() as session:
        there = {row.map for row in await maps.current(session)}
        for each in loaded:
            if each.map is not None and each.map.map not in there:
                files, why = dict(each.files or {}), "shipped with Milepost"
                await maps.publish(session, each.map.map, each.map.title, files, door.now(), by=BY, why=why)
                added += 1
    return added


async def _import(store: Store, door: Door, book: Path) -> int:
    types = {}
    for chart in await door.house.charts.current():
        types.update(types_of(chart.map.attributes))
    read = read_book(await asyncio.to_thread(book.read_bytes), types)
    if read.problems:
        raise StageUnreadableError(book, [str(problem) for problem in read.problems])
    async with store.reading() as session:
        known = set(await customers.ids(session))
    fresh = [customer for customer in read.customers if customer.id not in known]
    for customer in fresh:
        await door.upsert_customer(customer, by=BY, source="import")
    return len(fresh)
