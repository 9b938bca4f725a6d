"""Opens the database, SQLite by default or PostgreSQL by URL, with transactions that mean the same on both."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

import aiosqlite
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from milepost.store.errors import DriverMissingError, StoreUnreachableError

BUSY_SECONDS = 30
"""The time that a connection waits for another process that writes to the same SQLite file."""

_RETRY_SECONDS = 0.01

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}


def database_url(url: str) -> URL:
    """Returns the URL with the driver that Milepost uses.

    Raises:
        StoreUnreachableError: the text isn't a URL, or is that of a database Milepost doesn't support.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUnreachableError(repr(url), "it isn't a database URL") from error
    driver = _DRIVERS.get(parsed.drivername, parsed.drivername)
    if driver not in _DRIVERS.values():
        supported = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        raise StoreUnreachableError(
            parsed.render_as_string(), f"{parsed.drivername!r} is not supported; use {supported}"
        )
    return parsed.set(drivername=driver)


class Store:
    """An open database. Open one for each process (and event loop): `async with open_store(url) as store`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._reading = async_sessionmaker(engine, expire_on_commit=False)
        writer = engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        self._writing = async_sessionmaker(writer, expire_on_commit=False)
        # SQLite has one writer at a time: queueing here is fair, while its own busy handler polls and can starve.
        self._one_writer = asyncio.Lock()
        self._writer: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that writes: all of it is committed at the end, or, after an exception, nothing.

        Raises:
            RuntimeError: the task is in a transaction already and would wait for itself.
        """
        async with self._turn(), self._writing() as session, session.begin():
            yield session

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if not self.is_sqlite:
            yield
            return
        task = asyncio.current_task()
        if task is self._writer:
            raise RuntimeError("a transaction inside a transaction would wait for itself; hand the session on instead")
        async with self._one_writer:
            self._writer = task
            try:
                yield
            finally:
                self._writer = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; on SQLite it sees one moment and waits for no writer."""
        async with self._reading() as session:
            yield session

    async def close(self) -> None:
        """Closes all connections."""
        await self.engine.dispose()


def open_store(url: str) -> Store:
    """Opens the database of `url`; connections are made when they are needed.

    Raises:
        StoreUnreachableError: the URL is wrong, or the folder of the SQLite file can't be created.
        DriverMissingError: it is PostgreSQL, and psycopg isn't installed.
    """
    parsed = database_url(url)
    options: dict[str, Any] = {"json_serializer": _json, "pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
    if parsed.get_backend_name() == "sqlite":
        _make_folder(parsed)
        options = {"json_serializer": _json, "connect_args": {"timeout": BUSY_SECONDS}}
    try:
        engine = create_async_engine(parsed, **options)
    except ImportError as error:
        raise DriverMissingError(parsed.render_as_string()) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return Store(engine)


async def check(store: Store) -> None:
    """Checks that the database answers.

    Raises:
        StoreUnreachableError: it doesn't answer.
    """
    try:
        async with store.engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
    except OperationalError as error:
        raise StoreUnreachableError(store.engine.url.render_as_string(), str(error.orig).strip()) from error


# NaN and infinity are not JSON; PostgreSQL refuses them, so SQLite must not take them either.
_json = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _make_folder(url: URL) -> None:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnreachableError(url.render_as_string(), str(error)) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Leaves transactions to us, lets readers and the writer work side by side, and enforces foreign keys."""
    connection.isolation_level = None
    connection.run_async(_prepare)


async def _prepare(driver: aiosqlite.Connection) -> None:
    # SQLite's own lower() knows ASCII only, and a search for `öbb` must find `ÖBB Holding`.
    await driver.create_function("lower", 1, _lower, deterministic=True)
    await _switch_to_wal(driver)
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        "secure_delete=FAST",
    ):
        await driver.execute_fetchall(f"PRAGMA {pragma}")


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


async def _switch_to_wal(driver: aiosqlite.Connection) -> None:
    """Switches to a write-ahead log. SQLite itself doesn't wait for others that open a new file too; we do."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            await driver.execute_fetchall("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the write lock at once: one that took it later could find its reading outdated and fail."""
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
