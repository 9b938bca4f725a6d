"""The rows of a book that were refused: summed up by column, and as a file to mend."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import IO, Any

from milepost.imports.layout import BESIDES, REFUSED_BECAUSE, REPEATED_ID
from milepost.imports.row_problems import RowProblems
from milepost.imports.row_reader import RowProblem
from milepost.imports.rows import FileFormat, Row, read_rows, separator_of

_MOST = 50  # kinds of problems that are kept as data
_MOST_KINDS = 500  # that are told apart
_OTHERS = "other problems"
REFUSED = ".refused"
"""What the name of a file of refused rows ends in, before its ending."""


def refused_stem(stem: str) -> str:
    """Returns a book's name without its ending, also of the file of its refused rows: `book` of `book.refused`."""
    return stem.removesuffix(REFUSED)


def encoding_to_write(form: FileFormat) -> str:
    """Returns the encoding of a file of refused rows: that of the book where somebody named it, else UTF-8."""
    return form.encoding or "utf-8-sig"


def write_rows(book: IO[bytes], form: FileFormat, headings: Sequence[str], problems: RowProblems, out: IO[str]) -> int:
    """Writes the refused rows of a book as they are, with the reasons in front; returns how many there are.

    The file is read like the book once it is mended, by the same mapping. A row whose id is that of another row
    names it in a column, so that it can't replace that customer when the file is imported by itself.
    """
    own = [index for index, heading in enumerate(headings) if heading not in BESIDES]
    separator = separator_of(book, form)
    rows = iter(read_rows(book, form))
    next(rows, None)
    out.write("\r\n" * ((form.header_row or 1) - 1))
    writer = csv.writer(out, delimiter=separator)
    besides = [REFUSED_BECAUSE, *([REPEATED_ID] if problems.has_repeated_ids else [])]
    writer.writerow([*besides, *(headings[index] for index in own)])
    written = 0
    for row, of_row in _with_problems(rows, problems):
        says = [" | ".join(map(_reason, of_row)), _repeated_id(of_row)][: len(besides)]
        cells = [row.cells[index] for index in own if index < len(row.cells)]
        writer.writerow([*says, *cells, *row.cells[len(headings) :]])
        written += 1
    return written


def _with_problems(rows: Iterator[Row], problems: RowProblems) -> Iterator[tuple[Row, list[RowProblem]]]:
    """Yields the rows that have problems, each with these; both come in the order of the file."""
    for number, group in groupby(problems, attrgetter("row")):
        of_row = list(group)
        yield from ((row, of_row) for row in islice((row for row in rows if row.number == number), 1))


def _reason(problem: RowProblem) -> str:
    return f"{problem.column}: {problem.message}" if problem.column else problem.message


def _repeated_id(problems: Iterable[RowProblem]) -> str:
    """Returns the id that a row shares with another one; empty where it has its own."""
    return next((each.repeated_id for each in problems if each.repeated_id is not None), "")


def refused_file(book: bytes, form: FileFormat, headings: Sequence[str], problems: Iterable[RowProblem]) -> bytes:
    """Returns the file of refused rows of a book, as `write_rows` writes it."""
    out = io.StringIO(newline="")
    write_rows(io.BytesIO(book), form, headings, RowProblems(problems), out)
    return out.getvalue().encode(encoding_to_write(form), "replace")


class ByColumn:
    """Counts problems by column and by what is wrong, whatever cells and numbers the messages quote."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str | None, str], tuple[str, int]] = {}

    @staticmethod
    def of(problems: Iterable[RowProblem]) -> ByColumn:
        """Counts these problems."""
        counted = ByColumn()
        for problem in problems:
            counted.add(problem)
        return counted

    def add(self, problem: RowProblem) -> None:
        """Counts a problem."""
        key = problem.column, _without_values(problem.message)
        if key not in self._counts and len(self._counts) >= _MOST_KINDS:
            key = problem.column, _OTHERS
        example, count = self._counts.get(key, (problem.message, 0))
        self._counts[key] = example, count + 1

    def rows(self) -> list[tuple[str | None, int, str]]:
        """Returns the column, the number of problems and the first of them, the most frequent first."""
        rows = [(column, count, example) for (column, _), (example, count) in self._counts.items()]
        return sorted(rows, key=lambda row: -row[1])

    def to_json(self) -> list[list[Any]]:
        return [list(row) for row in self.rows()[:_MOST]]


def _without_values(message: str) -> str:
    return re.sub(r"\d+", "0", "'".join(message.split("'")[::2]))
