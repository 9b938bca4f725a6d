"""Reads the files of an import as pages and programs send them: a form of several parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from milepost import limits
from milepost.intake.uploads import UploadedFile, UploadError
from milepost.text import storable

MEGABYTE = 1024 * 1024
UPLOAD = "upload"
"""The kind of the form (`milepost.web.forms`)."""
_FIELDS = 20


@dataclass(frozen=True, slots=True)
class UploadForm:
    """An upload: its files, and the texts of its other fields by name, each in the order that it was sent."""

    book: UploadedFile
    contacts: UploadedFile | None
    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """Returns the text of a field; empty: it wasn't sent."""
        return self.fields.get(name, ("",))[-1]


async def read_upload(request: Request) -> UploadForm:
    """Reads a form with files.

    Raises:
        UploadError: the files are too large, or there is none.
        HTTPException: 400, it is no such form.
    """
    if await is_too_large(request, limits.UPLOAD + limits.MAPPING):
        raise _too_large()
    async with request.form(max_files=2, max_fields=_FIELDS, max_part_size=limits.MAPPING) as sent:
        book, contacts = await _file(sent, "book"), await _file(sent, "contacts")
        names = dict.fromkeys(name for name, value in sent.multi_items() if isinstance(value, str))
        fields = {name: tuple(storable(each) for each in sent.getlist(name) if isinstance(each, str)) for name in names}
    if book is None:
        raise UploadError("book", "No file was chosen.", "Choose a CSV or XLSX file.")
    if sum(len(each.data) for each in (book, contacts) if each) > limits.UPLOAD:
        raise _too_large()
    return UploadForm(book, contacts, fields)


async def is_too_large(request: Request, most: int) -> bool:
    """Tells whether a form has more bytes; it is read and thrown away then, as its sender may not listen before."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) <= most:
        return False
    async for _ in request.stream():
        pass
    return True


def _too_large() -> UploadError:
    message = f"The files have more than {limits.UPLOAD // MEGABYTE} MB together."
    hint = "Send fewer rows at once, or save a workbook as CSV; `milepost import` on the command line takes any size."
    return UploadError("size", message, hint)


async def _file(sent: FormData, field: str) -> UploadedFile | None:
    """Returns a file of the form; None if none was chosen."""
    file = sent.get(field)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return UploadedFile(storable(file.filename), await file.read())
