"""Reads the second file of a mapping: contacts, one a row, by the customers whose they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO

from milepost.imports.layout import heading_problems, mapped_layout
from milepost.imports.mapping import Defaults, PeopleFile
from milepost.imports.row_problems import RowProblems
from milepost.imports.row_reader import RowProblem, contact_of
from milepost.imports.rows import Row, read_rows
from milepost.imports.scratch import PeopleOfCustomers


@dataclass(slots=True)
class ReadPeople:
    """The contacts of a file by the id or the name of their customers, and its problems."""

    contacts: PeopleOfCustomers = field(default_factory=PeopleOfCustomers)
    problems: RowProblems = field(default_factory=RowProblems)


def read_people(file: IO[bytes], people: PeopleFile, defaults: Defaults) -> ReadPeople:
    """Reads the whole file. A row without a customer or an address is left out, as exports have many of them.

    Raises:
        UnreadableFileError: it is a workbook that can't be read.
    """
    rows = iter(read_rows(file, people.form))
    heading = next(rows, Row(1, ()))
    headings = tuple(cell.strip() for cell in heading.cells)
    result = ReadPeople()
    for column, message in heading_problems(headings, people.columns):
        result.problems.add(RowProblem(heading.number, column, message))
    if result.problems:
        return result
    layout = mapped_layout(headings, people.columns)
    for row in rows:
        if row.problem:
            result.problems.add(RowProblem(row.number, None, row.problem))
            continue
        fields: dict[str, str] = {}
        for placed in layout.columns:
            cell = row.cells[placed.index].strip() if placed.index < len(row.cells) else ""
            value = placed.column.values.get(cell, cell)
            if value not in (None, ""):
                fields[placed.target.kind] = str(value)
        if not fields.get("customer") or not fields.get("email"):
            continue
        personas = _personas(fields, people, defaults)
        try:
            contact = contact_of(fields, personas)
        except ValueError as error:
            result.problems.add(RowProblem(row.number, None, str(error)))
            continue
        result.contacts.add(fields["customer"], contact)
    return result


def _personas(fields: dict[str, str], people: PeopleFile, defaults: Defaults) -> tuple[str, ...]:
    separator = next((each.separator for each in people.columns.values() if each.to.kind == "personas"), ";")
    named = tuple(each.strip() for each in fields.get("personas", "").split(separator) if each.strip())
    return named or ((defaults.persona,) if defaults.persona else ())
