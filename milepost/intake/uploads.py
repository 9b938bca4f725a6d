"""Imports on pages, from the upload to the word "go": each step is a change of its row, which a worker acts on."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath

from sqlalchemy.orm import Session

from milepost.actor import actor
from milepost.audit_kinds import Kind
from milepost.errors import MilepostError
from milepost.imports.audience import Maps
from milepost.imports.heading_row import rows_from_headings
from milepost.imports.mapped_stages import stages_of
from milepost.imports.mapping_file import shipped_mappings
from milepost.imports.proposal import propose
from milepost.imports.rows import FileFormat, Row, estimated_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.imports.workbook import UnreadableFileError
from milepost.intake.book_sheets import likely_sheet, rows_of
from milepost.intake.context import IntakeContext
from milepost.intake.import_sources import ImportChoiceError, ImportOptions, StoredFiles, source_of, stored_files
from milepost.intake.known_addresses import known_addresses
from milepost.planner.instants import Instant
from milepost.store import audit, imports
from milepost.store.audit import Entry
from milepost.store.errors import ImportStatusError
from milepost.store.import_tables import ImportRow
from milepost.store.imports import Added, FileKind, ImportStatus

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


_BY_ITSELF = ImportOptions("")


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a file is to be read, and what is to be done with it at once.

    Attributes:
        options: What was chosen; a `choice` or `sheet` that is empty is the one that suits the file best.
        mapping: The text of an edited one.
        status: `draft`, `looking` or, without a dry run before, `queued`.
    """

    options: ImportOptions = _BY_ITSELF
    mapping: str | None = None
    status: ImportStatus = ImportStatus.DRAFT


_AS_IT_COMES = Chosen()


async def receive(
    context: IntakeContext,
    form: str,
    book: UploadedFile,
    contacts: UploadedFile | None,
    *,
    by: str | None,
    chosen: Chosen = _AS_IT_COMES,
) -> Added:
    """Stores an upload with how it is read, and lets it begin if that is chosen.

    `form` is the id of the form that it was sent by: one that is sent twice is one upload.

    Raises:
        UploadError: a file is empty, or no text and no workbook that can be read.
        ImportChoiceError: something chosen can't be used; nothing is stored.
        UnreadableFileError: a file can't be read so.
    """
    seen = await _seen(context, book, contacts, chosen)
    files = {FileKind.BOOK: book.data} | ({FileKind.CONTACTS: contacts.data} if contacts else {})
    row = ImportRow(
        form=form,
        status=chosen.status,
        file=book.short_name,
        contacts_file=contacts.short_name if contacts else None,
        size=sum(map(len, files.values())),
        digest=digest_of(book, contacts),
        uploaded_at=context.now(),
        uploaded_by=by,
        queued_at=context.now() if chosen.status == ImportStatus.QUEUED else None,
        mapping=seen.mapping,
        options=seen.options.to_json(),
        total=seen.rows,
        position=0,
        done=0,
        keep_until=int(context.wall()) + imports.KEPT_SECONDS,
    )
    added = await context.store.write(partial(imports.add, upload=row, files=files))
    if chosen.status != ImportStatus.DRAFT:
        await context.journey_client.start_import(added.number)
    return added


@dataclass(frozen=True, slots=True)
class _Known:
    """What a proposal is made with besides the files: the maps, and colleagues' addresses by their names."""

    maps: Maps
    colleagues: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Seen:
    rows: int
    options: ImportOptions
    mapping: str | None


def digest_of(book: UploadedFile, contacts: UploadedFile | None) -> str:
    """Returns what tells whether the same files were sent before."""
    return hashlib.sha256(b"\0".join(each.data for each in (book, contacts) if each is not None)).hexdigest()


async def _seen(context: IntakeContext, book: UploadedFile, contacts: UploadedFile | None, chosen: Chosen) -> _Seen:
    """Looks at the files of an upload; whatever is to begin at once, or was chosen, has to be usable."""
    known = await _known(context)
    seen = await asyncio.to_thread(_look_at, book, contacts, known)
    if chosen == _AS_IT_COMES:
        return seen  # a proposal may have gaps, which somebody fills on the page
    options = replace(
        chosen.options,
        choice=chosen.options.choice or seen.options.choice,
        sheet=chosen.options.sheet or seen.options.sheet,
    )
    kept = chosen.status == ImportStatus.DRAFT
    files = _files(book, contacts)
    return await _read_so(known, book.short_name, files, options, chosen.mapping, may_have_gaps=kept)


async def _known(context: IntakeContext) -> _Known:
    maps = Maps(await context.compiled_maps.current(), context.now())
    return _Known(maps, await known_addresses(context))


def _files(book: UploadedFile, contacts: UploadedFile | None) -> StoredFiles:
    return StoredFiles(book.data, contacts.data if contacts else None)


def _look_at(book: UploadedFile, contacts: UploadedFile | None, known: _Known) -> _Seen:
    if contacts is not None:
        _heading(contacts, "contacts")
    sheet = likely_sheet(book.data)
    headings = {cell.strip() for cell in _heading(book, "book", sheet).cells}
    needs_none = "id" in headings and contacts is None
    options = ImportOptions(OWN if needs_none else PROPOSED, sheet=sheet)
    mapping = _mapping_text(options, book.short_name, _files(book, contacts), known)
    return _Seen(estimated_rows(io.BytesIO(book.data), sheet or None), options, mapping)


def _heading(file: UploadedFile, field: str, sheet: str = "") -> Row:
    if not file.data.strip():
        raise UploadError(field, f"The file {file.short_name!r} is empty.", "Save it again, and send it once more.")
    try:
        row = next(iter(rows_of(file.data, sheet)), None)
    except UnreadableFileError as error:
        raise UploadError(field, error.message, error.hint) from error
    if row is None or not row.filled:
        raise UploadError(field, f"The file {file.short_name!r} has no rows.", "Send one with a row of headings.")
    return row


