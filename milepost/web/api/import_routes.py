"""The addresses under `/api/v1/imports`: imports that people let go on the pages, and how far they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from milepost import limits
from milepost.planner.instants import text
from milepost.store import imports
from milepost.store.import_tables import ImportRow
from milepost.web.api.routes import Limit, api_router
from milepost.web.api.shapes import Shown
from milepost.web.form_values import Number
from milepost.web.services import Served

router = api_router()


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
    """Imports of files that people sent on the pages, the latest first."""
    async with served.store.reading() as session:
        rows = await imports.latest(session, limit=limit + 1, before=before)
    more = rows[limit - 1].number if len(rows) > limit else None
    return ImportList(imports=tuple(ImportShown(**_fields(row)) for row in rows[:limit]), next=more)


@router.get("/imports/{number}", summary="Show an import", tags=["customers"])
async def show_import(served: Served, number: Number) -> ImportDetailsShown:
    """One of them, with what its dry run found and what it did."""
    async with served.store.reading() as session:
        row = await imports.get(session, number)
    return ImportDetailsShown(**_fields(row), preview=row.preview, account=row.account)
