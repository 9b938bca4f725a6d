"""Migrations: brings a database to the tables of this version, from any earlier one."""

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
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings


async def upgrade(url: str) -> str:
    """Upgrades the database of `url` to the newest tables, all or nothing, and returns its revision.

    Raises:
        StoreUnreachableError: it cannot be opened.
        StoreTooNewError: a later Milepost migrated it.
    """
    async with open_store(url) as store:
        return await _upgrade(store)


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
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreTooNewError(current)
    if current != newest:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return newest
