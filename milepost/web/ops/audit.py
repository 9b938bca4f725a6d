"""The audit: who changed what, when and why, of all that stands on no customer's timeline."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from milepost import limits
from milepost.audit_kinds import Kind
from milepost.explain.audit_sentences import what, who
from milepost.store import audit
from milepost.store.keyset import Cursor
from milepost.web.identity import Acting
from milepost.web.pages import render_aside, shell
from milepost.web.services import Served

ADDRESS = "/ops/audit"
router = APIRouter(prefix=ADDRESS, include_in_schema=False)
PER_PAGE = 50
By = Annotated[str, Query(max_length=limits.ADDRESS)]


@router.get("")
async def shown(
    request: Request, served: Served, person: Acting, *, by: By = "", kind: str = "", cursor: str | None = None
) -> Response:
    """A page of it, the newest first."""
    wanted = Kind(kind) if kind in tuple(Kind) else None
    place = Cursor.read(cursor) if cursor else None
    async with served.store.reading() as session:
        read = await audit.listed(session, PER_PAGE, by=by.strip() or None, kind=wanted, cursor=place)
    rows = [row[0] for row in read.rows]

    def address(cursor: Cursor | None) -> str | None:
        told = {"by": by.strip(), "kind": wanted or "", "cursor": str(cursor)}
        return f"{ADDRESS}?{urlencode({key: value for key, value in told.items() if value})}" if cursor else None

    page = {
        "lines": [(row.at, row.by, who(row.by), what(row.kind, row.about, row.details), row.why) for row in rows],
        "kinds": tuple(Kind),
        "by": by.strip(),
        "kind": wanted,
        "newer": address(read.previous),
        "older": address(read.next),
    }
    around = shell(request, served, person, "Audit", "people", zone=await served.zone())
    return await render_aside("ops/audit.html", page, around)
