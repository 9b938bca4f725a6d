"""What changed in a book since it was last taken in: the rows to read, and the customers who vanished or came back.

Files are read once for that, without looking into cells; what is known of each row is its digest. Nothing is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from milepost.imports.layout import Layout, heading_problems, mapped_layout, standard_layout
from milepost.imports.mapping import Mapping
from milepost.imports.row_reader import RowProblem
from milepost.imports.rows import ANY_FORMAT, Row, read_rows
from milepost.imports.scratch import PeopleOfCustomers
from milepost.imports.workbook import UnreadableFileError
from milepost.intake.sync.errors import BookRefusedError
from milepost.intake.sync.row_digests import RowDigests
from milepost.intake.sync.source import SourceFile
from milepost.store import syncs
from milepost.store.database import Store

_FEW = 20  # customers that are named


@dataclass(slots=True)
class Changes:
    """What changed. `digests` holds every row of the files; `to_read` of them are new or changed.

    `vanished` and `returned` are keys of rows. `forgotten` counts rows of customers who were forgotten.
    """

    digests: RowDigests
    rows: int = 0
    known: int = 0
    to_read: int = 0
    forgotten: int = 0
    vanished: list[str] = field(default_factory=list)
    vanished_before: int = 0
    returned: list[str] = field(default_factory=list)
    vanished_customers: list[str] = field(default_factory=list)
    problems: list[tuple[str, RowProblem]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Keys:
    """What stands for ids and rows of one book: digests with its salt, and with what decides how rows are read."""

    salt: str
    seed: str

    def of(self, customer: str) -> str:
        """Returns what stands for an id."""
        return hashlib.blake2b(customer.encode("utf-8", "replace"), key=self._key, digest_size=16).hexdigest()

    def digest(self, parts: Sequence[str]) -> str:
        """Returns the digest of a row."""
        text = "\0".join((self.seed, *parts))
        return hashlib.blake2b(text.encode("utf-8", "replace"), key=self._key, digest_size=16).hexdigest()

    @property
    def _key(self) -> bytes:
        return self.salt.encode()[:64]


def digest_rows(files: Sequence[SourceFile], mapping: Mapping | None, people: PeopleOfCustomers, keys: Keys) -> Changes:
    """Reads the files, and returns the digest of each row.

    Raises:
        BookRefusedError: a file has no rows, headings that can't be used, or ends in the middle of a row.
    """
    changes = Changes(RowDigests())
    for number, file in enumerate(files):
        assert file.path is not None
        for row, layout in _rows(file.name, file.path, mapping):
            changes.rows += 1
            customer = _cell(row, layout, "id")
            if not customer:
                changes.digests.add(keys.digest((file.name, str(row.number))), number, row.number, "")
                continue
            key = keys.of(customer)
            first = changes.digests.add(
                key, number, row.number, keys.digest(tuple(_parts(row, layout, mapping, people)))
            )
            if first is not None:
                where = f"row {first[1]} of {files[first[0]].name!r}"
                message = f"The id {customer!r} is already in {where}; an id stands for one customer"
                changes.problems.append((file.name, RowProblem(row.number, layout.heading_of("id"), message, customer)))
    if not changes.rows:
        raise BookRefusedError("There is no row below the headings.", "The book stays as it is until there is.")
    return changes


def _rows(name: str, path: Path, mapping: Mapping | None) -> Iterator[tuple[Row, Layout]]:
    try:
        with path.open("rb") as file:
            rows = iter(read_rows(file, mapping.form if mapping else ANY_FORMAT))
            headings = tuple(cell.strip() for cell in next(rows, Row(1, ())).cells)
            for column, message in heading_problems(headings, mapping.columns if mapping else None):
                where = f"{name!r}, column {column}" if column else repr(name)
                raise BookRefusedError(f"{where}: {message.rstrip('.')}.", "The book stays as it is.")
            layout = mapped_layout(headings, mapping.columns) if mapping else standard_layout(headings)
            last = None
            for row in rows:
                yield row, layout
                last = row
            if last is not None and (last.problem or len(last.cells) < layout.width):
                why = f"{name!r} ends in the middle of row {last.number}."
                raise BookRefusedError(why, "The book stays as it is until the file is whole.")
    except UnreadableFileError as error:
        raise BookRefusedError(f"{name!r}: {error.message}", error.hint or "") from error


def _cell(row: Row, layout: Layout, kind: str) -> str:
    for placed in layout.columns:
        if placed.target.kind == kind and placed.index < len(row.cells):
            cell = row.cells[placed.index].strip()
            value = placed.column.values.get(cell, cell)
            return "" if value is None else str(value)
    return ""


def _parts(row: Row, layout: Layout, mapping: Mapping | None, people: PeopleOfCustomers) -> Iterator[str]:
    """What of a row decides its customer: its cells by heading, and the contacts of a second file."""
    for placed in layout.columns:
        cell = row.cells[placed.index] if placed.index < len(row.cells) else ""
        yield f"{placed.heading}\1{cell.strip()}"
    if people.count and mapping and mapping.contacts:
        yield from (repr(each.to_json()) for each in people.of(_cell(row, layout, mapping.contacts.match)))


async def compare(store: Store, name: str, changes: Changes) -> None:
    """Compares the digests with those of the last time."""
    for batch in changes.digests.batches():
        async with store.reading() as session:
            known = await syncs.synced_of(session, name, [key for key, _ in batch])
        for key, digest in batch:
            before = known.get(key)
            if before is not None and before.customer is None:
                changes.forgotten += 1
            elif before is None or before.digest != digest:
                changes.digests.mark(key)
                changes.to_read += 1
            if before is not None and before.vanished and before.customer is not None:
                changes.returned.append(key)
    await _find_vanished(store, name, changes)


async def _find_vanished(store: Store, name: str, changes: Changes) -> None:
    after = ""
    while True:
        async with store.reading() as session:
            batch = await syncs.synced_after(session, name, after)
        if not batch:
            return
        after = batch[-1].key
        for each in batch:
            if each.customer is None:
                continue
            changes.vanished_before += each.vanished
            changes.known += not each.vanished
            if not each.vanished and not changes.digests.has(each.key):
                changes.vanished.append(each.key)
                if len(changes.vanished_customers) < _FEW:
                    changes.vanished_customers.append(each.customer)


def check_vanished(changes: Changes, most_vanished: int) -> None:
    """Refuses a book that lacks too many of the customers whom it had.

    Raises:
        BookRefusedError: it lacks `most_vanished` percent of them or more.
    """
    gone = len(changes.vanished)
    if gone and gone * 100 >= changes.known * most_vanished:
        raise BookRefusedError(
            f"{gone} of {changes.known} customers are missing in the book, {most_vanished} % or more.",
            "Nothing was taken in. If they are gone indeed, run it once with --accept-vanished.",
        )
