"""The files of a book on the command line: the book itself, a mapping, and the file of refused rows."""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.output import aside
from milepost.imports.layout import BESIDES, REFUSED_BECAUSE, REPEATED_ID
from milepost.imports.mapping import Mapping
from milepost.imports.mapping_file import ReadMapping, read_mapping, shipped_mappings
from milepost.imports.people_file import ReadPeople, read_people
from milepost.imports.row_reader import RowProblem
from milepost.imports.rows import ANY_FORMAT, read_rows
from milepost.language.loader import read_file
from milepost.language.problems import Problem
from milepost.text import did_you_mean, listing, nearest

STDIN = Path("-")


@contextmanager
def book_file(path: Path) -> Iterator[IO[bytes]]:
    """Opens a file for reading; `-` is standard input, kept on disk meanwhile so that it can be read twice.

    Raises:
        CommandError: the file can't be read.
    """
    if path == STDIN:
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
            yield copy
        return
    with file_errors("read", path, "Name a CSV or XLSX file."):
        file = path.open("rb")
    with file:
        yield file


def mapping_of(name: str | None) -> Mapping | None:
    """Reads a mapping: a file, or one that Milepost ships, by its name.

    Raises:
        CommandError: there is no such mapping, or it has errors (which are printed).
    """
    if name is None:
        return None
    shipped = shipped_mappings()
    path = shipped[name] if name in shipped and not Path(name).is_file() else Path(name)
    if not path.is_file():
        near = did_you_mean(nearest(name, shipped)) or "."
        hint = f"Name a file, or a mapping that Milepost ships: {listing(list(shipped))}. --propose writes one."
        raise CommandError(f"There is no mapping {name!r}{near}", hint)
    text = read_file(path, str(path))
    read = ReadMapping(None, (text,)) if isinstance(text, Problem) else read_mapping(text, str(path))
    aside(*map(str, read.problems))
    if read.mapping is None:
        hint = "Correct what is listed above; docs/import.md explains every field."
        raise CommandError("The mapping can't be used.", hint)
    return read.mapping


def people_of(path: Path | None, mapping: Mapping | None) -> ReadPeople:
    """Reads the second file, with the customers' contacts.

    Raises:
        CommandError: the mapping says nothing of it, or the file can't be read.
    """
    if path is None:
        return ReadPeople()
    if mapping is None or mapping.contacts is None:
        raise CommandError(
            "A file of contacts needs a mapping with a section 'contacts'.", "Add it; docs/import.md shows how."
        )
    with book_file(path) as file:
        return read_people(file, mapping.contacts, mapping.defaults)


def write_refused(
    book: Path, headings: Sequence[str], problems: Iterable[RowProblem], mapping: Mapping | None, target: Path
) -> int:
    """Writes the refused rows of a book as they are, with the reasons in front; returns how many there are.

    The file is read like the book once it is mended, by the same mapping. A row whose id is that of another row
    names it in a column, so that it can't replace that customer when the file is imported by itself.
    """
    form = mapping.form if mapping else ANY_FORMAT
    own = [index for index, heading in enumerate(headings) if heading not in BESIDES]
    reasons, repeated = _reasons(problems)
    with book_file(book) as file, file_errors("write", target, "Name a file with --refused."):
        rows = iter(read_rows(file, form))
        next(rows, None)
        with target.open("w", encoding=form.encoding or "utf-8-sig", newline="") as out:
            out.write("\r\n" * ((form.header_row or 1) - 1))
            writer = csv.writer(out, delimiter=form.separator or ",")
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


def by_column(problems: Iterable[RowProblem]) -> AnyMapping[tuple[str | None, str], int]:
    """Counts problems by column and by what is wrong, the most frequent first.

    Messages that differ in the quoted cell alone are one; the first stands for all.
    """
    counts: dict[tuple[str | None, str], list[str]] = {}
    for problem in problems:
        key = problem.column, _without_quotes(problem.message)
        counts.setdefault(key, []).append(problem.message)
    ordered = sorted(counts.items(), key=lambda item: -len(item[1]))
    return {(column, messages[0]): len(messages) for (column, _), messages in ordered}


def _without_quotes(message: str) -> str:
    return "'".join(message.split("'")[::2])
