"""Takes a file of customers that a program sends to `/api/v1/imports`, with how it is to be read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field, ValidationError

from milepost import limits
from milepost.imports.mapping_file import shipped_mappings
from milepost.imports.workbook import UnreadableFileError
from milepost.intake import uploads
from milepost.intake.import_sources import ImportChoiceError, ImportOptions
from milepost.intake.uploads import EDITED, OWN, PROPOSED, Chosen, UploadError
from milepost.store.imports import Added, ImportStatus
from milepost.web.api.shapes import RequestModel
from milepost.web.problems import ProblemError, describe_invalid
from milepost.web.services import Services
from milepost.web.upload_form import UploadForm, read_upload

Encoding = Literal["utf-8", "utf-16", "windows-1252", "iso-8859-1"]
Short = Annotated[str, Field(max_length=limits.NAME)]
_ENCODINGS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252", "iso-8859-1": "latin-1"}
_BEGIN = {"dry-run": ImportStatus.LOOKING, "import": ImportStatus.QUEUED, "nothing": ImportStatus.DRAFT}
_FILE = {"type": "string", "format": "binary"}


class UploadRequest(RequestModel):
    """The fields of an upload besides its files. What is left out is as on the page of an import."""

    mapping: str = Field(
        "",
        description=f"the text of a mapping, or `{OWN}`, `{PROPOSED}`, `{'`, `'.join(shipped_mappings())}`; by default "
        "what suits the headings",
    )
    stage: Short = Field("", description="the stage of customers whose rows don't say one")
    since: Short = Field("", description="since when, as a date")
    whole: tuple[Literal["team", "contacts"], ...] = Field((), description="what the file has in full")
    encoding: Encoding | None = Field(None, description="of a text, if it can't be told")
    sheet: Short = Field("", description="of a workbook")
    again: bool = Field(
        default=False,
        description="open journeys begin again that began elsewhere than the file says, if nothing has happened",
    )
    begin: Literal["dry-run", "import", "nothing"] = Field(
        "dry-run", description="`nothing`: somebody goes on with it on its page"
    )
    by: Annotated[str, Field(max_length=limits.ADDRESS)] = Field("", description="who imports it; by default the key")
    id: Short = Field("", description="sent again with the same id, it is one import")

    def chosen(self) -> Chosen:
        """Returns how the file is to be read, and what is to be done with it."""
        named = ("", OWN, PROPOSED, *shipped_mappings())
        choice = self.mapping if self.mapping in named else EDITED
        encoding = _ENCODINGS[self.encoding] if self.encoding else ""
        options = ImportOptions(choice, self.stage, self.since, self.whole, encoding, self.sheet, self.again)
        return Chosen(options, self.mapping if choice == EDITED else None, _BEGIN[self.begin])


def upload_schema() -> dict[str, Any]:
    """Returns the form of an upload, as the API describes it."""
    schema = UploadRequest.model_json_schema()
    files = {"book": {**_FILE, "description": "CSV or XLSX"}, "contacts": {**_FILE, "description": "a second file"}}
    return {**schema, "properties": {**files, **schema["properties"]}, "required": ["book"]}


async def receive_upload(served: Services, request: Request, teller: str) -> Added:
    """Stores a file that a program sends, and lets it begin; `teller` imports it where the form names nobody.

    Raises:
        ProblemError: it can't be taken so; nothing is stored.
    """
    try:
        sent = await read_upload(request)
        asked = UploadRequest.model_validate(_values(sent))
        form = f"api:{asked.id or served.intake.context.new_id()}"
        added = await uploads.receive(
            served.intake.context, form, sent.book, sent.contacts, by=asked.by or teller, chosen=asked.chosen()
        )
    except ValidationError as error:
        raise ProblemError(422, "invalid", *describe_invalid(error.errors())) from error
    except UploadError as error:
        status = 413 if error.field == "size" else 422
        raise ProblemError(status, error.code, f"{error.field}: {error.message}", error.hint) from error
    except ImportChoiceError as error:
        raise _choice_problem(error) from error
    except UnreadableFileError as error:
        raise ProblemError(422, error.code, error.message, error.hint) from error
    if added.digest != uploads.digest_of(sent.book, sent.contacts):
        message = f"Import {added.number} was sent with the id {asked.id!r}, and has another file."
        raise ProblemError(409, "id_taken", message, "Send each file with an id of its own.")
    return added


def _values(sent: UploadForm) -> dict[str, Any]:
    """Returns the fields that aren't empty; of one that isn't a list, the last one counts."""
    filled = {name: tuple(filter(None, texts)) for name, texts in sent.fields.items()}
    return {name: texts if name == "whole" else texts[-1] for name, texts in filled.items() if texts}


def _choice_problem(error: ImportChoiceError) -> ProblemError:
    names = {"choice": "mapping"}
    problems = [f"{names.get(field, field)}: {text}" for field, texts in error.problems.items() for text in texts]
    hint = "Look at /api/docs for the fields and their form."
    if "mapping" in error.problems:
        hint = "`milepost lint` checks a mapping. Without `mapping`, and `begin=nothing`, the answer has one to mend."
    return ProblemError(422, error.code, "; ".join(problems) + ".", hint)
