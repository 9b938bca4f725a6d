"""Imports on pages, from the upload to the word "go": each step is a change of its row, which a worker acts on."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import PurePath

from sqlalchemy.orm import Session

from milepost.errors import MilepostError
from milepost.imports.layout import heading_problems
from milepost.imports.mapping_file import read_mapping, shipped_mappings
from milepost.imports.proposal import propose
from milepost.imports.rows import FileFormat, Row, estimated_rows, read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.imports.workbook import UnreadableFileError
from milepost.intake.context import IntakeContext
from milepost.intake.import_sources import ImportChoiceError, ImportOptions, source_of, stored_files
from milepost.planner.instants import Instant
from milepost.store import imports
from milepost.store.errors import ImportStatusError
from milepost.store.import_tables import ImportRow
from milepost.store.imports import FileKind, ImportStatus

OWN, PROPOSED, EDITED = "own", "proposed", "edited"
_LONGEST_NAME = 200


class UploadError(MilepostError):
    """A file can't be taken; `field` is the one that it was sent in, `book` or `contacts`."""

    code = "upload_refused"

    def __init__(self, field: str, message: str, hint: str | None = None) -> None:
        self.field = field
        super().__init__(message, hint)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came, with the name that it has on the sender's machine."""

    name: str
    data: bytes

    @property
    def short_name(self) -> str:
        """The name without folders."""
        return PurePath(self.name.replace("\\", "/")).name[:_LONGEST_NAME] or "book.csv"


async def receive(
    context: IntakeContext, form: str, book: UploadedFile, contacts: UploadedFile | None, *, by: str | None
) -> int:
    """Stores an upload, with the mapping that suits its headings best; returns the import's number.

    `form` is the id of the form that it was sent by: one that is sent twice is one upload.

    Raises:
        UploadError: a file is empty, or no text and no workbook that can be read.
    """
    vocabulary = Vocabulary.of(await context.compiled_maps.current())
    seen = await asyncio.to_thread(_look_at, book, contacts, vocabulary)
    files = {FileKind.BOOK: book.data} | ({FileKind.CONTACTS: contacts.data} if contacts else {})
    row = ImportRow(
        form=form,
        status=ImportStatus.DRAFT,
        file=book.short_name,
        contacts_file=contacts.short_name if contacts else None,
        size=sum(map(len, files.values())),
        digest=hashlib.sha256(b"\0".join(files.values())).hexdigest(),
        uploaded_at=context.now(),
        uploaded_by=by,
        mapping=seen.mapping,
        options=seen.options.to_json(),
        total=seen.rows,
        position=0,
        done=0,
        keep_until=int(context.wall()) + imports.KEPT_SECONDS,
    )
    return await context.store.write(partial(imports.add, upload=row, files=files))


@dataclass(frozen=True, slots=True)
class _Seen:
    rows: int
    options: ImportOptions
    mapping: str | None


def _look_at(book: UploadedFile, contacts: UploadedFile | None, vocabulary: Vocabulary) -> _Seen:
    if contacts is not None:
        _heading(contacts, "contacts")
    headings = tuple(cell.strip() for cell in _heading(book, "book").cells)
    choice = _choice(headings, has_contacts=contacts is not None)
    mapping = mapping_text(choice, book, vocabulary)
    return _Seen(estimated_rows(io.BytesIO(book.data)), ImportOptions(choice), mapping)


def _heading(file: UploadedFile, field: str) -> Row:
    if not file.data.strip():
        raise UploadError(field, f"The file {file.short_name!r} is empty.", "Save it again, and send it once more.")
    try:
        row = next(iter(read_rows(io.BytesIO(file.data))), None)
    except UnreadableFileError as error:
        raise UploadError(field, error.message, error.hint) from error
    if row is None or not row.filled:
        raise UploadError(field, f"The file {file.short_name!r} has no rows.", "Send one with a row of headings.")
    return row


def _choice(headings: tuple[str, ...], *, has_contacts: bool) -> str:
    """Returns where the mapping comes from: none is needed for a book in our own form, others get a proposal.

    A proposal knows nothing of a second file, so with one a shipped mapping is taken if the headings are its own.
    """
    if not has_contacts:
        return OWN if "id" in headings else PROPOSED
    for name in shipped_mappings():
        mapping = read_mapping(shipped_text(name), name).mapping
        if mapping is None or list(heading_problems(headings, mapping.columns)):
            continue
        known = {heading.casefold() for heading in mapping.columns}
        if len(known & {heading.casefold() for heading in headings}) > len(known) // 2:
            return name
    return PROPOSED


def shipped_text(name: str) -> str:
    """Returns the text of a mapping that Milepost ships."""
    return shipped_mappings()[name].read_text("utf-8")


