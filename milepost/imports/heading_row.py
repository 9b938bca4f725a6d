"""Finds the row with the headings, where a title, a date or merged cells stand above it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice
from typing import IO

from milepost.imports.known_headings import known_targets
from milepost.imports.known_words import folded
from milepost.imports.proposed_columns import words
from milepost.imports.proposed_places import contact_field
from milepost.imports.rows import ANY_FORMAT, FileFormat, Row, Rows, read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.imports.workbook import is_workbook

_SEARCHED = 20  # rows
_FEWEST = 2  # headings that have to be known


def rows_from_headings(file: IO[bytes], form: FileFormat = ANY_FORMAT, vocabulary: Vocabulary | None = None) -> Rows:
    """Reads a file from the row with the headings; `header_row` says where that is, unless it is the first one.

    It is the one of the first rows with the most headings that are known, or are attributes of the `vocabulary`.

    Raises:
        UnreadableFileError: it is a workbook that can't be read, or lacks the sheet; or it is no text at all.
    """
    rows = read_rows(file, form)
    form = replace(form, encoding=form.encoding or rows.encoding)
    number = form.header_row or heading_row(list(_beginnings(file, form)), _names(vocabulary or Vocabulary()))
    found = read_rows(file, replace(form, header_row=number))
    found.header_row = number
    return found


def heading_row(rows: Collection[Row], names: Collection[str] = ()) -> int | None:
    """Returns the number of the row that has the headings, if it isn't the first; `names` are those of attributes."""
    counts = {row.number: len({_target(cell, names) for cell in row.cells} - {None}) for row in rows}
    first = next(iter(rows), None)
    if first is None:
        return None
    fitting = [row for row in rows if counts[row.number] >= _FEWEST and row.filled >= first.filled]
    best = max(fitting, key=lambda row: counts[row.number], default=first)  # of several the first
    return best.number if counts[best.number] > counts[first.number] else None


def _beginnings(file: IO[bytes], form: FileFormat) -> Iterator[Row]:
    """Yields the first rows, each as if it were the heading: a title has other separators than a table, or none."""
    if is_workbook(file):
        yield from islice(read_rows(file, form).rows, _SEARCHED)
        return
    last = 0
    for number in range(1, _SEARCHED + 1):
        row = next(read_rows(file, replace(form, header_row=number)).rows, None)
        if row is not None and row.number > last:
            last = row.number
            yield row


def _names(vocabulary: Vocabulary) -> frozenset[str]:
    titles = (each.title for declared in vocabulary.attributes.values() for each in declared if each.title)
    return frozenset(map(words, (*vocabulary.attributes, *titles)))


def _target(cell: str, names: Collection[str]) -> str | None:
    heading = words(cell)
    return known_targets().get(folded(heading)) or contact_field(heading) or (heading if heading in names else None)
