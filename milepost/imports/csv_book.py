"""Reads a book of customers from a CSV file: the customers of all correct rows, and every problem of the others.

The first row names the columns: `id`, `name`, `timezone`, `country`, `language`, `contacts`, `team`; every other column
is an attribute. Only `id` is required. Nothing is saved here: see `milepost.intake.customers.save`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TypeVar

from milepost import places
from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.imports.cell_parsers import read_attribute, read_contacts, read_id, read_language, read_team
from milepost.imports.customer_checks import check_customer
from milepost.imports.unknown_names import UnknownNames
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.numbers import Decimal, shown_decimal
from milepost.text import count_of, listing, nearest

COLUMNS = ("id", *BUILT_IN_ATTRIBUTES, "contacts", "team")
_MOST_COLUMNS = 3  # that a problem names
_LONGEST_ROW = 100  # lines; a row that is longer has a quote that was never closed
_LOOK_AHEAD = 500  # rows; in a book that is read row by row, their numbers show how it writes numbers
_SEPARATORS = ",;\t"
_SEPARATOR_LINE = re.compile(rf"\s*sep=([{_SEPARATORS}])\s*", re.IGNORECASE)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A reason to refuse a row. `row` is the line of the file on which it begins, counted from 1."""

    row: int
    column: str | None
    message: str

    def __str__(self) -> str:
        where = f"row {self.row}, column {self.column}" if self.column else f"row {self.row}"
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Book:
    """The contents of a file: the customers of the correct rows, all problems of the others, and the number of rows.

    `columns` are the names in the first row: a file says nothing about fields that it has no column for. `notes` are
    sentences about names that no map defines, `missing` about columns that maps ask for and the file doesn't have.
    """

    customers: tuple[Customer, ...]
    problems: tuple[RowProblem, ...]
    rows: int
    columns: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def refused(self) -> int:
        """The number of rows that were refused."""
        return self.rows - len(self.customers)


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A file that is read row by row: `rows` yields the customer of each row, or its problems.

    `problems` are those of the header; if there are any, there are no rows.
    """

    columns: tuple[str, ...]
    problems: tuple[RowProblem, ...]
    rows: Iterator[Customer | tuple[RowProblem, ...]]
    unknown_names: UnknownNames

    @property
    def missing(self) -> tuple[str, ...]:
        """Sentences about columns that maps ask for and the file doesn't have."""
        return () if self.problems else tuple(self.unknown_names.missing())

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about names, of the columns and of the rows read so far, that no map defines."""
        return () if self.problems else tuple(self.unknown_names.notes(COLUMNS))


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Sequence[str]
    problem: str | None = None


def read_book(data: bytes | str, vocabulary: Vocabulary | None = None) -> Book:
    """Reads a CSV file in UTF-8 (or UTF-16 with its mark), separated by commas, semicolons or tabs.

    Columns that no map declares stay text. An empty cell means that nothing is known. A row that can't be read in full
    is refused with all its problems; a header that can't be used refuses the file.
    """
    book = open_book(_lines(data), vocabulary, look_ahead=None)
    rows = list(book.rows)
    customers = tuple(row for row in rows if isinstance(row, Customer))
    problems = (problem for row in rows if isinstance(row, tuple) for problem in row)
    return Book(customers, (*book.problems, *problems), len(rows), book.columns, book.missing, book.notes)


def open_book(
    lines: Iterable[str], vocabulary: Vocabulary | None = None, *, look_ahead: int | None = _LOOK_AHEAD
) -> OpenBook:
    """Reads a CSV file row by row, as `read_book` does; of the rows that were read, only the ids are kept.

    `lines` end in a newline and nothing else; bytes that aren't UTF-8 are escaped in them (`surrogateescape`). The
    numbers of the first `look_ahead` rows (None: of all) decide how numbers with two readings are meant.
    """
    rows = _rows(iter(lines))
    header = next(rows, _Row(1, ()))
    names = [name.strip() for name in header.cells]
    unknown_names = UnknownNames(vocabulary or Vocabulary(), tuple(filter(None, names)))
    problems = _header_problems(header, names) or list(_misspelt(header, unknown_names))
    if problems:
        return OpenBook((), tuple(problems), iter(()), unknown_names)
    ahead = list(islice(rows, look_ahead))
    reader = _Reader(names, unknown_names, _decimal_of(ahead, names, unknown_names.vocabulary))
    return OpenBook(unknown_names.columns, (), map(reader.read, chain(ahead, rows)), unknown_names)


def _decimal_of(rows: Iterable[_Row], names: Sequence[str], vocabulary: Vocabulary) -> Decimal | None:
    """Returns the decimal sign that the numbers of the book show; None where they show none, or both."""
    numeric = [at for at, name in enumerate(names) if vocabulary.types.get(name) is AttributeType.NUMBER]
    signs = {shown_decimal(row.cells[at]) for row in rows for at in numeric if at < len(row.cells)} - {None}
    return signs.pop() if len(signs) == 1 else None


# The file.


def _lines(data: bytes | str) -> list[str]:
    if isinstance(data, bytes):
        encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        data = data.decode(encoding, "surrogateescape" if encoding == "utf-8-sig" else "replace")
    return list(io.StringIO(data.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")))


def _rows(lines: Iterator[str]) -> Iterator[_Row]:
    """Yields the rows that aren't empty, the header first; after a broken row, reading goes on at its second line."""
    number, header, separator = _header_line(lines)
    delimiter = separator or _delimiter(header)
    ahead = deque(chain([header], islice(lines, _LONGEST_ROW - 1)))
    width: int | None = None
    while ahead:
        row, line_count = _row(ahead, number, delimiter, width)
        if any(cell.strip() for cell in row.cells) or row.problem:
            width = width or len(row.cells)
            yield row
        for _ in range(line_count):
            ahead.popleft()
        number += line_count
        ahead.extend(islice(lines, line_count))


