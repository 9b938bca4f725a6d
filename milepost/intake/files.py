"""Files that customers upload into forms: taken in, opened, checked, and swept away when nobody needs them."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import structlog
from sqlalchemy.orm import Session

from milepost import limits
from milepost.files.content import FileType, safe_name, type_of
from milepost.files.kept_files import KeptFiles
from milepost.files.pdf_check import PdfPart, look_into
from milepost.files.places import FilesUnreachableError
from milepost.files.scan import Finding, look_through
from milepost.intake.context import IntakeContext
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import record_facts
from milepost.language.stored_file import StoredFile
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import TaskAdded
from milepost.store import files, journeys
from milepost.store.file_tables import FileRow
from milepost.store.files import ANSWERS, FileOwner, FileStatus, FileUse
from milepost.text import storable

log = structlog.get_logger()
DAY = 86_400
UNUSED_SECONDS = DAY
"""For how long a file is kept that no form has as its answer, once that is seen."""
_CHECKED_AT_ONCE = 20
_SOURCE = "files"


class FileProblem(StrEnum):
    """Why a file isn't taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TYPE = "type"
    TOO_MANY = "too_many"
    SCRIPT = "script"
    FILES = "files"
    PASSWORD = "password"  # noqa: S105 - the word, not one
    UNREADABLE = "unreadable"


class FileRefusedError(RefusedError):
    """A file that isn't taken; `problem` says why, `name` is harmless."""

    code = "file_refused"

    def __init__(self, name: str, problem: FileProblem, kept: KeptFiles) -> None:
        self.name, self.problem = name, problem
        kinds = f"Taken are {', '.join(kept.types)}."
        why, hint = {
            FileProblem.EMPTY: ("is empty", kinds),
            FileProblem.TOO_LARGE: (f"has more than {kept.most_megabytes} MB", kinds),
            FileProblem.TYPE: ("is of a kind that isn't taken", kinds),
            FileProblem.TOO_MANY: ("is one too many for this customer", kinds),
            FileProblem.SCRIPT: ("is a PDF with a script, or opens something by itself", "Print it as a PDF."),
            FileProblem.FILES: ("is a PDF with other files in it", "Send it without them, and them separately."),
            FileProblem.PASSWORD: ("is a PDF that needs a password", "Save it without one."),
            FileProblem.UNREADABLE: ("is a PDF that can't be read", "Print it as a PDF."),
        }[problem]
        super().__init__(f"The file {name!r} {why}.", hint)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: the name that its sender's machine gave it, and its content; None: it was too large."""

    name: str
    data: bytes | None


async def take_in(context: IntakeContext, owner: FileOwner, upload: Upload) -> FileRow:
    """Keeps a file; the same one sent again for the same field is kept once, and completed if it stopped half way.

    Raises:
        FileRefusedError: it is empty, too large or of another kind than those that are allowed, or a PDF that does
            something by itself, has files in it, or can't be looked into.
        FilesUnreachableError: the place for files can't be used, or the customer was forgotten meanwhile.
    """
    kept = context.files
    kind = await asyncio.to_thread(_checked_kind, upload, kept)
    assert upload.data is not None
    if kind is FileType.PDF:
        await _check_pdf(upload, upload.data, kept)
    row = _row(context, owner, upload, kind)
    row = await context.store.write(partial(_insert, row, kept))
    if row.status in ANSWERS:
        return row
    file, status = row.id, FileStatus.CHECKING if kept.scan else FileStatus.READY
    await kept.place.put(file, upload.data)
    await context.store.write(partial(files.change_status, file=file, before=FileStatus.COMING, after=status))
    async with context.store.reading() as session:
        stored = await files.get(session, file)
    if stored is None or stored.status not in ANSWERS:
        await kept.place.delete(file)
        raise _gone()
    return stored


def _gone() -> FilesUnreachableError:
    return FilesUnreachableError("The place for this file", "its customer is no longer there")


def _checked_kind(upload: Upload, kept: KeptFiles) -> FileType:
    name = safe_name(storable(upload.name))
    if upload.data is None or len(upload.data) > kept.most_bytes:
        raise FileRefusedError(name, FileProblem.TOO_LARGE, kept)
    if not upload.data:
        raise FileRefusedError(name, FileProblem.EMPTY, kept)
    kind = type_of(upload.data, name)
    if kind is None or kind not in kept.types:
        raise FileRefusedError(name, FileProblem.TYPE, kept)
    return kind


