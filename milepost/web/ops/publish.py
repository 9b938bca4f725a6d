"""The form that sends a map's folder, and what was sent lately. `candidate_page` shows what becomes of it."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.intake.candidates import candidates
from milepost.intake.candidates.folder import MEGABYTE, MapUploadError, read_folder
from milepost.store import candidates as stored
from milepost.web import forms
from milepost.web.identity import Acting, Looking, Person
from milepost.web.map_form import read_map_form
from milepost.web.ops.candidate_view import status_text
from milepost.web.pages import Values, render_aside, shell
from milepost.web.request_limits import PUBLISH
from milepost.web.services import Served, Services

router = APIRouter(prefix=PUBLISH, include_in_schema=False)
_FORM = "map"
_LATEST = 10


@router.get("")
async def ask(request: Request, served: Served, viewer: Looking) -> Response:
    """The form, and what was sent in the last week."""
    return await _page(request, served, viewer)


async def _page(
    request: Request, served: Services, viewer: Person | None, *, error: MapUploadError | None = None
) -> Response:
    async with served.store.reading() as session:
        rows = await stored.latest(session, limit=_LATEST)
    wall = served.intake.context.wall()
    page: Values = {
        "lines": [(row, status_text(row, wall)) for row in rows],
        "form": forms.token(served, viewer.session, _FORM) if viewer else None,
        "error": error,
        "most": limits.MAP // MEGABYTE,
    }
    around = shell(request, served, viewer, "Publish a map", "maps", zone=await served.zone())
    response = await render_aside("ops/publish.html", page, around)
    response.status_code = 422 if error else 200
    return response


@router.post("")
async def send(request: Request, served: Served, person: Acting) -> Response:
    """Takes a map's folder, and begins to look at it; nothing is published yet."""
    try:
        sent = await read_map_form(request)
        form = forms.read(served, person.session, sent.token, _FORM)
        folder = await asyncio.to_thread(read_folder, sent.files)
    except MapUploadError as error:
        return await _page(request, served, person, error=error)
    number, is_new = await candidates.receive(served.intake.context, form.id, folder, by=person.address)
    if is_new:
        served.candidates.start(number)
    return RedirectResponse(f"{PUBLISH}/{number}", 303)
