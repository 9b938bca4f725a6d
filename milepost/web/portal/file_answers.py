"""Files in forms of the plan: what came for a field, and the address at which its people open it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from milepost.customer import address_key
from milepost.explain.overview import OutcomeRecord
from milepost.files.kept_files import KeptFiles
from milepost.files.places import FilesUnreachableError
from milepost.intake import files as kept
from milepost.intake.files import FileProblem, FileRefusedError, Upload
from milepost.language.asks import Ask, AskType
from milepost.language.stored_file import StoredFile
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.fact_checks import asks_of
from milepost.planner.situation import Situation
from milepost.store import files, outcomes
from milepost.store.file_tables import FileRow
from milepost.store.files import ANSWERS, FileOwner, FileStatus
from milepost.translations.reader import Reader
from milepost.web.file_form import FileForm
from milepost.web.file_response import file_response, not_found
from milepost.web.portal.plan_link import Opened, open_plan_or_history
from milepost.web.portal.throttle import let_through
from milepost.web.services import Served, Services

log = structlog.get_logger()
router = APIRouter(prefix="/plan", include_in_schema=False, dependencies=[Depends(let_through)])
_KILOBYTE = 1024
_DROP = "yes"


@dataclass(frozen=True, slots=True)
class SentFile:
    """What came for a field that asks for a file, beside a link: the file, or what is wrong with it."""

    row: FileRow | None = None
    complaint: str | None = None


@dataclass(frozen=True, slots=True)
class FileField:
    """A field that asks for a file, as its form shows it: the file that it has, and what may be chosen."""

    row: FileRow | None
    path: str
    accepts: str
    hint: str
    reader: Reader

    @property
    def is_kept(self) -> bool:
        """Whether the file is the answer as long as nobody chooses another."""
        return self.row is not None and self.row.status in ANSWERS

    @property
    def answer(self) -> str:
        """The answer that names the file."""
        return kept.answer_of(self.row) if self.row else ""

    @property
    def size(self) -> str:
        return size_text(self.row.size if self.row else 0, self.reader)

    @property
    def said(self) -> str | None:
        """What there is to say about the file."""
        match self.row.status if self.row else None:
            case FileStatus.CHECKING:
                return self.reader.gettext("We are checking this file. You need not wait for that.")
            case FileStatus.FOUND:
                return self.reader.gettext(
                    "We removed this file, as our check found something harmful in it. Please send another one."
                )
            case FileStatus.REMOVED:
                return self.reader.gettext("We no longer have this file. Please send it again if it is needed.")
        return None


def size_text(size: int, reader: Reader) -> str:
    """How large a file of so many bytes is: `12 KB`, `3.4 MB`."""
    kilobytes = size / _KILOBYTE
    if kilobytes < _KILOBYTE:
        return f"{reader.number(max(1, round(kilobytes)))} KB"
    return f"{reader.number(round(kilobytes / _KILOBYTE, 1))} MB"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A file that somebody of the customer's sent with a form or an answer; everybody on the plan may have it."""

    row: FileRow
    path: str
    size: str


def files_of_plan(opened: Opened, rows: Iterable[FileRow], records: Iterable[OutcomeRecord]) -> list[PlanFile]:
    """Returns the files that forms and answers which hold now name, and that a contact sent, the oldest first."""
    evidence = ({"file": each.evidence} for record in records for each in record.answers if each.revoked_at is None)
    used = {file for answers in (*opened.state.answers.values(), *evidence) for file in files.named_in(answers)}
    contacts = opened.state.customer.contacts
    sent = (row for row in rows if row.id in used and any(each.has_address(row.contact) for each in contacts))
    return [
        PlanFile(row, f"{opened.path}/files/{row.id}", size_text(row.size, opened.reader))
        for row in sent
        if row.status == FileStatus.READY
    ]


def field_of(ask: Ask, row: FileRow | None, opened: Opened, kept_files: KeptFiles) -> FileField | None:
    """Returns what a form shows of a field that asks for a file; None for other fields."""
    if ask.type is not AskType.FILE:
        return None
    hint = opened.reader.gettext(
        "At most %(size)s MB; we take %(kinds)s.", size=kept_files.most_megabytes, kinds=", ".join(kept_files.types)
    )
    return FileField(row, f"{opened.path}/files", kept_files.accepts, hint, opened.reader)