async def _check_pdf(upload: Upload, data: bytes, kept: KeptFiles) -> None:
    part = await look_into(data)
    may_have_files = FileType.ZIP in kept.types  # whoever takes archives takes them in a PDF, too
    if part is not None and not (part is PdfPart.FILES and may_have_files):
        raise FileRefusedError(safe_name(storable(upload.name)), FileProblem(part), kept)


def _row(context: IntakeContext, owner: FileOwner, upload: Upload, kind: FileType) -> FileRow:
    data = upload.data or b""
    return FileRow(
        id=files.fresh_id(),
        journey_id=owner.journey,
        step=owner.step,
        field=owner.field,
        contact=owner.contact,
        name=safe_name(storable(upload.name), kind),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        type=kind,
        status=FileStatus.COMING,
        at=context.now(),
        received_at=int(context.wall()),
    )


def _insert(row: FileRow, kept: KeptFiles, session: Session) -> FileRow:
    """Adds a row, and returns it, or the one that is there already for the same content."""
    if not files.hold(session, row.journey_id):
        raise _gone()
    known = files.same(session, FileOwner(row.journey_id, row.step, row.field, row.contact), row.sha256)
    if known is not None:
        return known
    if files.count(session, row.journey_id) >= limits.FILES:
        raise FileRefusedError(row.name, FileProblem.TOO_MANY, kept)
    session.add(row)
    return row


def answer_of(row: FileRow) -> str:
    """Returns the answer to a form that names a file."""
    return str(StoredFile(row.id, row.name))


async def content(context: IntakeContext, row: FileRow) -> bytes | None:
    """Returns the content of a file; None while it is being checked, and once it is gone.

    Raises:
        FilesUnreachableError: the place for files can't be used.
    """
    return await context.files.place.get(row.id) if row.status == FileStatus.READY else None


# What workers do.


async def check_waiting(context: IntakeContext) -> bool:
    """Lets the set command look at the files that wait for it; tells whether all of that worked."""
    async with context.store.reading() as session:
        rows = await files.to_check(session, _CHECKED_AT_ONCE)
    return all([await _check(context, row) for row in rows])


async def _check(context: IntakeContext, row: FileRow) -> bool:
    finding = Finding.CLEAN
    if context.files.scan:
        data = await context.files.place.get(row.id)
        finding = Finding.CLEAN if data is None else await look_through(context.files.scan, data)
    if finding is Finding.FAILED:
        return False
    if finding is Finding.FOUND:
        await _take_away(context, row)
    else:
        change = partial(files.change_status, file=row.id, before=FileStatus.CHECKING, after=FileStatus.READY)
        await context.store.write(change)
    return True


async def _take_away(context: IntakeContext, row: FileRow) -> None:
    """Takes away a file in which something was found, and gives the colleague a task."""
    log.warning("a file was taken away, as its check found something", file=row.id)
    await context.store.write(partial(files.empty, files=[row.id], status=FileStatus.FOUND))
    await remove_leftovers(context)
    async with context.store.reading() as session:
        customer = (await journeys.get(session, row.journey_id)).customer_id
    title = f"Ask for another file: {row.name} was removed, as the check found something harmful in it"
    task = TaskAdded(id=f"file/{row.id}/found", at=context.now(), title=title[: limits.NAME])
    await record_facts(context, [IncomingFact(customer, task)], source=_SOURCE)


async def sweep(context: IntakeContext) -> int:
    """Drops files that no form has as its answer, and those kept for long enough; returns how many."""
    dropped, after = 0, ""
    while True:
        async with context.store.reading() as session:
            seen: list[FileUse] = await files.uses(session, after, context.wall() - DAY)
        if not seen:
            break
        after = seen[-1].file
        dropped += await context.store.write(
            partial(files.mark_use, seen=seen, wall=context.wall(), keep_seconds=UNUSED_SECONDS)
        )
    if context.files.days is not None:
        dropped += await context.store.write(partial(_remove_old, context.now() - context.files.days * DAY))
    await remove_leftovers(context)
    return dropped


def _remove_old(before: int, session: Session) -> int:
    old = files.kept_long_enough(session, before)
    files.empty(session, old, FileStatus.REMOVED)
    return len(old)


async def remove_leftovers(context: IntakeContext) -> None:
    """Deletes the contents that have to go. If their place is away, workers try again."""
    async with context.store.reading() as session:
        left = await files.leftovers(session)
    for file in left:
        try:
            await context.files.place.delete(file)
        except FilesUnreachableError as error:
            log.warning("contents of files can't be deleted yet", why=error.message)
            return
        await context.store.write(partial(files.is_gone, file=file))
