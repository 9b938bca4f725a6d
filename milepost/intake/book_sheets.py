"""How a book begins that somebody sent: its sheets, the one with the customers, and its first rows."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from milepost.imports.heading_row import rows_from_headings
from milepost.imports.rows import FileFormat, Row, Rows, read_rows
from milepost.imports.workbook import UnreadableFileError, is_workbook, workbook_sheets


def sheets_of(data: bytes) -> tuple[str, ...]:
    """Returns the names of a workbook's sheets, the one that it opens with first; none for a text.

    Raises:
        UnreadableFileError: it is a workbook that can't be read.
    """
    file = io.BytesIO(data)
    return workbook_sheets(file) if is_workbook(file) else ()


def likely_sheet(data: bytes) -> str:
    """Returns the first sheet with a table, else the first with a row; empty: the one that a workbook opens with."""
    try:
        sheets = sheets_of(data)
        beginnings = {name: list(islice(_from_headings(data, name), 2)) for name in sheets}
    except UnreadableFileError:
        return ""  # whoever reads its heading says why
    filled = [name for name, rows in beginnings.items() if rows]
    tables = [name for name in filled if _is_table(beginnings[name])]
    first = next(iter((*tables, *filled)), "")
    return "" if first == next(iter(sheets), "") else first


def _is_table(beginning: Sequence[Row]) -> bool:
    """Returns whether rows begin like a table, rather than like a cover or a note: several cells, one below another."""
    return len(beginning) > 1 and min(row.filled for row in beginning) > 1


def _from_headings(data: bytes, sheet: str) -> Rows:
    return rows_from_headings(io.BytesIO(data), FileFormat(sheet=sheet))


def rows_of(data: bytes, sheet: str) -> Rows:
    """Returns the rows of a sheet; empty: of the one that a workbook opens with."""
    return read_rows(io.BytesIO(data), FileFormat(sheet=sheet or None))


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The first rows of a file, as they stand there: the heading, and some below it."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def first_rows(data: bytes, form: FileFormat, count: int) -> FirstRows:
    """Returns the first rows of a book.

    Raises:
        UnreadableFileError: it is a workbook that can't be read.
    """
    rows = iter(read_rows(io.BytesIO(data), form))
    heading = next(rows, Row(1, ()))
    return FirstRows(tuple(cell.strip() for cell in heading.cells), tuple(islice(rows, count)))