def mapping_text(choice: str, book: UploadedFile, vocabulary: Vocabulary, encoding: str = "") -> str | None:
    """Returns the mapping that a choice stands for; None where none is needed.

    Raises:
        UnreadableFileError: the book can't be read.
    """
    if choice == PROPOSED:
        rows = read_rows(io.BytesIO(book.data), FileFormat(encoding=encoding or None))
        return propose(rows, vocabulary, PurePath(book.short_name).stem)
    return shipped_text(choice) if choice in shipped_mappings() else None


async def choose(context: IntakeContext, number: int, options: ImportOptions, mapping: str | None) -> None:
    """Keeps what was chosen for an import that wasn't let go yet; `mapping` is the text of an edited one.

    Another choice than before brings its own text. What a dry run found before no longer holds.

    Raises:
        UnknownImportError: there is none of this number.
        ImportStatusError: it was let go, or its files have been removed.
        ImportChoiceError: something chosen can't be used; nothing is changed.
        UnreadableFileError: a file can't be read so.
    """
    if options.choice not in (OWN, PROPOSED, EDITED, *shipped_mappings()):
        raise ImportChoiceError({"choice": [f"There is no mapping {options.choice!r}; choose one of the list"]})
    files = await stored_files(context, number)
    if files is None:
        raise ImportStatusError(number, "over", "changed")
    async with context.store.reading() as session:
        row = await imports.get(session, number)
    compiled_maps = await context.compiled_maps.current()
    if options.choice != EDITED:
        book = UploadedFile(row.file, files.book)
        vocabulary = Vocabulary.of(compiled_maps)
        mapping = await asyncio.to_thread(mapping_text, options.choice, book, vocabulary, options.encoding)
    stages = {stage for each in compiled_maps for stage in each.stages}
    await asyncio.to_thread(source_of, options, mapping, files.contacts, stages)

    def change(session: Session) -> None:
        row = imports.lock_in(session, number, imports.IN_PREPARATION, "changed")
        row.options, row.mapping = options.to_json(), mapping
        row.status, row.preview, row.problem, row.done = ImportStatus.DRAFT, None, None, 0
        imports.delete_files(session, number, (FileKind.PLAN,))
        row.keep_until = int(context.wall()) + imports.KEPT_SECONDS

    await context.store.write(change)


async def look(context: IntakeContext, number: int) -> bool:
    """Lets the dry run of an import begin; tells whether Temporal took that (the sweeper tries again).

    Raises:
        UnknownImportError: there is none of this number.
        ImportStatusError: it was let go, or goes on already.
    """

    def change(row: ImportRow) -> None:
        row.status, row.done, row.preview, row.problem = ImportStatus.LOOKING, 0, None, None

    return await _begin(context, number, imports.IN_PREPARATION, "looked at", change)


async def go(context: IntakeContext, number: int, now: Instant) -> bool:
    """Lets an import go, once the one before it is over; tells whether Temporal took that (the sweeper tries again).

    Raises:
        UnknownImportError: there is none of this number.
        ImportStatusError: nobody has looked at it yet, or it was let go before.
    """

    def change(row: ImportRow) -> None:
        if row.preview and row.preview["unusable"]:
            raise ImportStatusError(number, "unusable as it is", "imported")
        row.status, row.queued_at, row.done, row.position = ImportStatus.QUEUED, now, 0, 0

    return await _begin(context, number, (ImportStatus.LOOKED,), "imported", change)


async def _begin(
    context: IntakeContext,
    number: int,
    statuses: tuple[ImportStatus, ...],
    wish: str,
    change: Callable[[ImportRow], None],
) -> bool:
    await context.store.write(lambda session: change(imports.lock_in(session, number, statuses, wish)))
    return await context.journey_client.start_import(number)


async def cancel(context: IntakeContext, number: int) -> bool:
    """Takes an import back: a dry run ends, and one that runs begins no further batch. What was imported stays.

    Tells whether it ran.

    Raises:
        UnknownImportError: there is none of this number.
        ImportStatusError: it is over.
    """
    wanted = (*imports.IN_PREPARATION, *imports.AT_WORK)

    def change(session: Session) -> bool:
        row = imports.lock_in(session, number, wanted, "cancelled")
        is_running = row.status in imports.RUNS
        if row.status == ImportStatus.LOOKING:
            row.status, row.done = ImportStatus.DRAFT, 0
        elif row.status == ImportStatus.RUNNING:
            row.status = ImportStatus.CANCELLING
        elif row.status != ImportStatus.CANCELLING:
            imports.end(session, row, ImportStatus.CANCELLED, context.now(), context.wall())
        return is_running

    return await context.store.write(change)


# What a page shows of the book.


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The first rows of a file, as they stand there: the heading, and some below it."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def first_rows(data: bytes, form: FileFormat, count: int) -> FirstRows:
    """Returns the first rows of a book.

    Raises:
        UnreadableFileError: it is a workbook that can't be read.
    """
    rows = iter(read_rows(io.BytesIO(data), form))
    heading = next(rows, Row(1, ()))
    return FirstRows(tuple(cell.strip() for cell in heading.cells), tuple(islice(rows, count)))
