"""Hands out an uploaded file: always to be saved, never shown as a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from milepost.files.content import FileType
from milepost.intake import files
from milepost.store.file_tables import FileRow
from milepost.store.files import FileStatus
from milepost.translations.reader import translatable
from milepost.web.problems import ProblemError
from milepost.web.services import Services

_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
_GO_BACK = translatable("Go back to the page that you came from.")
_WHY_NOT = {
    FileStatus.COMING: (409, translatable("This file is still on its way. Please try again in a minute.")),
    FileStatus.CHECKING: (409, translatable("This file is being checked. Please try again in a minute.")),
    FileStatus.FOUND: (410, translatable("This file was removed: our check found something harmful in it.")),
    FileStatus.REMOVED: (410, translatable("This file was removed, as it had been kept for long enough.")),
}


def not_found() -> ProblemError:
    """Returns the error for a file that isn't there, or isn't theirs: nobody learns which."""
    return ProblemError(404, "not_found", translatable("This file isn't there."), _GO_BACK)


async def file_response(served: Services, row: FileRow) -> Response:
    """Returns a file to be saved.

    Raises:
        ProblemError: it is being checked, or is gone.
        FilesUnreachableError: the place for files can't be used.
    """
    status = FileStatus(row.status)
    if status in _WHY_NOT:
        code, message = _WHY_NOT[status]
        raise ProblemError(code, f"file_{status}", message, _GO_BACK)
    data = await files.content(served.intake.context, row)
    if data is None:
        raise not_found()
    headers = {
        "content-disposition": _disposition(row.name),
        "content-security-policy": _POLICY,
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
    }
    return Response(data, media_type=FileType(row.type).mime, headers=headers)


def _disposition(name: str) -> str:
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_. ") else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
