"""Removes what uploaded files and their imports hold about somebody who is to be forgotten.

A row can't be taken out of somebody's file, so the whole file goes. An import that isn't over ends with it; customers
that it had brought in by then stay.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from milepost.imports.rows import FileFormat, Row, read_rows
from milepost.imports.workbook import UnreadableFileError, is_workbook, workbook_sheets
from milepost.intake.context import IntakeContext
from milepost.store import imports, rehearsals
from milepost.store.import_tables import ImportFileRow
from milepost.store.imports import FileKind, ImportStatus
from milepost.store.sqlite import overwriting

Holds = Callable[[str], bool]
REMOVED = "Its files were removed, as they held somebody who was forgotten."


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of an uploaded file that holds somebody."""

    number: int
    kind: FileKind
    row: int
    cells: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the row as a record of what is held on a person (`milepost.store.contact_export`)."""
        return {
            "customer": None,
            "table": ImportFileRow.__tablename__,
            "key": {"import_number": self.number, "kind": self.kind},
            "found_by": "address or name",
            "data": {"row": self.row, "cells": list(self.cells)},
        }


async def rows_with(context: IntakeContext, holds: Holds) -> list[FileRow]:
    """Returns the rows of uploaded files that hold somebody. A file that can't be read counts as a row."""
    async with context.store.reading() as session:
        stored = await imports.files(session)
    found = []
    for number, kind, encoding in stored:
        async with context.store.reading() as session:
            data = await imports.file(session, number, kind)
        if data is not None:
            form = FileFormat(encoding=encoding if kind in imports.UPLOADED else None)
            rows = await asyncio.to_thread(_rows, data, form, holds)
            found += [FileRow(number, kind, row.number, tuple(row.cells)) for row in rows]
    return found


def _rows(data: bytes, form: FileFormat, holds: Holds) -> list[Row]:
    file = io.BytesIO(data)
    try:
        sheets = workbook_sheets(file) if is_workbook(file) else (None,)  # also those that nobody chose
        forms = [replace(form, sheet=sheet) for sheet in sheets]
        rows = (row for each in forms for row in read_rows(file, each))
        return [row for row in rows if row.problem or any(map(holds, row.cells))]
    except UnreadableFileError:
        return [Row(1, ())]


async def forget_in_imports(context: IntakeContext, holds: Holds, name: str) -> list[int]:
    """Removes files and details of all imports that hold somebody; returns the numbers of those imports.

    `holds` tells of a cell whether it does; details do if they have the `name`, in whatever case.
    """
    numbers = {row.number for row in await rows_with(context, holds)}
    async with context.store.reading() as session:
        rows = await imports.with_details(session)
        played = {row.number: await rehearsals.accounts_of(session, row.number) for row in rows}
    details = (
        (row.number, json.dumps([row.account, row.preview, row.in_flight, played[row.number]], ensure_ascii=False))
        for row in rows
    )
    numbers |= {number for number, text in details if name.casefold() in text.casefold()}
    for number in sorted(numbers):
        await context.store.write(partial(_remove, context, number))
    return sorted(numbers)


def _remove(context: IntakeContext, number: int, session: Session) -> None:
    row = imports.lock(session, number)
    with overwriting(session):
        if row.status in imports.RUNS:  # the worker ends it
            row.status = ImportStatus.CANCELLING
        elif row.status not in imports.OVER:
            imports.end(session, row, ImportStatus.CANCELLED, context.now(), context.wall())
        if row.status != ImportStatus.DONE:
            row.problem = REMOVED
        imports.remove_details(session, row)
