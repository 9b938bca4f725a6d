"""The database of a command: opens it, upgraded to this version, and reads from it what several commands need."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.cli.support.errors import CommandError
from milepost.explain.overview import CustomerOverview
from milepost.explain.people_names import colleagues_named
from milepost.intake.context import customer_of
from milepost.language.names import nearest
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.settings import Settings
from milepost.store import clock, maps, people
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.customer_overview import customer_overview
from milepost.store.database import Store, check, database_url, open_store
from milepost.store.errors import StoreUnreachableError
from milepost.store.failures import place_of
from milepost.store.schema_upgrade import upgrade
from milepost.store.sqlite import file_of


def database_exists(settings: Settings) -> bool:
    """Returns True if there is a database to open; one that isn't a SQLite file is assumed to exist."""
    file = _file_of(settings)
    return file is None or file.exists()


@asynccontextmanager
async def open_database(settings: Settings, *, create: bool = False) -> AsyncIterator[Store]:
    """The store, upgraded, with colleagues called by their names; `create` creates the SQLite file if there is none.

    Raises:
        CommandError: there is none, and `create` is False.
        StoreUnreachableError: the database doesn't answer, or can't be used.
        StoreTooNewError: a later Milepost migrated it.
    """
    file = _file_of(settings)
    if file is not None and not file.exists() and not create:
        raise CommandError(
            f"There is no Milepost database at {str(file)!r} yet.",
            "`milepost up` creates it, and so does `milepost publish MAP_FOLDER`; `milepost up --sample` fills it with "
            "a demo. If it should be there: --data, or MILEPOST_DATA, names its folder.",
        )
    await prepare_database(settings)
    async with open_store(settings.database, durable=settings.durable) as store:
        await check(store)
        async with store.reading() as session:
            names = await people.names(session)
        try:
            with colleagues_named(names):
                yield store
        except OperationalError as error:
            raise StoreUnreachableError(place_of(store.engine.url), str(error.orig).strip()) from error


async def published_maps(settings: Settings) -> list[CompiledMap]:
    """Returns the maps on which new journeys begin.

    Raises:
        CommandError: there is no database.
        StoreUnreachableError: the database doesn't answer, or can't be used.
        UnreadableVersionError: a later Milepost published one of them.
    """
    async with open_database(settings) as store:
        return await CompiledMaps(store).current()


async def prepare_database(settings: Settings) -> str:
    """Creates the tables or upgrades them, and returns their revision.

    Raises:
        StoreUnreachableError: the database doesn't answer or can't be used, or its file is empty in a data folder that
            has been used.
        StoreTooNewError: a later Milepost migrated it.
    """
    file = _file_of(settings)
    if settings.database_url is None:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    was_used = any((settings.data / name).exists() for name in _MADE_AFTER_THE_DATABASE)
    is_there = file is not None and file.exists()
    return await upgrade(settings.database, must_exist=settings.database_url is None and is_there and was_used)


_MADE_AFTER_THE_DATABASE = ("temporal.db", "secret_key", "api_key")


def _file_of(settings: Settings) -> Path | None:
    return file_of(database_url(settings.database))


def sqlite_file(settings: Settings, *, instead: str) -> Path:
    """Returns the file of the settings' database, for commands that work on files.

    Raises:
        CommandError: it is no file but a PostgreSQL server, for which its hint says what to do `instead`.
    """
    file = _file_of(settings)
    if file is None:
        raise CommandError("This command is for SQLite files, and the database is PostgreSQL.", f"{instead}.")
    return file


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


async def check_in_use(store: Store, kind: str, name: str, names_of: Callable[[CompiledMap], Iterable[str]]) -> None:
    """Refuse the name of a stage or a role, which is the `kind`, that no map in use defines.

    Raises:
        CommandError: no map defines it; the nearest name is suggested.
    """
    compiled_maps = CompiledMaps(store)
    async with store.reading() as session:
        versions = await maps.in_use(session)
    names = {each for version in versions for each in names_of(await compiled_maps.of(version))}
    if names and name not in names:
        near = nearest(name, names)
        hint = f"Did you mean {near!r}?" if near else f"There are: {', '.join(sorted(names))}."
        raise CommandError(f"No map has a {kind} {name!r}.", hint)


async def now_of(session: AsyncSession) -> Instant:
    """Now in journey time, which in the demo runs ahead of the wall clock."""
    return (await clock.read(session)).journey_of(time.time())
