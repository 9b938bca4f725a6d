"""Reading a book of customers from a CSV file: every row that is right, and what is wrong with the others.

The first row names the columns: `id`, `name`, `timezone`, `country`, `language`, `contacts`, `team`; every other column
is an attribute. Only `id` must be there. Nothing is written here: see `milepost.store.customers.save`.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any, TypeVar

from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.imports import cell_parsers as cells
from milepost.imports import places
from milepost.imports.unknown_names import UnknownNames
from milepost.imports.vocabulary import Vocabulary

COLUMNS = ("id", *BUILT_IN_ATTRIBUTES, "contacts", "team")
_NAMED = 3  # columns that a problem names
_LONGEST_ROW = 100  # lines; a row that is longer has a quote that was never closed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row was refused. `row` is the line of the file on which it begins, the header being 1."""

    row: int
    column: str | None
    message: str

    def __str__(self) -> str:
        return (
            f"row {self.row}, column {self.column}: {self.message}"
            if self.column
            else f"row {self.row}: {self.message}"
        )


@dataclass(frozen=True, slots=True)
class Book:
    """What a file held: the customers of the rows that are right, all problems of the others, and how many rows.

    `columns` are the names in the first row: what a file has no column for, it says nothing of. `notes` is what it
    speaks of and no map knows, `missing` the columns that maps look at and it has not, both as people are told of them.
    """

    customers: tuple[Customer, ...]
    problems: tuple[RowProblem, ...]
    rows: int
    columns: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return self.rows - len(self.customers)


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A file that is read row by row: `rows` gives the customer of each, or what is wrong with it.

    `problems` are those of the header; with any of them there are no rows.
    """

    columns: tuple[str, ...]
    problems: tuple[RowProblem, ...]
    rows: Iterator[Customer | tuple[RowProblem, ...]]
    strangers: UnknownNames

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns that maps look at and the file has not, as people are told of them."""
        return () if self.problems else tuple(self.strangers.missing())

    @property
    def notes(self) -> tuple[str, ...]:
        """What the rows that went by, and the columns, speak of and no map knows, as people are told of it."""
        return () if self.problems else tuple(self.strangers.notes(COLUMNS))


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Sequence[str]
    problem: str | None = None


def read_book(data: bytes | str, known: Vocabulary | None = None) -> Book:
    """Read a CSV file, in UTF-8 (or UTF-16 with its mark), separated by commas, semicolons or tabs.

    `known` is what maps know of customers; columns that none declares stay text. Empty cells are not given. A row that
    cannot be read in full is refused, with all that is wrong with it; a header that cannot be used refuses the file.
    """
    book = open_book(_lines(data), known)
    read = list(book.rows)
    customers = tuple(each for each in read if isinstance(each, Customer))
    problems = (problem for each in read if isinstance(each, tuple) for problem in each)
    return Book(customers, (*book.problems, *problems), len(read), book.columns, book.missing, book.notes)


def open_book(lines: Iterable[str], known: Vocabulary | None = None) -> OpenBook:
    """Read a CSV file row by row, as `read_book` does; of the rows that went by, only the ids are kept.

    `lines` end in a newline and nothing else; bytes that are no UTF-8 are escaped in them (`surrogateescape`).
    """
    ahead = iter(lines)
    first = next(ahead, "")
    rows = _rows(chain([first], ahead), _delimiter(first))
    header = next(rows, _Row(1, ()))
    names = [name.strip() for name in header.cells]
    strangers = UnknownNames(known or Vocabulary(), tuple(filter(None, names)))
    problems = _header_problems(header, names) or list(_misspelt(header, strangers))
    if problems:
        return OpenBook((), tuple(problems), iter(()), strangers)
    reader = _Reader(names, strangers)
    return OpenBook(strangers.columns, (), map(reader.read, rows), strangers)


# The file.


