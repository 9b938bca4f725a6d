"""The addresses under `/api/v1/imports`: files are sent, looked at and imported as on the pages; how far each is."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from milepost import limits
from milepost.intake import uploads
from milepost.planner.instants import text
from milepost.store import imports
from milepost.store.errors import ImportStatusError
from milepost.store.import_tables import ImportRow
from milepost.store.imports import ImportStatus
from milepost.web.api.import_upload import receive_upload, upload_schema
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import Limit, api_router
from milepost.web.api.shapes import Shown
from milepost.web.form_values import Number
from milepost.web.services import Served, Services

router = api_router()
_LET_GO = (ImportStatus.QUEUED, ImportStatus.RUNNING, ImportStatus.DONE)


class ImportShown(Shown):
    """An import; `done` counts rows of the file that were dealt with."""

    number: int
    file: str
    contacts_file: str | None
    status: Literal["draft", "looking", "looked", "queued", "running", "cancelling", "done", "cancelled", "failed"]
    uploaded_at: str
    uploaded_by: str | None
    ended_at: str | None
    rows: int = Field(description="about how many rows the file has; exact once a dry run is done")
    done: int
    customers: dict[str, int] = Field(description="customers, journeys and refused rows by what became of them")
    problem: str | None = Field(description="why it could not go on")


class ImportDetailsShown(ImportShown):
    """An import with its dry run and its account, while these are kept."""

    mapping: str | None = Field(description="its text; null: the file is in Milepost's own form")
    options: dict[str, Any] = Field(description="what was chosen; `choice` is where the mapping comes from")
    preview: dict[str, Any] | None = Field(description="what the dry run found, as `milepost import --dry-run --json`")
    account: dict[str, Any] | None = Field(description="what the import did: refused rows by column, reasons, notes")


class ImportList(Shown):
    imports: tuple[ImportShown, ...]
    next: int | None = Field(description="`before` of the next page; null: there is none")


def _fields(row: ImportRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "file": row.file,
        "contacts_file": row.contacts_file,
        "status": row.status,
        "uploaded_at": text(row.uploaded_at),
        "uploaded_by": row.uploaded_by,
        "ended_at": None if row.ended_at is None else text(row.ended_at),
        "rows": row.total,
        "done": row.done,
        "customers": row.account["counts"] if row.account else {},
        "problem": row.problem,
    }


@router.get("/imports", summary="List imports", tags=["customers"])
async def get_imports(
    served: Served,
    limit: Limit = 100,
    before: Annotated[int | None, Query(ge=1, le=limits.POSITION, description="the `next` of the page before")] = None,
) -> ImportList:
    """Imports of files that people or programs sent, the latest first."""
    async with served.store.reading() as session:
        rows = await imports.latest(session, limit=limit + 1, before=before)
    more = rows[limit - 1].number if len(rows) > limit else None
    return ImportList(imports=tuple(ImportShown(**_fields(row)) for row in rows[:limit]), next=more)


@router.get("/imports/{number}", summary="Show an import", tags=["customers"])
async def show_import(served: Served, number: Number) -> ImportDetailsShown:
    """One of them, with what its dry run found and what it did."""
    return await _details(served, number)


async def _details(served: Services, number: int) -> ImportDetailsShown:
    async with served.store.reading() as session:
        row = await imports.get(session, number)
    own = {name: getattr(row, name) for name in ("mapping", "options", "preview", "account")}
    return ImportDetailsShown(**_fields(row), **own)


@router.post(
    "/imports",
    summary="Send a file of customers",
    tags=["customers"],
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": upload_schema()}}}},
    responses={200: {"model": ImportDetailsShown, "description": "It was sent before, with the same `id`"}},
)
async def send_import(request: Request, served: Served, response: Response, key: KeyUsed) -> ImportDetailsShown:
    """Send a file of customers, CSV or XLSX, and let its dry run begin, or the import itself.

    Nothing is stored if something is wrong with the file, the mapping or a choice. A worker does the work: ask for the
    import again to see how far it is. Send it again with the same `id` as often as you like: it is one import.
    """
    added = await receive_upload(served, request, key.teller)
    if not added.is_new:
        response.status_code = 200
    return await _details(served, added.number)


@router.post("/imports/{number}/dry-run", summary="Look what an import would do", tags=["customers"])
async def look_at_import(served: Served, number: Number) -> ImportDetailsShown:
    """Let the dry run begin, or once more; nothing is imported."""
    await uploads.look(served.intake.context, number)
    return await _details(served, number)


@router.post("/imports/{number}/go", summary="Let an import go", tags=["customers"])
async def let_import_go(served: Served, number: Number) -> ImportDetailsShown:
    """Import a file whose dry run is done, once the import before it is over. Asked again, it changes nothing."""
    try:
        await uploads.go(served.intake.context, number, served.now())
    except ImportStatusError as error:
        if error.status not in _LET_GO:
            raise
    return await _details(served, number)


@router.post("/imports/{number}/cancel", summary="Cancel an import", tags=["customers"])
async def cancel_import(served: Served, number: Number) -> ImportDetailsShown:
    """Stop a dry run, take an import back, or let one that runs begin no further rows; what was imported stays."""
    await uploads.cancel(served.intake.context, number)
    return await _details(served, number)
