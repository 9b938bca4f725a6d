"""The list of imports, and the form that sends a file. `import_page` shows what becomes of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.intake import uploads
from milepost.intake.uploads import UploadError
from milepost.store import imports
from milepost.web import forms
from milepost.web.identity import Acting, Looking, Person
from milepost.web.ops.import_view import COUNTS, STATUS, person
from milepost.web.pages import render_aside, shell
from milepost.web.request_limits import IMPORTS
from milepost.web.services import Served, Services
from milepost.web.upload_form import MEGABYTE, UPLOAD, read_upload

router = APIRouter(prefix=IMPORTS, include_in_schema=False)
PER_PAGE = 20
Before = Annotated[int | None, Query(ge=1, le=limits.POSITION)]


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
        "form": forms.token(served, viewer.session, UPLOAD) if viewer else None,
        "error": error,
        "most": limits.UPLOAD // MEGABYTE,
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
    sent = await read_upload(request)
    form = forms.read(served, person.session, sent.one("form"), UPLOAD)
    added = await uploads.receive(served.intake.context, form.id, sent.book, sent.contacts, by=person.address)
    return added.number
