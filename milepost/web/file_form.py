"""Reads a form with files. What is too large is thrown away as it arrives, and all that was typed is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from milepost import limits
from milepost.intake.files import Upload

_FIELDS = 4 * limits.ASKS


@dataclass(frozen=True, slots=True)
class FileForm:
    """A form with files: `texts` holds its other fields, `files` those that were chosen, by their inputs' names."""

    texts: FormData
    files: Mapping[str, Upload]


class _Parser(MultiPartParser):
    """A parser that keeps no more of a file than may come in, and a little."""

    most_bytes = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is None or (file.size or 0) <= self.most_bytes:
            super().on_part_data(data, start, end)


async def read_file_form(request: Request, most_bytes: int) -> FileForm:
    """Reads a form with files, each of so many bytes at the most; one that has more comes without content.

    Raises:
        HTTPException: 400, it is no such form.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(400, "This form came without its files. Go back, choose them, and send it again.")
    parser = _Parser(
        request.headers, request.stream(), max_files=limits.ASKS, max_fields=_FIELDS, max_part_size=limits.FORM
    )
    parser.most_bytes = most_bytes
    try:
        sent = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, f"This form can't be read: {error.message}") from None
    try:
        files = {name: await _upload(part, most_bytes) for name, part in sent.multi_items() if _is_chosen(part)}
        texts = FormData([(name, part) for name, part in sent.multi_items() if isinstance(part, str)])
    finally:
        await sent.close()
    return FileForm(texts, files)


def _is_chosen(part: UploadFile | str) -> bool:
    return isinstance(part, UploadFile) and bool(part.filename)


async def _upload(part: UploadFile | str, most_bytes: int) -> Upload:
    assert isinstance(part, UploadFile)
    is_too_large = (part.size or 0) > most_bytes
    return Upload(part.filename or "", None if is_too_large else await part.read())
