"""Reads a book of customers from a file: the customers of all correct rows, and every problem of the others.

Without a mapping the headings are `id`, `name`, `timezone`, `country`, `language`, `contacts`, `team`, and every other
column is an attribute; only `id` is required. Nothing is saved here: see `milepost.intake.book`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO

from milepost.customer import Customer
from milepost.imports.encodings import NAMES
from milepost.imports.entries import EntryReader
from milepost.imports.layout import COLUMNS, Layout, heading_problems, mapped_layout, standard_layout
from milepost.imports.mapping import Mapping
from milepost.imports.row_reader import BookRow, CellReader, RowProblem, RowReader
from milepost.imports.rows import ANY_FORMAT, Row, Rows, read_rows, text_rows
from milepost.imports.scratch import PeopleOfCustomers
from milepost.imports.time_zones import TimeZones
from milepost.imports.unknown_names import UnknownNames
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.numbers import Decimal, shown_decimal
from milepost.planner.entry_point import EntryPoint
from milepost.text import count_of, listing

_LOOK_AHEAD = 500  # rows; in a book that is read row by row, their numbers show how it writes numbers
_MOST_HEADINGS = 8  # that a note lists


@dataclass(frozen=True, slots=True)
class Book:
    """The contents of a file: the correct rows, all problems of the others, and the number of rows.

    `places` are what of a customer the file decides (`Layout.places`). `notes` are sentences about names that no map
    defines, `missing` about columns that maps ask for and the file doesn't have.
    """

    read: tuple[BookRow, ...]
    problems: tuple[RowProblem, ...]
    rows: int
    places: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def customers(self) -> tuple[Customer, ...]:
        """The customers of the correct rows."""
        return tuple(row.customer for row in self.read)

    @property
    def refused(self) -> int:
        """The number of rows that were refused."""
        return self.rows - len(self.read)


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A file that is read row by row: `rows` yields each row as it was read, or its problems.

    `headings` are those of the file. `problems` are those of the headings; if there are any, there are no rows.
    """

    headings: tuple[str, ...]
    layout: Layout
    problems: tuple[RowProblem, ...]
    rows: Iterator[BookRow | tuple[RowProblem, ...]]
    unknown_names: UnknownNames
    source: Rows
    zones: TimeZones

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the fields that the file fills, as maps know them."""
        return self.layout.names

    @property
    def missing(self) -> tuple[str, ...]:
        """Sentences about columns that maps ask for and the file doesn't have."""
        return () if self.problems else tuple(self.unknown_names.missing())

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the file, and about names of the rows read so far that no map defines."""
        return () if self.problems else tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        if self.source.encoding and self.source.encoding != "utf-8-sig":
            yield f"The file was read as {NAMES.get(self.source.encoding, self.source.encoding)}."
        for verb, headings in (("leaves out", self.layout.left_out), ("names what isn't there:", self.layout.absent)):
            if headings:
                yield f"The mapping {verb} {listing(list(map(repr, headings)), most=_MOST_HEADINGS)}."
        if footer := self.source.footer:
            rows = count_of(len(footer), "row")
            yield f"{rows} below the table (from row {footer[0]}) {'was' if len(footer) == 1 else 'were'} left out."
        if self.unknown_names.vocabulary.personas:
            yield from self.zones.notes()
        yield from self.unknown_names.notes(COLUMNS)


def read_book(data: bytes | str, vocabulary: Vocabulary | None = None, mapping: Mapping | None = None) -> Book:
    """Reads a whole file, CSV or XLSX.

    Columns that no map declares stay text. An empty cell means that nothing is known. A row that can't be read in full
    is refused with all its problems; headings that can't be used refuse the file.

    Raises:
        UnreadableFileError: it is a workbook that can't be read.
    """
    if isinstance(data, str):
        source = Rows(text_rows(io.StringIO(data.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))))
    else:
        source = read_rows(io.BytesIO(data), mapping.form if mapping else ANY_FORMAT)
    book = open_rows(source, vocabulary, mapping, look_ahead=None)
    rows = list(book.rows)
    read = tuple(row for row in rows if isinstance(row, BookRow))
    problems = (problem for row in rows if isinstance(row, tuple) for problem in row)
    return Book(read, (*book.problems, *problems), len(rows), book.layout.places, book.missing, book.notes)


def open_book(
    file: IO[bytes],
    vocabulary: Vocabulary | None = None,
    mapping: Mapping | None = None,
    contacts: PeopleOfCustomers | None = None,
    entry: EntryPoint | None = None,
    *,
    only: Iterable[int] | None = None,
) -> OpenBook:
    """Reads a file row by row, as `read_book` does; of the rows that were read, only the ids are kept, on disk.

    The numbers of the first rows decide how numbers with two readings are meant. `entry` is where those customers stand
    whose rows don't say. `only` are the numbers of the rows to read, in their order; None: all.

    Raises:
        UnreadableFileError: it is a workbook that can't be read.
    """
    source = read_rows(file, mapping.form if mapping else ANY_FORMAT)
    return open_rows(source, vocabulary, mapping, contacts, entry, only=only)


def open_rows(
    source: Rows,
    vocabulary: Vocabulary | None = None,
    mapping: Mapping | None = None,
    contacts: PeopleOfCustomers | None = None,
    entry: EntryPoint | None = None,
    *,
    only: Iterable[int] | None = None,
    look_ahead: int | None = _LOOK_AHEAD,
) -> OpenBook:
    """Reads a book from rows; the first `look_ahead` (None: all) show how it writes numbers."""
    vocabulary = vocabulary or Vocabulary()
    rows = iter(source)
    heading = next(rows, Row(1, ()))
    headings = tuple(cell.strip() for cell in heading.cells)
    layout = mapped_layout(headings, mapping.columns) if mapping else standard_layout(headings)
    unknown_names = UnknownNames(vocabulary, layout.names, mapping.defaults.names if mapping else frozenset())
    zones = TimeZones(mapping.zones if mapping else {})
    problems = tuple(_heading_problems(heading, headings, mapping)) or tuple(_misspelt(heading.number, unknown_names))
    if problems:
        return OpenBook(headings, layout, problems, iter(()), unknown_names, source, zones)
    ahead = list(islice(rows, look_ahead))
    decimal = (mapping.decimal if mapping else None) or source.decimal or _decimal_of(ahead, layout, vocabulary)
    dates = mapping.dates if mapping else ()
    cells = CellReader(vocabulary.types, decimal, dates, mapping.people if mapping else {})
    entries = EntryReader(entry, dates, decimal)
    reader = RowReader(layout, unknown_names, cells, zones, entries, mapping, contacts or PeopleOfCustomers())
    wanted = chain(ahead, rows) if only is None else _with_numbers(chain(ahead, rows), only)
    return OpenBook(headings, layout, (), map(reader.read, wanted), unknown_names, source, zones)


def _with_numbers(rows: Iterator[Row], numbers: Iterable[int]) -> Iterator[Row]:
    for number in numbers:
        yield from islice((row for row in rows if row.number == number), 1)


def _decimal_of(rows: Iterable[Row], layout: Layout, vocabulary: Vocabulary) -> Decimal | None:
    """Returns the decimal sign that the numbers of the book show; None where they show none, or both."""
    numeric = [
        placed.index
        for placed in layout.columns
        if placed.target.kind == "attributes" and vocabulary.types.get(placed.target.name) is AttributeType.NUMBER
    ]
    signs = {shown_decimal(row.cells[at]) for row in rows for at in numeric if at < len(row.cells)} - {None}
    return signs.pop() if len(signs) == 1 else None


def _heading_problems(heading: Row, headings: Sequence[str], mapping: Mapping | None) -> Iterator[RowProblem]:
    if heading.problem:
        yield RowProblem(heading.number, None, heading.problem)
        return
    for column, message in heading_problems(headings, mapping.columns if mapping else None):
        yield RowProblem(heading.number, column, message)


def _misspelt(row: int, unknown_names: UnknownNames) -> Iterator[RowProblem]:
    for column, near in unknown_names.misspelt_columns(COLUMNS):
        message = f"No map knows the column {column!r}; did you mean {near!r}? Rename it, or leave it out"
        yield RowProblem(row, column, message)
