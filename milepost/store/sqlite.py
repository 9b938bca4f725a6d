"""Prepares connections to SQLite: a write-ahead log, foreign keys, and transactions that we begin ourselves."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.orm import Session

BUSY_SECONDS = 30
"""The time that a connection waits for another process that writes to the same file."""

_RETRY_SECONDS = 0.01
_ROWS_LOOKED_AT = 400  # of each index, where `PRAGMA optimize` measures how its values are distributed
_OPTIMIZE_WAITS = 200  # milliseconds for another process that writes; it is tried again later


def file_of(url: URL) -> Path | None:
    """Returns the SQLite file of a URL; None for another database, or one in memory."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def create_file(file: Path) -> None:
    """Creates the file and its folder, if there is none, so that only its owner may read it and what SQLite adds.

    Raises:
        OSError: it can't be created.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))


def prepare(engine: Engine, *, durable: bool) -> None:
    """Prepares every connection that the engine makes.

    With `durable` each commit is flushed to the disk before it returns. Without, a power failure may take the last
    seconds of commits with it; the file stays sound.
    """
    event.listen(engine, "connect", partial(_prepare, synchronous="FULL" if durable else "NORMAL"))
    event.listen(engine, "begin", _begin)


def _prepare(connection: Any, _record: Any, *, synchronous: str) -> None:
    connection.isolation_level = None  # leaves transactions to us
    # SQLite's own lower() knows ASCII only, and a search for `öbb` must find `ÖBB Holding`.
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    _switch_to_wal(cursor)
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        f"synchronous={synchronous}",
        "secure_delete=FAST",
        f"analysis_limit={_ROWS_LOOKED_AT}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


OPTIMIZE = (f"PRAGMA busy_timeout={_OPTIMIZE_WAITS}", "PRAGMA optimize", f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
"""Measures how values are distributed where that has changed much, for the choice of indexes; mostly there is nothing.

SQLite advises it before a connection closes, and now and then while it stays open.
"""


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _switch_to_wal(cursor: Any) -> None:
    """Switches to a write-ahead log. SQLite itself doesn't wait for others that open a new file too; we do."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _begin(connection: Connection) -> None:
    """A writer takes the write lock at once: one that took it later could find its reading outdated and fail."""
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


@contextmanager
def overwriting(session: Session) -> Iterator[None]:
    """Lets SQLite overwrite what is deleted or replaced meanwhile, so that nothing of it stays in freed space."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    yield
    session.flush()
    connection.exec_driver_sql("PRAGMA secure_delete=FAST")
