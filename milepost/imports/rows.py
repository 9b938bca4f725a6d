"""The rows of a file, CSV or XLSX: which encoding it has, what separates its cells, where its heading is.

Everything is told by the file itself unless a `FileFormat` says otherwise. Rows are read one by one; nothing of a file
is kept. What the cells mean is up to `milepost.imports.layout`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import IO

from milepost.imports.encodings import NAMES, encoding_of
from milepost.imports.workbook import UnreadableFileError, is_workbook, workbook_height, workbook_rows
from milepost.numbers import Decimal

SEPARATORS = ",;\t"
_BEGINNING = 4096  # bytes that are looked at
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")  # no null characters: old files are filled up with these
_FEW, _RARE = 32, 50  # a text may have a few of them, or one in so many characters
_OTHER_FORMATS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")
_LONGEST_ROW = 100  # lines; a row that is longer has a quote that was never closed
_SEPARATOR_LINE = re.compile(rf"\s*sep=([{SEPARATORS}])\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """The form of a file; what is None is told by the file.

    Attributes:
        encoding: As Python names it, such as `cp1252`.
        separator: The sign between two cells.
        sheet: The sheet of a workbook; without it, the one that was open when it was saved.
        header_row: The line, or row of the sheet, with the headings, counted from 1.
    """

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    header_row: int | None = None


ANY_FORMAT = FileFormat()


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `number` is the line of the file, or the row of the sheet, on which it begins, counted from 1."""

    number: int
    cells: Sequence[str]
    problem: str | None = None

    @property
    def filled(self) -> int:
        """The number of cells that aren't empty."""
        return sum(1 for cell in self.cells if cell.strip())


@dataclass(slots=True)
class Rows:
    """A file that is read row by row, the heading first; empty rows are left out.

    `decimal` is the decimal sign of a file that writes all its numbers with it. `footer` fills up at the end: the
    numbers of rows below the table, such as a total or a notice of copyright, which are no rows of it. `header_row` is
    the number of the heading's row, where something stands above it.
    """

    rows: Iterator[Row]
    encoding: str | None = None
    decimal: Decimal | None = None
    header_row: int | None = None
    footer: list[int] = field(default_factory=list)

    def __iter__(self) -> Iterator[Row]:
        """Yields the rows without those below the table.

        Below it is what follows an empty line and has one filled cell a row, until the end.
        """
        width, last = 0, 0
        below: list[Row] = []
        for row in self.rows:
            width = width or len(row.cells)
            if self._is_below(row, width, after=below, gap=row.number > last + 1):
                below.append(row)
            else:
                yield from below
                below.clear()
                yield row
            last = row.number + sum(cell.count("\n") for cell in row.cells)
        self.footer += [row.number for row in below]

    @staticmethod
    def _is_below(row: Row, width: int, *, after: Sequence[Row], gap: bool) -> bool:
        if width == 1 or row.filled != 1 or row.problem or not row.cells[0].strip():
            return False
        return bool(after) or (gap and (len(row.cells) < width or " " in row.cells[0].strip()))


def read_rows(file: IO[bytes], form: FileFormat = ANY_FORMAT) -> Rows:
    """Reads a file from its beginning; it must be seekable, and stay open until the last row was read.

    Raises:
        UnreadableFileError: it is a workbook that can't be read, or lacks the sheet; or it is no text at all.
    """
    if is_workbook(file):
        rows = (Row(number, cells) for number, cells in workbook_rows(file, form.sheet))
        return Rows(_from_heading(rows, form.header_row), decimal=".")
    encoding = form.encoding or encoding_of(file)
    _refuse_binary(file, encoding)
    return Rows(_decoded_rows(file, encoding, form), encoding)


def separator_of(file: IO[bytes], form: FileFormat = ANY_FORMAT) -> str:
    """Returns the sign between two cells of a file; a comma for a workbook, which has none."""
    if form.separator or is_workbook(file):
        return form.separator or ","
    file.seek(0)
    text = io.TextIOWrapper(file, form.encoding or encoding_of(file), "replace", newline=None)
    try:
        text.seek(0)
        _, header, separator = _header_line(text, form.header_row)
        return separator or _delimiter(header)
    finally:
        text.detach()


