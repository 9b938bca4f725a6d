"""The addresses of customers' files: sent by programs, listed, read, deleted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field

from milepost import limits
from milepost.intake import customer_files
from milepost.intake.customer_files import FilePurpose
from milepost.intake.files import answer_of
from milepost.store.file_tables import FileRow
from milepost.store.files import EVIDENCE
from milepost.text import storable
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import api_router
from milepost.web.api.shapes import At, Shown
from milepost.web.file_form import read_file_form
from milepost.web.file_response import file_response
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = api_router()
_By = Annotated[str | None, Query(max_length=limits.ADDRESS, description="who; by default the key")]
_Why = Annotated[str | None, Query(max_length=limits.NAME, description="it stands on the timeline")]
_FIELDS = {
    "file": {"type": "string", "format": "binary", "description": "the file, with its name"},
    "step": {"type": "string", "description": "the step whose form it is for, or whose evidence it is"},
    "field": {"type": "string", "description": "the field of the step's form; without it the file is evidence"},
    "by": {"type": "string", "description": "the address of who sends it; by default the key"},
}
_SCHEMA = {"type": "object", "properties": _FIELDS, "required": ["file"]}


class FileShown(Shown):
    """An uploaded file without its content."""

    file: str
    name: str = Field(description="without folders and signs that can't be seen, with the ending of its kind")
    size: int = Field(description="bytes")
    sha256: str
    type: str = Field(description="the kind that its content has: `pdf`, `docx`, `png`, ...")
    status: str = Field(description="`coming`, `checking`, `ready`, `found` (the check found something) or `removed`")
    journey: str
    step: str | None
    field: str | None = Field(description="null: it is evidence, or belongs to a note")
    by: str
    at: At
    answer: str = Field(description="the text that names it: as the answer to its field, or as evidence of a fact")

    @classmethod
    def of_row(cls, row: FileRow) -> FileShown:
        return cls.of(
            row,
            file=row.id,
            journey=row.journey_id,
            step=row.step or None,
            field=None if row.field == EVIDENCE else row.field,
            by=row.contact,
            answer=answer_of(row),
        )


class FileList(Shown):
    customer: str
    files: tuple[FileShown, ...]


@router.get("/customers/{customer}/files", summary="List files", tags=["files"])
async def list_files(served: Served, customer: str) -> FileList:
    """The files of all the customer's journeys, the oldest first, without their contents."""
    rows = await customer_files.of_customer(served.intake.context, customer)
    return FileList(customer=customer, files=tuple(map(FileShown.of_row, rows)))


@router.post(
    "/customers/{customer}/files",
    summary="Send a file",
    tags=["files"],
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _SCHEMA}}}},
)
async def send_file(request: Request, served: Served, customer: str, key: KeyUsed) -> FileShown:
    """Send a file for a form, or as evidence; then tell the fact with the answer's `answer`.

    A file for a form that no fact names is deleted after a day or two. The same one sent again is one file.
    """
    sent = await read_file_form(request, served.intake.context.files.most_bytes)
    upload = sent.files.get("file")
    if upload is None:
        raise ProblemError(422, "invalid", "file: is missing.", "Send it as a part with a file name.")
    texts: dict[str, Any] = {name: storable(str(sent.texts.get(name, ""))).strip() for name in _FIELDS}
    purpose = FilePurpose(texts["step"][: limits.NAME], texts["field"][: limits.NAME])
    by = texts["by"][: limits.ADDRESS] or key.teller
    return FileShown.of_row(await customer_files.add(served.intake.context, customer, purpose, upload, by=by))


@router.get("/customers/{customer}/files/{file}", summary="Read a file", tags=["files"], response_class=Response)
async def read_file(served: Served, customer: str, file: str) -> Response:
    """The content of a file, to be saved."""
    return await file_response(served, await customer_files.one_of(served.intake.context, customer, file))


@router.delete("/customers/{customer}/files/{file}", summary="Delete a file", tags=["files"])
async def delete_file(
    served: Served, customer: str, file: str, key: KeyUsed, *, by: _By = None, reason: _Why = None
) -> FileShown:
    """The content is deleted at once; name, size and hash stay. Asked again, it changes nothing."""
    context = served.intake.context
    return FileShown.of_row(await customer_files.delete(context, customer, file, by=by or key.teller, why=reason))