def _lines(data: bytes | str) -> list[str]:
    if isinstance(data, bytes):
        encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        data = data.decode(encoding, "surrogateescape" if encoding == "utf-8-sig" else "replace")
    return list(io.StringIO(data.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")))


def _delimiter(header: str) -> str:
    """The sign that the header uses most: spreadsheets of many countries write semicolons."""
    return max(",;\t", key=header.count)


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[_Row]:
    """The rows that are not empty. After one that is broken, reading goes on at the line below its first."""
    width: int | None = None
    number = 1
    ahead = deque(islice(lines, _LONGEST_ROW))
    while ahead:
        row, taken = _row(ahead, number, delimiter, width)
        if any(cell.strip() for cell in row.cells) or row.problem:
            width = width or len(row.cells)
            yield row
        for _ in range(taken):
            ahead.popleft()
        number += taken
        ahead.extend(islice(lines, taken))


def _row(lines: Iterable[str], number: int, delimiter: str, width: int | None) -> tuple[_Row, int]:
    """The row that begins at a line, and how many lines it takes; one that is broken takes one."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        found = next(reader)
    except csv.Error as error:
        why = "a quote is opened and never closed" if "unexpected end" in str(error) else str(error)
        said = f"This is no CSV: {why}. Put cells with quotes in quotes, and double those inside"
        return _Row(number, (), said), 1
    if width is not None and len(found) > width and any(cell.strip() for cell in found[width:]):
        return _Row(
            number, (), f"There are {len(found)} cells for {width} columns; put cells with {delimiter!r} in quotes"
        ), 1
    return _Row(number, found), reader.line_num


def _too_few(cells: Sequence[str], names: Sequence[str]) -> str | None:
    """A row that ends early may be one whose cells have slipped, and would forget what is known of its last columns."""
    missing = [name for name in names[len(cells) :] if name]
    if not missing:
        return None
    said = ", ".join(map(repr, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
    are = "is 1 cell" if len(cells) == 1 else f"are {len(cells)} cells"
    return f"There {are} for {len(names)} columns, none for {said}; leave a cell empty where nothing is known"


def _misspelt(header: _Row, strangers: UnknownNames) -> Iterator[RowProblem]:
    for column, near in strangers.misspelt_columns(COLUMNS):
        said = f"No map knows the column {column!r}; did you mean {near!r}? Rename it, or leave it out"
        yield RowProblem(header.number, column, said)


def _header_problems(header: _Row, names: Sequence[str]) -> list[RowProblem]:
    if header.problem:
        return [RowProblem(header.number, None, header.problem)]
    if "id" not in names:
        near = difflib.get_close_matches("id", [name.lower() for name in names], 1)
        hint = f" Is it the column {near[0]!r}?" if near else ""
        message = f"The first row must name the columns, and 'id' is not among them.{hint} Known: {', '.join(COLUMNS)}"
        return [RowProblem(header.number, "id", message)]
    twice = [name for name, number in Counter(names).items() if name and number > 1]
    return [RowProblem(header.number, name, f"There are several columns {name!r}; keep one") for name in twice]


# A row.


class _Reader:
    """Makes customers of rows and gathers what is wrong."""

    def __init__(self, names: Sequence[str], strangers: UnknownNames) -> None:
        self._problems: list[RowProblem] = []
        self._names = names
        self._known = strangers.known
        self._strangers = strangers
        self._seen: dict[str, int] = {}

    def read(self, row: _Row) -> Customer | tuple[RowProblem, ...]:
        """The customer of a row, if all of it is right; else all that is wrong with it."""
        self._problems = []
        return self._customer(row) or tuple(self._problems)

    def _customer(self, row: _Row) -> Customer | None:
        given = self._cells(row)
        if self._problems:
            return None
        customer_id = self._read(row, "id", given.get("id", ""), cells.read_id, "")
        self._unique(row, customer_id)

        def read(column: str, reader: Callable[[str], T], default: T) -> T:
            return self._read(row, column, given[column], reader, default) if given.get(column) else default

        made = Customer(
            customer_id,
            given.get("name") or customer_id,
            read("timezone", places.timezone, "UTC"),
            read("country", places.country, None),
            read("language", cells.read_language, None),
            {
                name: read(name, self._value_of(name), None)
                for name, cell in given.items()
                if name and cell and name not in COLUMNS
            },
            read("contacts", lambda cell: self._strangers.contacts(cells.read_contacts(cell)), ()),
            read("team", lambda cell: self._strangers.team(cells.read_team(cell)), {}),
        )
        return None if self._problems else made

    def _cells(self, row: _Row) -> dict[str, str]:
        """The row's cells by column, once they are text."""
        problem = row.problem or _too_few(row.cells, self._names)
        if problem:
            self._problems.append(RowProblem(row.number, None, problem))
        given = dict(zip(self._names, (cell.strip() for cell in row.cells), strict=False))
        self._problems += [
            RowProblem(row.number, name, "The text is not in UTF-8; save the file as 'CSV UTF-8'")
            for name, cell in given.items()
            if not _is_text(cell)
        ]
        return given

    def _read(self, row: _Row, column: str, cell: str, reader: Callable[[str], T], default: T) -> T:
        try:
            return reader(cell)
        except ValueError as error:
            self._problems.append(RowProblem(row.number, column, str(error)))
            return default

    def _value_of(self, name: str) -> Callable[[str], Any]:
        kind = self._known.types.get(name)
        if name in self._known.choices:
            return partial(cells.read_choice, kind=kind, allowed=self._known.choices[name])
        return partial(cells.read_attribute, kind=kind)

    def _unique(self, row: _Row, customer: str) -> None:
        first = self._seen.setdefault(customer, row.number)
        if customer and first != row.number:
            message = f"The id {customer!r} stands in row {first} already; an id names one customer"
            self._problems.append(RowProblem(row.number, "id", message))


def _is_text(cell: str) -> bool:
    """Whether a cell is text that can be kept: no bytes that are no UTF-8, no control characters of old files."""
    return not any("\udc80" <= sign <= "\udcff" or sign in "\0\ufffd" for sign in cell)
