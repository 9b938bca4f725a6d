"""Migrations: bring a database to the tables of this version, from wherever it stands."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from milepost.store.database import Store, open_store
from milepost.store.errors import StoreTooNewError, StoreUnreachableError

_LOCK = 7_411_202_603
"""A number of our own, for PostgreSQL's advisory lock: of several processes that start at once, one migrates."""


def config() -> Config:
    """Alembic's settings, found from the installed package."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return made


async def upgrade(url: str) -> str:
    """Bring the database of `url` to the newest tables, all or nothing, and return the revision it stands at.

    Raises:
        StoreUnreachableError: it cannot be opened.
        StoreTooNewError: a later Milepost migrated it.
    """
    store = open_store(url)
    try:
        return await _upgrade(store)
    finally:
        await store.close()


async def _upgrade(store: Store) -> str:
    engine = store.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
    try:
        async with engine.begin() as connection:
            if not store.is_sqlite:
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            return await connection.run_sync(_upgrade_on)
    except OperationalError as error:
        raise StoreUnreachableError(engine.url.render_as_string(), str(error.orig).strip()) from error


def _upgrade_on(connection: Connection) -> str:
    settings = config()
    scripts = ScriptDirectory.from_config(settings)
    newest = scripts.get_current_head()
    assert newest is not None
    standing = MigrationContext.configure(connection).get_current_revision()
    if standing is not None and standing not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreTooNewError(standing)
    if standing != newest:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return newest
