"""Migrations: brings a database to the tables of this version, from any earlier one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import OperationalError

from milepost.store.database import Store, open_store
from milepost.store.errors import StoreEmptiedError, StoreForeignError, StoreTooNewError, StoreUnreachableError
from milepost.store.failures import place_of
from milepost.store.tables import METADATA, JourneyRow

_LOCK = 7_411_202_603
"""A number of our own, for PostgreSQL's advisory lock: of several processes that start at once, one migrates."""


def config() -> Config:
    """Alembic's settings, found from the installed package."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings


def known_revisions() -> set[str]:
    """Returns the revisions that this version of Milepost can upgrade from."""
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def newest_revision() -> str:
    """Returns the revision of this version's tables."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    assert newest is not None
    return newest


async def revision_of(store: Store) -> str | None:
    """Returns the revision that the database is at; None if nothing has been migrated in it."""
    async with store.engine.connect() as connection:
        return await connection.run_sync(_revision_on)


def _revision_on(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def upgrade(url: str, *, must_exist: bool = False) -> str:
    """Upgrades the database of `url` to the newest tables, all or nothing, and returns its revision.

    Raises:
        StoreUnreachableError: it cannot be opened, is damaged or another program's, or its disk is full; or there is
            nothing in it, and `must_exist`.
        StoreTooNewError: a later Milepost migrated it.
    """
    async with open_store(url) as store:
        engine = store.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        try:
            async with engine.begin() as connection:
                if not store.is_sqlite:
                    await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                return await connection.run_sync(_upgrade_on, must_exist=must_exist)
        except OperationalError as error:
            raise StoreUnreachableError(place_of(engine.url), str(error.orig).strip()) from error


def _upgrade_on(connection: Connection, *, must_exist: bool) -> str:
    newest, current = newest_revision(), _revision_on(connection)
    if current != newest:
        _check_ours(connection, current, must_exist=must_exist)
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return newest


def _check_ours(connection: Connection, revision: str | None, *, must_exist: bool) -> None:
    """Refuses to add our tables to somebody else's, or to those of a later version.

    PostgreSQL's extensions bring tables of their own, so there only those that bear the name of ours are foreign.
    """
    tables = set(inspect(connection).get_table_names())
    where = place_of(connection.engine.url)
    if revision is None or JourneyRow.__tablename__ not in tables:
        tables.discard("alembic_version" if revision is None else "")
        foreign = tables if connection.dialect.name == "sqlite" or revision else tables & METADATA.tables.keys()
        if foreign:
            raise StoreForeignError(where, sorted(foreign))
        if must_exist:
            raise StoreEmptiedError(where)
    elif revision not in known_revisions():
        raise StoreTooNewError(revision)
