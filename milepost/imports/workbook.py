"""The rows of a workbook (XLSX), as texts."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import closing
from typing import IO, Any
from zipfile import BadZipFile

from milepost.errors import MilepostError
from milepost.imports.cell_text import cell_text
from milepost.text import did_you_mean, listing, nearest

_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
"""How packed files begin, and those with nothing in them."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the part of a workbook with a password that holds the real one; around it is a file of the old form."""
_MOST_BLANK = 1000  # empty rows after which a sheet ends: some programs format a million of them


class UnreadableFileError(MilepostError):
    """The file is no text and no workbook that can be read."""

    code = "unreadable_file"


def is_workbook(file: IO[bytes]) -> bool:
    """Returns whether the file is a workbook rather than a text.

    Raises:
        UnreadableFileError: it is a workbook of Excel 2003 or before, or one with a password.
    """
    file.seek(0)
    beginning = file.read(len(_OLD_EXCEL))
    if beginning == _OLD_EXCEL:
        if _PROTECTED in file.read():
            hint = "Take the password off, save the workbook, and try again."
            raise UnreadableFileError("The workbook is protected by a password.", hint)
        raise UnreadableFileError("The file is an old workbook (XLS).", "Save it as XLSX, or as 'CSV UTF-8'.")
    return beginning in _ZIPS


def workbook_sheets(file: IO[bytes]) -> tuple[str, ...]:
    """Returns the names of the sheets of a workbook, the one that was open when it was saved first.

    Raises:
        UnreadableFileError: the file is damaged.
    """
    with closing(_opened(file)) as workbook:
        active = workbook.active.title
        return (active, *(each.title for each in workbook.worksheets if each.title != active))


def workbook_height(file: IO[bytes], sheet: str | None = None) -> int:
    """Returns how many rows a workbook says that a sheet has, which may be too many; 0 if it doesn't say.

    Raises:
        UnreadableFileError: the file is damaged, or has no such sheet.
    """
    with closing(_opened(file)) as workbook:
        return _sheet(workbook, sheet).max_row or 0


def workbook_rows(file: IO[bytes], sheet: str | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of a sheet with their numbers; without a name, of the one that was open when it was saved.

    Raises:
        UnreadableFileError: the file is damaged, or has no such sheet.
    """
    with closing(_opened(file)) as workbook:
        worksheet = _sheet(workbook, sheet)
        blank = 0
        for number, values in enumerate(worksheet.iter_rows(values_only=True), 1):
            cells = [cell_text(value) for value in values]
            blank = 0 if any(cells) else blank + 1
            if blank > _MOST_BLANK:
                return
            yield number, cells


def _sheet(workbook: Any, sheet: str | None) -> Any:
    if sheet is None:
        return workbook.active
    if sheet not in workbook.sheetnames:
        near = did_you_mean(nearest(sheet, workbook.sheetnames)) or "."
        raise UnreadableFileError(
            f"The workbook has no sheet {sheet!r}{near}", f"It has {listing(workbook.sheetnames)}."
        )
    return workbook[sheet]


def _opened(file: IO[bytes]) -> Any:
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - it takes a while to load

    from milepost.imports.shared_strings import open_workbook  # noqa: PLC0415 - most commands read no workbook

    file.seek(0)
    try:
        with warnings.catch_warnings(action="ignore"):  # styles and extensions that don't matter here
            return open_workbook(file)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
        hint = "Open it, save it as XLSX or as 'CSV UTF-8', and try again."
        raise UnreadableFileError("The file isn't a workbook (XLSX) that can be read.", hint) from error
