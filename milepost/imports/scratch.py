"""What has to be known of all rows of a file while it is read, kept in a temporary file instead of memory.

The file is an unnamed one of SQLite's: it has no name that others could open, and is gone with the object.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Sequence

from milepost.customer import Contact

_CACHE = 2000  # kB that stay in memory


def temporary_table(table: str) -> sqlite3.Connection:
    """Opens a temporary file with a table, made by a statement; whoever opens it closes it."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for statement in (f"PRAGMA cache_size=-{_CACHE}", "PRAGMA synchronous=OFF", "PRAGMA journal_mode=OFF", table):
        connection.execute(statement).close()
    connection.execute("BEGIN").close()
    return connection


class FirstRows:
    """The first row of each key: of an id, or of what stands for one."""

    def __init__(self) -> None:
        self._connection = temporary_table("CREATE TABLE keys (key TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        weakref.finalize(self, self._connection.close)

    def first(self, key: str, row: int) -> int:
        """Returns the number of the first row with this key: the row's own if there was none before."""
        if self._connection.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (key, row)).rowcount:
            return row
        return self.row_of(key) or row

    def row_of(self, key: str) -> int | None:
        """Returns the number of the first row with this key; None if there was none."""
        found = self._connection.execute("SELECT row FROM keys WHERE key = ?", (key,)).fetchone()
        return None if found is None else int(found[0])


class PeopleOfCustomers:
    """Contacts by what a file says of their customers: an id or a name, whose case doesn't count."""

    def __init__(self) -> None:
        self._connection = temporary_table("CREATE TABLE people (customer TEXT, contact TEXT)")
        weakref.finalize(self, self._connection.close)
        self._is_indexed = False
        self.count = 0

    def add(self, customer: str, contact: Contact) -> None:
        """Adds a contact; all must be added before the first is asked for."""
        row = (customer.casefold(), json.dumps(contact.to_json()))
        self._connection.execute("INSERT INTO people VALUES (?, ?)", row)
        self.count += 1

    def of(self, customer: str) -> Sequence[Contact]:
        """Returns the customer's contacts in the order of the file."""
        if not self.count:
            return ()
        if not self._is_indexed:
            self._connection.execute("CREATE INDEX by_customer ON people (customer)").close()
            self._is_indexed = True
        query = "SELECT contact FROM people WHERE customer = ? ORDER BY rowid"
        rows = self._connection.execute(query, (customer.casefold(),))
        return tuple(Contact.from_json(json.loads(text)) for (text,) in rows)
