"""Failures of the database that a person must mend: raised as errors that say what is wrong, where, and what to do.

A database that is only away or busy is not among them; the driver's errors for that are handled where they may occur.
"""

from __future__ import annotations

import sqlite3
from functools import partial

from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError

from milepost.store.errors import StoreDamagedError, StoreUnwritableError
from milepost.store.sqlite import file_of

_PRIMARY = 0xFF
"""Of SQLite's error codes, the bits of the general kind."""
_DAMAGED: dict[int | str, str] = {
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file isn't an SQLite database, or its beginning is damaged",
}
_UNWRITABLE: dict[int | str, str] = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file may not be written to",
    sqlite3.SQLITE_IOERR: "the disk fails, or is full",
    "53100": "the disk is full",  # PostgreSQL's disk_full
}


def translate(engine: Engine) -> None:
    """Lets every such failure of the engine's connections be raised as a `StoreUnreachableError`."""
    event.listen(engine, "handle_error", partial(_translate, place_of(engine.url)))


def place_of(url: URL) -> str:
    """Returns the place of a database, for people: its file, or its URL without the password and the driver."""
    file = file_of(url)
    return url.set(drivername=url.get_backend_name()).render_as_string() if file is None else repr(str(file))


def cause_of(error: Exception) -> str:
    """Returns why a statement failed, without the values that databases quote: the driver's error, and its code.

    Where the database can't be reached or is busy, the first line of the driver's words says more, and names nobody.
    """
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    if isinstance(error, OperationalError) and (code is None or str(code).startswith(("08", "57", "SQLITE_BUSY"))):
        return str(original).strip().partition("\n")[0]
    return f"{type(original).__name__} {code or ''}".rstrip()


def _translate(where: str, context: ExceptionContext) -> None:
    original = context.original_exception
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorcode", 0) & _PRIMARY
    if code in _DAMAGED:
        raise StoreDamagedError(where, _DAMAGED[code]) from original
    if code in _UNWRITABLE:
        raise StoreUnwritableError(where, _UNWRITABLE[code]) from original
