"""Migrations: brings a database to the tables of this version, from any earlier one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from milepost.store.database import Store, open_store
from milepost.store.errors import StoreEmptiedError, StoreForeignError, StoreTooNewError, StoreUnreachableError
from milepost.store.failures import place_of
from milepost.store.tables import METADATA, JourneyRow

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
_REVISIONS = re.compile(r'^(?:down_)?revision = "(\w+)"$', re.MULTILINE)
_LOCK = 7_411_202_603
"""A number of our own, for PostgreSQL's advisory lock: of several processes that start at once, one migrates."""


def config() -> Config:
    """Alembic's settings, found from the installed package."""
    from alembic.config import Config  # noqa: PLC0415 - only who migrates waits for it to load

    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS))
    return settings


def known_revisions() -> set[str]:
    """Returns the revisions that this version of Milepost can upgrade from."""
    return {revision for revision, *_ in _revisions()}


@cache
def newest_revision() -> str:
    """Returns the revision of this version's tables: that of the migration that no other one follows."""
    (newest,) = known_revisions() - {earlier for _, *before in _revisions() for earlier in before}
    return newest


def _revisions() -> list[list[str]]:
    """Each migration's revision, and the one that it follows, read off the files as Alembic would."""
    return [_REVISIONS.findall(file.read_text("utf-8")) for file in _MIGRATIONS.glob("versions/0*.py")]


async def revision_of(store: Store) -> str | None:
    """Returns the revision that the database is at; None if nothing has been migrated in it."""
    async with store.engine.connect() as connection:
        return await connection.run_sync(_revision_on)


def _revision_on(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


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
        from alembic import command  # noqa: PLC0415 - as above

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