async def sent_files(served: Services, opened: Opened, step: CompiledStep, form: FileForm) -> Mapping[str, SentFile]:
    """Keeps the files that came with a form, and finds those that it had before; by field."""
    asks = [ask for ask in asks_of(step) if ask.type is AskType.FILE]
    sent = {ask.field: await _sent(served, opened, step, ask, form) for ask in asks}
    return {name: each for name, each in sent.items() if each is not None}


async def _sent(served: Services, opened: Opened, step: CompiledStep, ask: Ask, form: FileForm) -> SentFile | None:
    name = f"answers.{ask.field}"
    upload = form.files.get(f"{name}.file")
    if upload is not None:
        return await take_file(
            served, opened, FileOwner(opened.journey, step.id, ask.field, opened.contact.email), upload
        )
    before = StoredFile.parse(form.texts.get(f"{name}.kept"))
    is_dropped = ask.optional and form.texts.get(f"{name}.drop") == _DROP
    if before is None or is_dropped or str(form.texts.get(name, "")).strip():
        return None
    async with served.store.reading() as session:
        row = await files.get(session, before.id)
    if row is None or row.status not in ANSWERS or not _is_of(row, opened, step, ask):
        return SentFile(None, opened.reader.gettext("This file is no longer here. Please choose it again."))
    return SentFile(row)


def _is_of(row: FileRow, opened: Opened, step: CompiledStep, ask: Ask) -> bool:
    return (row.journey_id, row.step, row.field) == (opened.journey, step.id, ask.field)


async def take_file(served: Services, opened: Opened, owner: FileOwner, upload: Upload) -> SentFile:
    """Keeps a file that came, or says in the reader's language why it can't be."""
    kept_files = served.intake.context.files
    try:
        return SentFile(await kept.take_in(served.intake.context, owner, upload))
    except FileRefusedError as error:
        return SentFile(None, f"{error.name}: {_complaint(error.problem, kept_files, opened.reader)}")
    except FilesUnreachableError as error:
        log.warning("a file couldn't be kept", why=error.message)
        return SentFile(
            None, opened.reader.gettext("We can't keep files right now. Please try again later, or paste a link to it.")
        )


def _complaint(problem: FileProblem, kept_files: KeptFiles, reader: Reader) -> str:
    match problem:
        case FileProblem.EMPTY:
            return reader.gettext("This file is empty. Please choose another one.")
        case FileProblem.TOO_LARGE:
            return reader.gettext(
                "This file has more than %(size)s MB. Please make it smaller, or paste a link to it.",
                size=kept_files.most_megabytes,
            )
        case FileProblem.TOO_MANY:
            return reader.gettext("There are too many files on this plan. Please paste a link to it.")
        case FileProblem.SCRIPT:
            return reader.gettext(
                "There is a script in this PDF, or it opens something by itself, so we can't take it. "
                "Please print it as a PDF, and send that one."
            )
        case FileProblem.FILES:
            return reader.gettext(
                "There are other files in this PDF. Please send it without them, and them separately."
            )
        case FileProblem.PASSWORD:
            return reader.gettext("This PDF needs a password. Please save it without one, and send that one.")
        case FileProblem.UNREADABLE:
            return reader.gettext("We can't read this PDF. Please print it as a PDF once more, and send that one.")
    return reader.gettext("We can't take this kind of file. We take %(kinds)s.", kinds=", ".join(kept_files.types))


@router.get("/{token}/files/{file}")
async def open_file(request: Request, served: Served, token: str, file: str) -> Response:
    """A file that was sent on the plan: for all on it once it is sent with a form or an answer.

    Before that, it is for whoever sent it and for those whose step it belongs to.
    """
    opened = await open_plan_or_history(request, served, token)
    async with served.store.reading() as session:
        row = await files.get(session, file)
        records = await outcomes.of_journey(session, opened.journey)
    if row is None or row.journey_id != opened.journey:
        raise not_found()
    if not _may_open(served, opened, row) and not files_of_plan(opened, [row], records):
        raise not_found()
    return await file_response(served, row)


def _may_open(served: Services, opened: Opened, row: FileRow) -> bool:
    if address_key(row.contact) == address_key(opened.contact.email):
        return True
    step = opened.compiled_map.step_of(row.step)
    situation = Situation.of(opened.compiled_map, opened.state, served.now())
    return step is not None and situation.may_act(step, opened.contact.email)
