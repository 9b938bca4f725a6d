"""The list of imports, and the form that sends a file. `import_page` shows what becomes of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.intake import uploads
from milepost.intake.uploads import UploadedFile, UploadError
from milepost.store import imports
from milepost.text import storable
from milepost.web import forms
from milepost.web.identity import Acting, Looking, Person
from milepost.web.ops.import_view import COUNTS, STATUS, person
from milepost.web.pages import render_aside, shell
from milepost.web.request_limits import IMPORTS
from milepost.web.services import Served, Services

router = APIRouter(prefix=IMPORTS, include_in_schema=False)
PER_PAGE = 20
_FORM = "upload"
Before = Annotated[int | None, Query(ge=1, le=limits.POSITION)]
_MEGABYTE = 1024 * 1024


# The list, and the upload.


@router.get("")
async def listed(request: Request, served: Served, viewer: Looking, before: Before = None) -> Response:
    """All imports, the latest first, and the form that sends a file."""
    return await _list(request, served, viewer, before=before)


async def _list(
    request: Request,
    served: Services,
    viewer: Person | None,
    *,
    before: int | None = None,
    error: UploadError | None = None,
    status: int = 200,
) -> Response:
    async with served.store.reading() as session:
        rows = await imports.latest(session, limit=PER_PAGE + 1, before=before)
    page = {
        "rows": rows[:PER_PAGE],
        "older": rows[PER_PAGE - 1].number if len(rows) > PER_PAGE else None,
        "is_first": before is None,
        "form": forms.token(served, viewer.session, _FORM) if viewer else None,
        "error": error,
        "most": limits.UPLOAD // _MEGABYTE,
        "status": STATUS,
        "counts": COUNTS,
        "person": person,
    }
    around = shell(request, served, viewer, "Import customers", "customers", zone=await served.zone())
    response = await render_aside("ops/imports.html", page, around)
    response.status_code = status
    return response


@router.post("")
async def upload(request: Request, served: Served, person: Acting) -> Response:
    """Takes a file, with or without a second one of contacts; nothing is imported yet."""
    try:
        number = await _receive(request, served, person)
    except UploadError as error:
        return await _list(request, served, person, error=error, status=413 if error.field == "size" else 422)
    return RedirectResponse(f"{IMPORTS}/{number}", 303)


async def _receive(request: Request, served: Services, person: Person) -> int:
    await _refuse_large(request)
    async with request.form(max_files=2, max_fields=5, max_part_size=limits.FORM) as sent:
        form = forms.read(served, person.session, str(sent.get("form", "")), _FORM)
        book, contacts = await _file(sent, "book"), await _file(sent, "contacts")
    if book is None:
        raise UploadError("book", "No file was chosen.", "Choose a CSV or XLSX file.")
    if len(book.data) + len(contacts.data if contacts else b"") > limits.UPLOAD:
        raise _too_large()
    return await uploads.receive(served.intake.context, form.id, book, contacts, by=person.address)


async def _refuse_large(request: Request) -> None:
    """Reads a form that is too large and throws it away, so that its sender, who may not listen before, is told.

    Raises:
        UploadError: it is too large.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.UPLOAD + limits.FORM:
        async for _ in request.stream():
            pass
        raise _too_large()


def _too_large() -> UploadError:
    message = f"The files have more than {limits.UPLOAD // _MEGABYTE} MB together."
    hint = "Send fewer rows at once, or save a workbook as CSV; `milepost import` on the command line takes any size."
    return UploadError("size", message, hint)


async def _file(sent: FormData, field: str) -> UploadedFile | None:
    """Returns a file of the form; None if none was chosen."""
    file = sent.get(field)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return UploadedFile(storable(file.filename), await file.read())
