"""Opening what commands work on: the data folder's database, at the tables of this version."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.cli.support.errors import CommandError
from milepost.explain.overview import CustomerOverview
from milepost.intake.context import customer_of
from milepost.planner.instants import Instant
from milepost.settings import Settings
from milepost.store import clock
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.customer_overview import customer_overview
from milepost.store.database import Store, check, database_url, open_store
from milepost.store.schema_upgrade import upgrade


def is_there(settings: Settings) -> bool:
    """Whether there is a database to open; one that is not a file of ours is taken to be there."""
    file = _sqlite_file(settings.database)
    return file is None or file.exists()


@asynccontextmanager
async def opened(settings: Settings, *, make: bool = False) -> AsyncIterator[Store]:
    """The store, migrated; `make`: where there is no SQLite file yet, one is made.

    Raises:
        CommandError: there is none, and none is to be made.
        StoreUnreachableError: the database does not answer.
        StoreTooNewError: a later Milepost migrated it.
    """
    file = _sqlite_file(settings.database)
    if file is not None and not file.exists():
        if not make:
            raise CommandError(
                f"There is no Milepost database at {str(file)!r} yet.",
                "`milepost import BOOK.csv` or `milepost publish MAP_FOLDER` makes one, `milepost up --sample` fills "
                "one; another data folder is named with --data.",
            )
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    await upgrade(settings.database)
    store = open_store(settings.database)
    try:
        await check(store)
        yield store
    finally:
        await store.close()


def _sqlite_file(url: str) -> Path | None:
    made = database_url(url)
    return Path(made.database) if made.get_backend_name() == "sqlite" and made.database else None


async def read_overview(
    store: Store, compiled_maps: CompiledMaps, customer: str, timezone: str | None
) -> CustomerOverview:
    """Everything about a customer; `timezone` is the clock of sentences (None: the customer's own).

    Raises:
        UnknownCustomerError: no customer has this id; the nearest is suggested.
        UnreadableVersionError: this Milepost cannot read the map of the customer's journey.
    """
    async with store.reading() as session:
        await customer_of(session, customer)
        return await customer_overview(session, compiled_maps, customer, await now_of(session), zone=timezone)


async def now_of(session: AsyncSession) -> Instant:
    """Now in journey time: in a rehearsal it runs ahead of the wall clock."""
    return (await clock.read(session)).journey_of(time.time())