def _mapping_text(options: ImportOptions, name: str, files: StoredFiles, known: _Known) -> str | None:
    """Returns the mapping that the choice among the options stands for; None where none is needed.

    Raises:
        UnreadableFileError: a file can't be read.
    """
    choice = options.choice
    if choice != PROPOSED:
        return shipped_mappings()[choice].read_text("utf-8") if choice in shipped_mappings() else None
    form = FileFormat(encoding=options.encoding or None, sheet=options.sheet or None)
    vocabulary = Vocabulary.of(known.maps.compiled_maps)
    return propose(
        rows_from_headings(io.BytesIO(files.book), form, vocabulary),
        vocabulary,
        PurePath(name).stem,
        maps=known.maps,
        contacts=None if files.contacts is None else rows_from_headings(io.BytesIO(files.contacts)),
        colleagues=known.colleagues,
    )


async def choose(context: IntakeContext, number: int, options: ImportOptions, mapping: str | None) -> None:
    """Keeps what was chosen for an import that wasn't let go yet; `mapping` is the text of an edited one.

    Another choice than before brings its own text; a proposal may have gaps, which somebody fills on the page. What a
    dry run found before no longer holds.

    Raises:
        UnknownImportError: there is none of this number.
        ImportStatusError: it was let go, or its files have been removed.
        ImportChoiceError: something chosen can't be used; nothing is changed.
        UnreadableFileError: a file can't be read so.
    """
    files = await stored_files(context, number)
    if files is None:
        raise ImportStatusError(number, "over", "changed")
    async with context.store.reading() as session:
        row = await imports.get(session, number)
    seen = await _read_so(await _known(context), row.file, files, options, mapping, may_have_gaps=True)

    def change(session: Session) -> None:
        row = imports.lock_in(session, number, imports.IN_PREPARATION, "changed")
        row.options, row.mapping, row.total = options.to_json(), seen.mapping, seen.rows
        row.status, row.preview, row.problem, row.done = ImportStatus.DRAFT, None, None, 0
        imports.delete_files(session, number, (FileKind.PLAN,))
        row.keep_until = int(context.wall()) + imports.KEPT_SECONDS

    await context.store.write(change)


async def _read_so(
    known: _Known,
    name: str,
    files: StoredFiles,
    options: ImportOptions,
    mapping: str | None,
    *,
    may_have_gaps: bool,
) -> _Seen:
    """Returns how files are read by what was chosen for them; `mapping` is the text of an edited one.

    A mapping that is proposed now may lack what only people know, if nothing is to begin with it at once.

    Raises:
        ImportChoiceError: something chosen can't be used.
        UnreadableFileError: a file can't be read so.
    """
    if options.choice not in (OWN, PROPOSED, EDITED, *shipped_mappings()):
        raise ImportChoiceError({"choice": [f"There is no mapping {options.choice!r}; choose one of the list"]})
    rows = await asyncio.to_thread(_rows_on_sheet, files.book, options.sheet)
    if options.choice != EDITED:
        mapping = await asyncio.to_thread(_mapping_text, options, name, files, known)
    stages = stages_of(known.maps.compiled_maps)
    try:
        await asyncio.to_thread(source_of, options, mapping, files.contacts, stages)
    except ImportChoiceError as error:
        if not may_have_gaps or options.choice != PROPOSED or error.problems.keys() != {"mapping"}:
            raise
    return _Seen(rows, options, mapping)


def _rows_on_sheet(data: bytes, sheet: str) -> int:
    try:
        return estimated_rows(io.BytesIO(data), sheet or None)
    except UnreadableFileError as error:
        raise ImportChoiceError({"sheet": [f"{error.message} {error.hint or ''}".strip()]}) from error


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

    One that was cancelled on the way goes on behind the last row that was done.

    Raises:
        UnknownImportError: there is none of this number.
        ImportStatusError: nobody has looked at it yet, or it was let go before, or its files have been removed.
    """
    files = await stored_files(context, number)

    def change(row: ImportRow) -> None:
        if row.status == ImportStatus.CANCELLED:
            if files is None:
                raise ImportStatusError(number, row.status, "imported")
            row.ended_at = None
        else:
            row.done, row.position = 0, 0
        if row.preview and row.preview["unusable"]:
            raise ImportStatusError(number, "unusable as it is", "imported")
        row.status, row.queued_at = ImportStatus.QUEUED, now

    return await _begin(context, number, (ImportStatus.LOOKED, ImportStatus.CANCELLED), "imported", change)


async def _begin(
    context: IntakeContext,
    number: int,
    statuses: tuple[ImportStatus, ...],
    wish: str,
    change: Callable[[ImportRow], None],
) -> bool:
    said = Entry(int(context.wall()), actor(), Kind.IMPORT_STARTED, str(number))

    def begin(session: Session) -> None:
        row = imports.lock_in(session, number, statuses, wish)
        change(row)
        if row.status == ImportStatus.QUEUED:
            audit.record(session, replace(said, details={"file": row.file}))

    await context.store.write(begin)
    return await context.journey_client.start_import(number)


async def cancel(context: IntakeContext, number: int) -> bool:
    """Takes an import back: a dry run ends, and one that runs begins no further batch. What was imported stays.

    Tells whether it ran.

    Raises:
        UnknownImportError: there is none of this number.
        ImportStatusError: it is over.
    """
    wanted = (*imports.IN_PREPARATION, *imports.AT_WORK)
    said = Entry(int(context.wall()), actor(), Kind.IMPORT_CANCELLED, str(number))

    def change(session: Session) -> bool:
        audit.record(session, said)
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
