"""One import on its page: how it is read, its dry run, the word to go, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.explain.people_names import also_named
from milepost.imports.refused_rows import refused_stem
from milepost.imports.workbook import UnreadableFileError
from milepost.intake import uploads
from milepost.intake.import_sources import ImportChoiceError, ImportOptions
from milepost.intake.uploads import EDITED
from milepost.store import imports
from milepost.store.imports import FileKind
from milepost.text import storable
from milepost.web import forms
from milepost.web.form_values import Line, Number, Token
from milepost.web.identity import Acting, Looking, Person
from milepost.web.ops.import_view import COUNTS, ENCODINGS, STATUS, Choices, names_in, person, view_of, with_addresses
from milepost.web.pages import back_to, render_aside, shell
from milepost.web.problems import ProblemError
from milepost.web.request_limits import IMPORTS
from milepost.web.services import Served, Services

router = APIRouter(prefix=f"{IMPORTS}/{{number}}", include_in_schema=False)
_LIVE_EVERY = 2  # seconds
_FORM = "import"
_FILES = (FileKind.REFUSED, FileKind.PLAN)
Mapping = Annotated[str, Form(max_length=limits.MAPPING)]
Several = Annotated[Sequence[str], Form(max_length=1000)]


@router.get("")
async def shown(request: Request, served: Served, viewer: Looking, number: Number) -> Response:
    """One import: what it is read by, what would happen, how far it is, or what it did."""
    return await _page(request, served, viewer, number)


async def _page(
    request: Request, served: Services, viewer: Person | None, number: int, typed: Choices | None = None
) -> Response:
    async with served.store.reading() as session:
        row = await imports.get(session, number)
    form = forms.token(served, viewer.session, _FORM, str(number)) if viewer else None
    is_away = row.status in imports.AT_WORK and not await served.temporal()
    zone = await served.zone()
    with also_named(await names_in(row)):
        view = await view_of(served, row, form, typed, is_away=is_away)
        page = {"view": view, "encodings": ENCODINGS, "status": STATUS, "counts": COUNTS, "person": person}
        live_every = _LIVE_EVERY if view.is_at_work else None
        title = f"Import of {row.file}"
        around = shell(request, served, viewer, title, "customers", zone=zone, live_every=live_every)
        response = await render_aside("ops/import.html", page, around)
    response.status_code = 422 if typed else 200
    return response


class ImportForm:
    """A checked form on the page of an import."""

    def __init__(self, number: Number, served: Served, person: Acting, form: Token) -> None:
        self.number = number
        self.context = served.intake.context
        self.served = served
        self.person = person
        if forms.read(served, person.session, form, _FORM).subject != (str(number),):
            raise forms.FormRefusedError

    def back(self, anchor: str = "") -> Response:
        """Goes back to the page, which shows what has become of the form."""
        return RedirectResponse(f"{IMPORTS}/{self.number}" + (f"#{anchor}" if anchor else ""), 303)


Sent = Annotated[ImportForm, Depends()]


@router.post("/choose")
async def choose(
    request: Request,
    sent: Sent,
    *,
    choice: Line = "own",
    shown_choice: Line = "",
    mapping: Mapping = "",
    stage: Line = "",
    since: Line = "",
    whole: Several = (),
    encoding: Line = "",
    sheet: Line = "",
    again: Line = "",
    colleague: Several = (),
    address: Several = (),
) -> Response:
    """Keeps how the file is to be read; what is wrong with it comes back with all that was typed."""
    async with sent.served.store.reading() as session:
        row = await imports.get(session, sent.number)
    typed_text = storable(mapping.replace("\r\n", "\n"))
    text = with_addresses(typed_text, dict(zip(colleague, map(str.strip, address), strict=False)))
    other_sheet = sheet != row.options.get("sheet", "")  # addresses that another sheet asked for don't hold it up
    changed = typed_text if other_sheet else text
    is_same_choice = choice == (shown_choice or row.options.get("choice"))
    if row.mapping is not None and changed.strip() != row.mapping.strip() and is_same_choice:
        choice = EDITED  # it was changed where it stands
    known = tuple(part for part in ("team", "contacts") if part in whole)
    options = ImportOptions(choice, stage, since, known, encoding if encoding in ENCODINGS else "", sheet, bool(again))
    try:
        await uploads.choose(sent.context, sent.number, options, text)
    except ImportChoiceError as error:
        typed = Choices(options, text if choice == EDITED or row.mapping else row.mapping, error.problems)
        return await _page(request, sent.served, sent.person, sent.number, typed)
    except UnreadableFileError as error:
        complaints = {"encoding": [f"{error.message} {error.hint or ''}".strip()]}
        typed = Choices(options, text if choice == EDITED else row.mapping, complaints)
        return await _page(request, sent.served, sent.person, sent.number, typed)
    return sent.back("rows")


@router.post("/look")
async def look(sent: Sent) -> Response:
    """Lets the dry run begin."""
    await uploads.look(sent.context, sent.number)
    return sent.back()


@router.post("/go")
async def go(sent: Sent) -> Response:
    """Lets the import go."""
    await uploads.go(sent.context, sent.number, sent.served.now())
    return sent.back()


@router.post("/cancel")
async def cancel(sent: Sent) -> Response:
    """Takes the import back, or stops it."""
    if await uploads.cancel(sent.context, sent.number):
        return back_to(f"{IMPORTS}/{sent.number}", "stopped")
    return sent.back()


@router.get("/{kind}.csv")
async def download(served: Served, _: Looking, number: Number, kind: str) -> Response:
    """A file that came of an import: its refused rows, or the mails and tasks of its dry run."""
    async with served.store.reading() as session:
        row = await imports.get(session, number)
        data = await imports.file(session, number, FileKind(kind)) if kind in _FILES else None
    if data is None:
        message = "This file isn't there."
        raise ProblemError(404, "not_found", message, "Files of an import are kept for a week.")
    stem = refused_stem(row.file.rpartition(".")[0] or row.file)
    name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in stem)
    headers = {"content-disposition": f'attachment; filename="{name.encode("ascii", "replace").decode()}.{kind}.csv"'}
    return Response(data, media_type="text/csv", headers=headers)
