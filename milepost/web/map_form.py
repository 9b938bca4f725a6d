"""Reads the form that sends a map's folder: a .zip, or the files of the folder one by one."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile

from milepost import limits
from milepost.intake.candidates.folder import too_large
from milepost.intake.uploads import UploadedFile
from milepost.text import storable
from milepost.web.upload_form import is_too_large

_FIELDS = 5


@dataclass(frozen=True, slots=True)
class MapForm:
    """The token of the form, and the files that were chosen: those of the .zip field if there are any."""

    token: str
    files: tuple[UploadedFile, ...]


async def read_map_form(request: Request) -> MapForm:
    """Reads the form.

    Raises:
        MapUploadError: it is too large.
        HTTPException: 400, it is no such form, or has too many files.
    """
    if await is_too_large(request, limits.MAP + limits.FORM):
        raise too_large()
    async with request.form(max_files=limits.MAP_FILES, max_fields=_FIELDS, max_part_size=limits.FORM) as sent:
        packed, loose = [await _files(sent.getlist(name)) for name in ("zip", "folder")]
        token = str(sent.get("form", ""))
    chosen = packed or loose
    if sum(len(each.data) for each in chosen) > limits.MAP:
        raise too_large()
    return MapForm(token, tuple(chosen))


async def _files(parts: list[UploadFile | str]) -> list[UploadedFile]:
    return [
        UploadedFile(storable(each.filename), await each.read())
        for each in parts
        if isinstance(each, UploadFile) and each.filename
    ]
