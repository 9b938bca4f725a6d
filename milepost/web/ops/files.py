"""Files that customers uploaded, for colleagues and operations."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from milepost.planner.ids import began_as
from milepost.store import files
from milepost.web.file_response import file_response, not_found
from milepost.web.identity import Looking, refuse_others
from milepost.web.services import Served

router = APIRouter(prefix="/ops/files", include_in_schema=False)


@router.get("/{file}")
async def open_file(served: Served, viewer: Looking, file: str) -> Response:
    """A file that a customer sent, to be saved."""
    async with served.store.reading() as session:
        row = await files.get(session, file)
    if row is None:
        raise not_found()
    await refuse_others(served, viewer, customer=began_as(row.journey_id))
    return await file_response(served, row)
