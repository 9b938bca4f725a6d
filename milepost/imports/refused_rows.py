"""The rows of a book that were refused: summed up by column, and as a file to mend."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

from milepost.imports.layout import BESIDES, REFUSED_BECAUSE, REPEATED_ID
from milepost.imports.row_reader import RowProblem
from milepost.imports.rows import FileFormat, read_rows, separator_of

_MOST = 50  # kinds of problems that are kept as data


def encoding_to_write(form: FileFormat) -> str:
    """Returns the encoding of a file of refused rows: that of the book where somebody named it, else UTF-8."""
    return form.encoding or "utf-8-sig"


def write_rows(
    book: IO[bytes], form: FileFormat, headings: Sequence[str], problems: Iterable[RowProblem], out: IO[str]
) -> int:
    """Writes the refused rows of a book as they are, with the reasons in front; returns how many there are.

    The file is read like the book once it is mended, by the same mapping. A row whose id is that of another row
    names it in a column, so that it can't replace that customer when the file is imported by itself.
    """
    own = [index for index, heading in enumerate(headings) if heading not in BESIDES]
    reasons, repeated = _reasons(problems)
    separator = separator_of(book, form)
    rows = iter(read_rows(book, form))
    next(rows, None)
    out.write("\r\n" * ((form.header_row or 1) - 1))
    writer = csv.writer(out, delimiter=separator)
    besides = [REFUSED_BECAUSE, *([REPEATED_ID] if repeated else [])]
    writer.writerow([*besides, *(headings[index] for index in own)])
    for row in rows:
        if row.number in reasons:
            says = [" | ".join(reasons[row.number]), repeated.get(row.number, "")][: len(besides)]
            cells = [row.cells[index] for index in own if index < len(row.cells)]
            writer.writerow([*says, *cells, *row.cells[len(headings) :]])
    return len(reasons)


def _reasons(problems: Iterable[RowProblem]) -> tuple[dict[int, list[str]], dict[int, str]]:
    """Returns what is wrong with each row, and the ids of rows that another row has, too."""
    reasons: dict[int, list[str]] = {}
    repeated: dict[int, str] = {}
    for problem in problems:
        message = f"{problem.column}: {problem.message}" if problem.column else problem.message
        reasons.setdefault(problem.row, []).append(message)
        if problem.repeated_id is not None:
            repeated[problem.row] = problem.repeated_id
    return reasons, repeated


def refused_file(book: bytes, form: FileFormat, headings: Sequence[str], problems: Iterable[RowProblem]) -> bytes:
    """Returns the file of refused rows of a book, as `write_rows` writes it."""
    out = io.StringIO(newline="")
    write_rows(io.BytesIO(book), form, headings, problems, out)
    return out.getvalue().encode(encoding_to_write(form), "replace")


class ByColumn:
    """Counts problems by column and by what is wrong; messages that differ in the quoted cell alone are one."""

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
        key = problem.column, _without_quotes(problem.message)
        example, count = self._counts.get(key, (problem.message, 0))
        self._counts[key] = example, count + 1

    def rows(self) -> list[tuple[str | None, int, str]]:
        """Returns the column, the number of problems and the first of them, the most frequent first."""
        rows = [(column, count, example) for (column, _), (example, count) in self._counts.items()]
        return sorted(rows, key=lambda row: -row[1])

    def to_json(self) -> list[list[Any]]:
        return [list(row) for row in self.rows()[:_MOST]]


def _without_quotes(message: str) -> str:
    return "'".join(message.split("'")[::2])
