"""The digests of all rows of a book while it is read; they are in a temporary file, not in memory."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

from milepost.imports.scratch import temporary_table

_BATCH = 500


class RowDigests:
    """The rows of some files by the keys of their customers; the first row with a key counts."""

    def __init__(self) -> None:
        self._connection = temporary_table(
            "CREATE TABLE digests (key TEXT PRIMARY KEY, file INTEGER, row INTEGER, digest TEXT, marked INTEGER)"
        )
        weakref.finalize(self, self._connection.close)

    def add(self, key: str, file: int, row: int, digest: str) -> tuple[int, int] | None:
        """Adds a row; returns file and row of the first one with the key, if there was one."""
        statement = "INSERT OR IGNORE INTO digests VALUES (?, ?, ?, ?, 0)"
        if self._connection.execute(statement, (key, file, row, digest)).rowcount:
            return None
        return self.place(key)

    def place(self, key: str) -> tuple[int, int] | None:
        """Returns file and row of the first row with the key; None if there is none."""
        found = self._connection.execute("SELECT file, row FROM digests WHERE key = ?", (key,)).fetchone()
        return None if found is None else (int(found[0]), int(found[1]))

    def batches(self) -> Iterator[list[tuple[str, str]]]:
        """Yields keys and digests, in the order of the keys, some hundred at a time."""
        after = ""
        query = "SELECT key, digest FROM digests WHERE key > ? ORDER BY key LIMIT ?"
        while batch := self._connection.execute(query, (after, _BATCH)).fetchall():
            yield batch
            after = batch[-1][0]

    def digest(self, key: str) -> str:
        """Returns the digest of the key's row."""
        return str(self._connection.execute("SELECT digest FROM digests WHERE key = ?", (key,)).fetchone()[0])

    def mark(self, key: str) -> None:
        """Marks the key's row: it is to be read."""
        self._connection.execute("UPDATE digests SET marked = 1 WHERE key = ?", (key,))

    def marked(self, file: int) -> Iterator[int]:
        """Yields the numbers of the marked rows of a file, in order."""
        query = "SELECT row FROM digests WHERE marked AND file = ? ORDER BY row"
        return (int(row) for (row,) in self._connection.execute(query, (file,)))