def _header_line(lines: Iterator[str]) -> tuple[int, str, str | None]:
    """Returns the number and text of the first line with content, and the separator that an Excel line above names."""
    separator = None
    for number, line in enumerate(lines, 1):
        if match := _SEPARATOR_LINE.fullmatch(line):
            separator = match[1]
        elif line.strip():
            return number, line, separator
    return 1, "", separator


def _delimiter(header: str) -> str:
    """Returns the separator that the header uses most outside quotes; spreadsheets of many countries use semicolons."""
    return max(_SEPARATORS, key=re.sub(r'"[^"]*"', "", header).count)


def _row(lines: Iterable[str], number: int, delimiter: str, width: int | None) -> tuple[_Row, int]:
    """Returns the row that begins at a line, and how many lines it takes; a broken row takes one."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        why = "a quote is opened and never closed" if "unexpected end" in str(error) else str(error)
        hint = "put cells with quotes in quotes, and double those inside"
        return _Row(number, (), f"This isn't valid CSV: {why}; {hint}"), 1
    if width is not None and len(cells) > width and any(cell.strip() for cell in cells[width:]):
        problem = f"There are {len(cells)} cells for {width} columns; put cells with {delimiter!r} in quotes"
        return _Row(number, (), problem), 1
    return _Row(number, cells), reader.line_num


def _too_few(cells: Sequence[str], names: Sequence[str]) -> str | None:
    """Describes a row that ends early: its cells may have shifted, and what its last columns hold would be lost."""
    missing = [repr(name) for name in names[len(cells) :] if name]
    if not missing:
        return None
    columns = listing(missing, most=_MOST_COLUMNS)
    cells_are = f"{'is' if len(cells) == 1 else 'are'} {count_of(len(cells), 'cell')}"
    return f"There {cells_are} for {len(names)} columns, none for {columns}; leave a cell empty where nothing is known"


def _misspelt(header: _Row, unknown_names: UnknownNames) -> Iterator[RowProblem]:
    for column, near in unknown_names.misspelt_columns(COLUMNS):
        message = f"No map knows the column {column!r}; did you mean {near!r}? Rename it, or leave it out"
        yield RowProblem(header.number, column, message)


def _header_problems(header: _Row, names: Sequence[str]) -> list[RowProblem]:
    if header.problem:
        return [RowProblem(header.number, None, header.problem)]
    if "id" not in names:
        near = nearest("id", names)
        hint = f" Is it the column {near!r}?" if near else ""
        message = f"The first row must name the columns, and 'id' is not among them.{hint} Known: {', '.join(COLUMNS)}"
        return [RowProblem(header.number, "id", message)]
    repeated = [name for name, count in Counter(names).items() if name and count > 1]
    return [RowProblem(header.number, name, f"There are several columns {name!r}; keep one") for name in repeated]


# A row.


class _Reader:
    """Makes customers of rows, and collects the problems of each."""

    def __init__(self, names: Sequence[str], unknown_names: UnknownNames, decimal: Decimal | None) -> None:
        self._problems: list[RowProblem] = []
        self._names = names
        self._unknown_names = unknown_names
        self._vocabulary = unknown_names.vocabulary
        self._types = unknown_names.vocabulary.types
        self._decimal = decimal
        self._rows_by_id: dict[str, int] = {}

    def read(self, row: _Row) -> Customer | tuple[RowProblem, ...]:
        """Returns the customer of a row, or all that is wrong with the row."""
        self._problems = []
        cells = self._cells(row)
        if self._problems:
            return tuple(self._problems)
        customer = self._customer(row, cells)
        self._check(row, customer)
        if self._problems:
            return tuple(self._problems)
        self._unknown_names.count(customer)
        return customer

    def _customer(self, row: _Row, cells: dict[str, str]) -> Customer:
        def read(column: str, parse: Callable[[str], T], default: T) -> T:
            return self._read(row, column, cells[column], parse, default) if cells.get(column) else default

        customer_id = self._read(row, "id", cells.get("id", ""), read_id, "")
        return Customer(
            customer_id,
            cells.get("name") or customer_id,
            read("timezone", places.timezone, "UTC"),
            read("country", places.country, None),
            read("language", read_language, None),
            {
                name: read(name, partial(read_attribute, kind=self._types.get(name), decimal=self._decimal), None)
                for name, cell in cells.items()
                if name and cell and name not in COLUMNS
            },
            read("contacts", read_contacts, ()),
            read("team", read_team, {}),
        )

    def _check(self, row: _Row, customer: Customer) -> None:
        """Adds what only shows once the cells are parsed: repeated ids, and what the maps don't take."""
        first = self._rows_by_id.setdefault(customer.id, row.number)
        if customer.id and first != row.number:
            message = f"The id {customer.id!r} is already in row {first}; an id stands for one customer"
            self._problems.append(RowProblem(row.number, "id", message))
        unreadable = {problem.column for problem in self._problems}
        for problem in check_customer(customer, self._vocabulary, columns=self._names):
            field, _, rest = problem.field.partition(".")
            column = rest if field == "attributes" else field
            if column not in unreadable and not (column == "name" and "id" in unreadable):
                self._problems.append(RowProblem(row.number, column, problem.message))

    def _cells(self, row: _Row) -> dict[str, str]:
        """Returns the row's cells by column; adds a problem for each that isn't text."""
        problem = row.problem or _too_few(row.cells, self._names)
        if problem:
            self._problems.append(RowProblem(row.number, None, problem))
        cells = dict(zip(self._names, (cell.strip() for cell in row.cells), strict=False))
        self._problems += [
            RowProblem(row.number, name, "The text is not in UTF-8; save the file as 'CSV UTF-8'")
            for name, cell in cells.items()
            if not _is_text(cell)
        ]
        return cells

    def _read(self, row: _Row, column: str, cell: str, parse: Callable[[str], T], default: T) -> T:
        try:
            return parse(cell)
        except ValueError as error:
            self._problems.append(RowProblem(row.number, column, str(error)))
            return default


def _is_text(cell: str) -> bool:
    """Returns whether a cell can be stored: it has no bytes that aren't UTF-8, and no null characters of old files."""
    return not any("\udc80" <= sign <= "\udcff" or sign in "\0\ufffd" for sign in cell)
