"""What changed in a book since it was last taken in: the rows to read, and the customers who vanished or came back.

Files are read once for that, without looking into cells; what is known of each row is its digest. Nothing is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path

from milepost import limits
from milepost.imports.layout import Layout, heading_problems, mapped_layout, standard_layout
from milepost.imports.mapping import Mapping
from milepost.imports.row_reader import RowProblem
from milepost.imports.rows import ANY_FORMAT, Row, read_rows
from milepost.imports.scratch import PeopleOfCustomers
from milepost.imports.workbook import UnreadableFileError
from milepost.intake.sync.errors import BookRefusedError, MissingCustomersError
from milepost.intake.sync.source import SourceFile
from milepost.store import syncs
from milepost.store.database import Store
from milepost.store.row_digests import RowDigests

_FEW = 20  # customers that are named


@dataclass(slots=True)
class Changes:
    """What changed. `digests` holds every row of the files; `to_read` of them are new or changed.

    `vanished` and `returned` are keys of rows. `forgotten` counts rows of customers who were forgotten. `by_earlier_id`
    are customers whose row has an id that they had before. `doubles` are rows of customers that another row decides.
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
    repeated: int = 0
    problems: list[tuple[str, RowProblem]] = field(default_factory=list)
    by_earlier_id: dict[str, RowUnderEarlierId] = field(default_factory=dict)
    doubles: dict[str, tuple[str, RowProblem]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowUnderEarlierId:
    """A row with an id that its customer had before it was merged or renamed; `file` is the file's number."""

    file: int
    row: int
    id: str
    customer: str
    heading: str | None


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


def digest_rows(
    files: Sequence[SourceFile],
    mapping: Mapping | None,
    people: PeopleOfCustomers,
    keys: Keys,
    present_ids: AnyMapping[str, str],
) -> Changes:
    """Reads the files, and returns the digest of each row.

    `present_ids` are those of customers by the ids that they had before they were merged or renamed. Of several rows
    of one customer that with its present id decides it, without one the first.

    Raises:
        BookRefusedError: a file has no rows, headings that can't be used, or ends in the middle of a row.
    """
    changes = Changes(RowDigests())
    renamed: list[RowUnderEarlierId] = []
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
                problem = RowProblem(row.number, layout.heading_of("id"), message, customer)
                changes.repeated += 1
                if len(changes.problems) < limits.REFUSED_ROWS:
                    changes.problems.append((file.name, problem))
            elif customer in present_ids:
                heading = layout.heading_of("id")
                renamed.append(RowUnderEarlierId(number, row.number, customer, present_ids[customer], heading))
    if not changes.rows:
        raise BookRefusedError("There is no row below the headings.", "The book stays as it is until there is.")
    _tell_doubles(files, renamed, keys, changes)
    return changes


def _tell_doubles(
    files: Sequence[SourceFile], renamed: Sequence[RowUnderEarlierId], keys: Keys, changes: Changes
) -> None:
    """Tells which rows under earlier ids decide their customers, and which don't, as another row does."""
    for each in renamed:
        place, by = changes.digests.place(keys.of(each.customer)), each.customer
        if place is None:
            first = changes.by_earlier_id.setdefault(each.customer, each)
            if first is each:
                continue
            place, by = (first.file, first.row), first.id
        message = (
            f"{each.id!r} is an earlier id of {each.customer!r}, which row {place[1]} of {files[place[0]].name!r} "
            f"has as {by!r}; that row counts"
        )
        problem = RowProblem(each.row, each.heading, message)
        changes.doubles[keys.of(each.id)] = files[each.file].name, problem


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


async def compare(store: Store, name: str, changes: Changes, keys: Keys) -> None:
    """Compares the digests with those of the last time."""
    for batch in changes.digests.batches():
        async with store.reading() as session:
            known = await syncs.synced_of(session, name, [key for key, _ in batch])
        for key, digest in batch:
            if key in changes.doubles:
                continue
            before = known.get(key)
            if before is not None and before.customer is None:
                changes.forgotten += 1
            elif before is None or before.digest != digest:
                changes.digests.mark(key)
                changes.to_read += 1
            if before is not None and before.vanished and before.customer is not None:
                changes.returned.append(key)
    await _find_vanished(store, name, changes, keys)


async def _find_vanished(store: Store, name: str, changes: Changes, keys: Keys) -> None:
    after = ""
    while True:
        async with store.reading() as session:
            batch = await syncs.synced_after(session, name, after)
        if not batch:
            return
        after = batch[-1].key
        for each in batch:
            if each.customer is None or each.key in changes.doubles:
                continue
            changes.vanished_before += each.vanished
            changes.known += not each.vanished
            is_there = changes.digests.place(each.key) or changes.digests.place(keys.of(each.customer))
            if not each.vanished and not is_there and each.customer not in changes.by_earlier_id:
                changes.vanished.append(each.key)
                if len(changes.vanished_customers) < _FEW:
                    changes.vanished_customers.append(each.customer)


def check_vanished(changes: Changes, most_vanished: int, accepted: int) -> None:
    """Refuses a book that lacks too many of the customers whom it had, and more than somebody accepted.

    Raises:
        MissingCustomersError: it lacks `most_vanished` percent of them or more.
    """
    gone = len(changes.vanished)
    if gone > accepted and gone * 100 >= changes.known * most_vanished:
        raise MissingCustomersError(gone, changes.known, most_vanished)
