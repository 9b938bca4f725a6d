"""Removes a Temporal database whose creation was cut short.

The development server creates its tables only if there is no file, so one that was killed in its first moments would
never start again. Namespaces are created last and workflows need one: without any there is nothing to lose.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def discard_unfinished(database: Path) -> None:
    """Remove the file and its companions if they hold no namespace. No server may be using them."""
    if database.exists() and not _has_namespace(database):
        for ending in ("", "-wal", "-shm", "-journal"):
            database.with_name(database.name + ending).unlink(missing_ok=True)


def _has_namespace(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        try:
            return connection.execute("SELECT 1 FROM namespaces LIMIT 1").fetchone() is not None
        except sqlite3.OperationalError as error:
            return "no such table" not in str(error)
        except sqlite3.DatabaseError:
            return True  # not a database: it isn't ours to remove, and the server will complain