def _refuse_binary(file: IO[bytes], encoding: str) -> None:
    """Refuses pictures, archives and the like, which have many control characters where texts have hardly any."""
    file.seek(0)
    beginning = file.read(_BEGINNING)
    controls = _CONTROLS.findall(beginning.decode(encoding, "replace"))
    if beginning.startswith(_OTHER_FORMATS) or len(controls) > max(_FEW, len(beginning) // _RARE):
        hint = "Export the customers as CSV or as a workbook (XLSX), and use that file."
        raise UnreadableFileError("The file is neither a text (CSV) nor a workbook (XLSX).", hint)


def _decoded_rows(file: IO[bytes], encoding: str, form: FileFormat) -> Iterator[Row]:
    file.seek(0)
    errors = "surrogateescape" if codecs.lookup(encoding).name.startswith("utf-8") else "replace"
    text = io.TextIOWrapper(file, encoding, errors, newline=None)
    try:
        yield from text_rows(text, form)
    except UnicodeError as error:
        name = NAMES.get(encoding, encoding)
        hint = "Choose another encoding, or leave it to be told by the file."
        raise UnreadableFileError(f"The file isn't written in {name}.", hint) from error
    finally:
        with suppress(ValueError):  # the file may be closed by now
            text.detach()


def _from_heading(rows: Iterable[Row], header_row: int | None) -> Iterator[Row]:
    return (row for row in rows if row.filled and row.number >= (header_row or 1))


def text_rows(lines: Iterable[str], form: FileFormat = ANY_FORMAT) -> Iterator[Row]:
    """Yields the rows of a CSV text that aren't empty; after a broken row, reading goes on at its second line.

    Lines end in a newline and nothing else; bytes that can't be read in the file's encoding are escaped in them.
    """
    numbered = iter(lines)
    number, header, separator = _header_line(numbered, form.header_row)
    delimiter = form.separator or separator or _delimiter(header)
    ahead = deque(chain([header], islice(numbered, _LONGEST_ROW - 1)))
    width: int | None = None
    while ahead:
        row, line_count = _row(ahead, number, delimiter, width)
        if row.filled or row.problem:
            width = width or len(row.cells)
            yield row
        for _ in range(line_count):
            ahead.popleft()
        number += line_count
        ahead.extend(islice(numbered, line_count))


def _header_line(lines: Iterator[str], header_row: int | None) -> tuple[int, str, str | None]:
    """Returns the number and text of the first line with content, and the separator that an Excel line above names."""
    separator = None
    for number, line in enumerate(lines, 1):
        text = line.removeprefix("\ufeff")
        if match := _SEPARATOR_LINE.fullmatch(text):
            separator = match[1]
        elif text.strip() and number >= (header_row or 1):
            return number, text, separator
    return 1, "", separator


def _delimiter(header: str) -> str:
    """Returns the separator that the header uses most outside quotes; spreadsheets of many countries use semicolons."""
    return max(SEPARATORS, key=re.sub(r'"[^"]*"', "", header).count)


def _row(lines: Iterable[str], number: int, delimiter: str, width: int | None) -> tuple[Row, int]:
    """Returns the row that begins at a line, and how many lines it takes; a broken row takes one."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        why = "a quote is opened and never closed" if "unexpected end" in str(error) else str(error)
        hint = "put cells with quotes in quotes, and double those inside"
        return Row(number, (), f"This isn't valid CSV: {why}; {hint}"), 1
    if width is not None and len(cells) > width and any(cell.strip() for cell in cells[width:]):
        problem = f"There are {len(cells)} cells for {width} columns; put cells with {delimiter!r} in quotes"
        return Row(number, cells, problem), 1
    return Row(number, cells), reader.line_num


def estimated_rows(file: IO[bytes], sheet: str | None = None) -> int:
    """Returns about how many rows a file has below its heading, for a progress bar; at least 1.

    Raises:
        UnreadableFileError: it is a workbook that can't be read.
    """
    if is_workbook(file):
        return max(workbook_height(file, sheet) - 1, 1)
    file.seek(0)
    lines, last = 0, b""
    for block in iter(partial(file.read, 1 << 20), b""):
        lines, last = lines + block.count(b"\n"), block[-1:]
    return max(lines - (last == b"\n"), 1)
