"""A database that is damaged, foreign, emptied or full: one clear error, and nothing half written."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from milepost.store import customers
from milepost.store.database import Store, check, open_store
from milepost.store.errors import (
    StoreDamagedError,
    StoreEmptiedError,
    StoreForeignError,
    StoreTooNewError,
    StoreUnwritableError,
)
from milepost.store.failures import cause_of
from milepost.store.schema_upgrade import upgrade
from tests.store.book import START, customer

LARGE = "x" * 200_000


def fill(store: Store, spare_pages: int = 4) -> None:
    """From now on the store's file has room for so many more pages: a full disk."""

    def limit(connection, _record) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0] + spare_pages}")
        cursor.close()

    for engine in (store.engine.sync_engine, store._writer._engine):
        event.listen(engine, "connect", limit)


async def test_a_damaged_file_is_named_with_what_to_do(tmp_path):
    file = tmp_path / "milepost.db"
    file.write_bytes(os.urandom(8192))
    url = f"sqlite:///{file}"
    for opening in (upgrade, _check):
        with pytest.raises(StoreDamagedError, match=r"milepost\.db.*isn't an SQLite database") as raised:
            await opening(url)
        assert "milepost restore" in raised.value.hint


async def _check(url):
    async with open_store(url) as store:
        await check(store)


async def test_pages_that_are_damaged_are_named_when_they_are_read(sqlite_url):
    async with open_store(sqlite_url) as store, store.transaction() as session:
        await customers.save(session, [customer()], START)
    _damage(Path(sqlite_url.removeprefix("sqlite:///")))

    async with open_store(sqlite_url) as store:
        with pytest.raises(StoreDamagedError, match="the file is damaged"):
            async with store.reading() as session:
                await customers.ids(session)
        with pytest.raises(StoreDamagedError, match="the file is damaged"):
            await store.write(partial(customers.load, customer="acme"))


def _damage(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4096].ljust(len(content), b"\xff"))


@pytest.mark.parametrize("revision", [None, "1234", "0001"])
async def test_tables_of_another_program_are_left_alone(tmp_path, revision):
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as theirs, theirs:
        theirs.execute("CREATE TABLE invoices (id)")
        if revision:
            theirs.execute("CREATE TABLE alembic_version (version_num)")
            theirs.execute("INSERT INTO alembic_version VALUES (?)", [revision])
    with pytest.raises(StoreForeignError, match="invoices"):
        await upgrade(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as theirs:
        assert "customers" not in {name for (name,) in theirs.execute("SELECT name FROM sqlite_master")}


@pytest.mark.server
async def test_on_postgresql_only_tables_of_our_names_are_in_the_way(empty_postgres_url):
    async with open_store(empty_postgres_url) as store, store.transaction() as session:
        await session.execute(text("CREATE TABLE spatial_ref_sys (id int)"))
    await upgrade(empty_postgres_url)


@pytest.mark.server
async def test_on_postgresql_a_table_of_our_name_is_somebody_elses(empty_postgres_url):
    async with open_store(empty_postgres_url) as store, store.transaction() as session:
        await session.execute(text("CREATE TABLE customers (id int)"))
    with pytest.raises(StoreForeignError, match="customers"):
        await upgrade(empty_postgres_url)


async def test_a_database_of_a_later_version_is_not_taken_for_a_foreign_one(database_url):
    async with open_store(database_url) as store, store.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNewError):
        await upgrade(database_url)


async def test_an_empty_file_is_new_unless_there_must_be_something_in_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'milepost.db'}"
    (tmp_path / "milepost.db").touch()
    with pytest.raises(StoreEmptiedError, match="begin anew"):
        await upgrade(url, must_exist=True)
    await upgrade(url)
    await upgrade(url, must_exist=True)


async def test_a_full_disk_is_one_clear_error_and_writes_nothing(sqlite_url):
    async with open_store(sqlite_url) as store:
        fill(store)
        with pytest.raises(StoreUnwritableError, match="the disk is full") as raised:
            async with store.transaction() as session:
                await customers.save(session, [customer("large", attributes={"note": LARGE})], START)
        assert "Free space" in raised.value.hint
        async with store.transaction() as session:
            await customers.save(session, [customer("small")], START)
        async with store.reading() as session:
            assert await customers.ids(session) == ["small"]


async def test_on_a_full_disk_whoever_was_told_that_it_is_written_can_rely_on_it(sqlite_url):
    """Work that shares a commit: one piece fills the disk between two that would fit."""

    def add(name: str, note: str, session: Session) -> None:
        session.execute(text("INSERT INTO notes VALUES (:name, :note)"), {"name": name, "note": note})

    async with open_store(sqlite_url) as store:
        async with store.transaction() as session:
            await session.execute(text("CREATE TABLE notes (name, note)"))
        fill(store, spare_pages=20)
        names = [f"n{number}" for number in range(12)]
        notes = [LARGE if number % 4 == 2 else "short" for number in range(12)]
        results = await asyncio.gather(
            *(store.write(partial(add, *each)) for each in zip(names, notes, strict=True)), return_exceptions=True
        )
        assert all(isinstance(result, StoreUnwritableError) for result in results[2::4])
        await store.write(partial(add, "later", "short"))
        async with store.reading() as session:
            stored = set(await session.scalars(text("SELECT name FROM notes")))
    assert stored == {"later", *(name for name, result in zip(names, results, strict=True) if result is None)}


async def test_a_file_that_may_not_be_written_is_named(sqlite_url):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    async with open_store(f"sqlite:///file:{file}?mode=ro&uri=true") as store:
        with pytest.raises(StoreUnwritableError, match="may not be written"):
            async with store.transaction() as session:
                await customers.save(session, [customer()], START)


async def test_new_files_are_for_their_owner_alone(tmp_path):
    folder = tmp_path / "new"
    url = f"sqlite:///{folder / 'milepost.db'}"
    await upgrade(url)
    async with open_store(url) as store:
        await check(store)
        modes = _modes(folder)
    assert set(modes) == {"new", "milepost.db", "milepost.db-wal", "milepost.db-shm"}
    assert {mode & 0o077 for mode in modes.values()} == {0}


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in (folder, *folder.iterdir())}


async def test_why_a_statement_failed_is_said_without_the_values_that_the_database_quotes(store: Store) -> None:
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE odd_ones (address TEXT PRIMARY KEY)")
        await connection.exec_driver_sql("INSERT INTO odd_ones VALUES ('sam@acme.example')")
    refused = []
    for statement in (
        "INSERT INTO odd_ones VALUES ('sam@acme.example')",
        'SELECT * FROM odd_ones WHERE "sam@acme".x = 1',
    ):
        with pytest.raises(DBAPIError) as error:
            async with store.engine.begin() as connection:
                await connection.exec_driver_sql(statement)
        refused.append(cause_of(error.value))
    assert not [words for words in refused if "sam" in words]
    assert "SQLITE_CONSTRAINT_PRIMARYKEY" in refused[0] if store.is_sqlite else refused[0] == "UniqueViolation 23505"
