"""Opens the database, SQLite by default or PostgreSQL by URL, with transactions that mean the same on both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from milepost.store import failures, sqlite
from milepost.store.errors import DriverMissingError, StoreError, StoreUnreachableError
from milepost.store.writer import PooledWriter, QueueingWriter, Writer

T = TypeVar("T")

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
_BLOCKING = {"sqlite+aiosqlite": "sqlite+pysqlite"}


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
    """An open database. Open one for each process (and event loop): `async with open_store(url) as store`.

    What every fact passes through goes by `write`: short work without awaiting, as fast as the database allows. Pages
    and commands use `transaction` and `reading`.
    """

    def __init__(self, engine: AsyncEngine, blocking_engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._reading = async_sessionmaker(engine, expire_on_commit=False)
        writing_engine = engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        self._writing = async_sessionmaker(writing_engine, expire_on_commit=False)
        self._writer: Writer = (QueueingWriter if self.is_sqlite else PooledWriter)(blocking_engine)
        self._in_transaction: asyncio.Task[Any] | None = None

    async def write(self, work: Callable[[Session], T]) -> T:
        """Runs `work` in a transaction on another thread; returns its result when that is on disk.

        Work that waits together shares a commit. An exception undoes what that work has written, and is raised here.

        Raises:
            RuntimeError: the task is in a transaction already and would wait for itself.
        """
        self._refuse_nesting()
        return await asyncio.wrap_future(self._writer.submit(work))

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
        """SQLite has one writer at a time: queueing is fair, while its own busy handler polls and can starve."""
        if not isinstance(self._writer, QueueingWriter):
            yield
            return
        self._refuse_nesting()
        turn = self._writer.turn()
        try:
            await asyncio.wrap_future(turn.granted)
            self._in_transaction = asyncio.current_task()
            yield
        finally:
            self._in_transaction = None
            turn.end()

    def _refuse_nesting(self) -> None:
        if self._in_transaction is not None and self._in_transaction is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction would wait for itself; hand the session on instead")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; on SQLite it sees one moment and waits for no writer."""
        async with self._reading() as session:
            yield session

    async def optimize(self) -> None:
        """Lets SQLite look how its rows are distributed, so that it chooses well; PostgreSQL does so by itself."""
        pool = self.engine.pool
        if not (self.is_sqlite and isinstance(pool, QueuePool) and pool.checkedin()):
            return  # nothing was asked yet
        with suppress(SQLAlchemyError, StoreError):  # it is busy, or can't be used: another time
            async with self.engine.begin() as connection:
                for statement in sqlite.OPTIMIZE:
                    await connection.exec_driver_sql(statement)

    async def close(self) -> None:
        """Finishes the writes that wait, and closes all connections."""
        await self.optimize()
        await asyncio.to_thread(self._writer.close)
        await self.engine.dispose()


def open_store(url: str, *, durable: bool = True) -> Store:
    """Opens the database of `url`; connections are made when they are needed.

    With `durable` an SQLite file is flushed to the disk at each commit, so that a power failure loses nothing that was
    committed. PostgreSQL has its own setting for that, `synchronous_commit`.

    Raises:
        StoreUnreachableError: the URL is wrong, or the folder of the SQLite file can't be created.
        DriverMissingError: it is PostgreSQL, and psycopg isn't installed.
    """
    parsed = database_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    options: dict[str, Any] = {"json_serializer": _json, "hide_parameters": True}
    if is_sqlite:
        _create_file(parsed)
        options["connect_args"] = {"timeout": sqlite.BUSY_SECONDS}
    else:
        options |= {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
    try:
        engine = create_async_engine(parsed, **options)
        blocking_engine = create_engine(
            parsed.set(drivername=_BLOCKING.get(parsed.drivername, parsed.drivername)), **options
        )
    except ImportError as error:
        raise DriverMissingError(parsed.render_as_string()) from error
    for each in (engine.sync_engine, blocking_engine):
        if is_sqlite:
            sqlite.prepare(each, durable=durable)
        failures.translate(each)
    return Store(engine, blocking_engine)


async def check(store: Store) -> None:
    """Checks that the database answers.

    Raises:
        StoreUnreachableError: it doesn't answer.
    """
    try:
        async with store.engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
    except OperationalError as error:
        raise StoreUnreachableError(failures.place_of(store.engine.url), str(error.orig).strip()) from error


# NaN and infinity are not JSON; PostgreSQL refuses them, so SQLite must not take them either.
_json = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _create_file(url: URL) -> None:
    file = sqlite.file_of(url)
    try:
        if file is not None:
            sqlite.create_file(file)
    except OSError as error:
        raise StoreUnreachableError(repr(str(file)), error.strerror or str(error)) from error
