"""Imports that people follow on pages: what was uploaded, how far each is, and what came of it.

An import is worked on by batches of rows. `begin_batch` and `end_batch` name the place in the file where a batch
begins; a worker that was overtaken by another one finds another place there, and leaves everything as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store import numbered_rows, rehearsals
from milepost.store.errors import ImportStatusError, UnknownImportError
from milepost.store.import_tables import ImportFileRow, ImportRefusalRow, ImportRow
from milepost.store.upsert import insert_new, upsert

KEPT_SECONDS = 7 * 86_400
"""How long files and details of an import are kept after something was last done with it."""


class ImportStatus(StrEnum):
    """The status of an import.

    `draft`: uploaded, and not looked at yet. `looking`: its dry run goes on; `looked`: that is done. `queued`: it
    begins when the one before it is over. `cancelling`: what was begun is finished, and nothing else begun.
    """

    DRAFT = "draft"
    LOOKING = "looking"
    LOOKED = "looked"
    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


IN_PREPARATION = (ImportStatus.DRAFT, ImportStatus.LOOKED)
RUNS = (ImportStatus.RUNNING, ImportStatus.CANCELLING)
AT_WORK = (ImportStatus.LOOKING, ImportStatus.QUEUED, *RUNS)
OVER = (ImportStatus.DONE, ImportStatus.CANCELLED, ImportStatus.FAILED)


class FileKind(StrEnum):
    """The files of an import: two that were uploaded, and two that came of it."""

    BOOK = "book"
    CONTACTS = "contacts"
    PLAN = "plan"
    REFUSED = "refused"


UPLOADED = (FileKind.BOOK, FileKind.CONTACTS)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason to refuse a row of the book, as `milepost.imports.row_reader.RowProblem` has it."""

    row: int
    column: str | None
    message: str
    repeated_id: str | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch came to: the last row of it, how many rows are done with it, and the account up to there."""

    position: int
    done: int
    account: Mapping[str, Any]
    refusals: Sequence[Refusal] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """The number of an import; it isn't new if the same form has sent one before, of the file with this digest."""

    number: int
    is_new: bool
    digest: str


def add(session: Session, upload: ImportRow, files: Mapping[FileKind, bytes]) -> Added:
    """Stores an upload, unless the same form has sent one before."""
    values = {column.name: getattr(upload, column.name) for column in ImportRow.__table__.columns}
    values.pop("number")
    new = insert_new(session, ImportRow, [values], ["form"], ImportRow.number)
    if not new:
        earlier = session.scalars(select(ImportRow).where(ImportRow.form == upload.form)).one()
        return Added(earlier.number, is_new=False, digest=earlier.digest)
    [number] = new.values()
    for kind, data in files.items():
        put_file(session, number, kind, data)
    return Added(number, is_new=True, digest=upload.digest)


def put_file(session: Session, number: int, kind: FileKind, data: bytes) -> None:
    """Stores a file of an import, in the place of one of that kind."""
    upsert(session, ImportFileRow, [{"import_number": number, "kind": kind, "data": data}])


def delete_files(session: Session, number: int, kinds: Iterable[FileKind] = tuple(FileKind)) -> None:
    """Deletes files of an import."""
    where = (ImportFileRow.import_number == number, ImportFileRow.kind.in_(list(kinds)))
    session.execute(delete(ImportFileRow).where(*where))


async def latest_mappings(session: AsyncSession, *, limit: int) -> list[str]:
    """Returns the texts of the latest imports' mappings, newest first."""
    query = select(ImportRow.mapping).where(ImportRow.mapping.is_not(None)).order_by(ImportRow.number.desc())
    return [text for text in await session.scalars(query.limit(limit)) if text]


async def get(session: AsyncSession, number: int) -> ImportRow:
    """Returns an import.

    Raises:
        UnknownImportError: there is none of this number.
    """
    return await numbered_rows.get(session, ImportRow, number, UnknownImportError)


def lock(session: Session, number: int) -> ImportRow:
    """Returns an import that nobody else changes before the transaction ends.

    Raises:
        UnknownImportError: there is none of this number.
    """
    return numbered_rows.lock(session, ImportRow, number, UnknownImportError)


def lock_in(session: Session, number: int, statuses: Iterable[ImportStatus], wish: str) -> ImportRow:
    """Returns a locked import that has one of these statuses; `wish` is what is to be done with it.

    Raises:
        UnknownImportError: there is none of this number.
        ImportStatusError: it has another status.
    """
    row = lock(session, number)
    if row.status not in set(statuses):
        raise ImportStatusError(number, row.status, wish)
    return row


async def file(session: AsyncSession, number: int, kind: FileKind) -> bytes | None:
    """Returns a file of an import; None if there is none, or it has been removed."""
    row = await session.get(ImportFileRow, (number, kind), populate_existing=True)
    return None if row is None else row.data


async def kinds(session: AsyncSession, number: int) -> set[str]:
    """Returns which files of an import there are."""
    return set(await session.scalars(select(ImportFileRow.kind).where(ImportFileRow.import_number == number)))


async def files(session: AsyncSession) -> list[tuple[int, FileKind, str | None]]:
    """Returns all files that there are: their import, kind, and the encoding that somebody chose for what they sent."""
    encoding = ImportRow.options["encoding"].as_string()
    query = select(ImportFileRow.import_number, ImportFileRow.kind, encoding).join(ImportRow)
    rows = await session.execute(query.order_by(ImportFileRow.import_number, ImportFileRow.kind))
    return [(number, FileKind(kind), chosen) for number, kind, chosen in rows]


async def with_details(session: AsyncSession) -> list[ImportRow]:
    """Returns the imports of which more than counts is kept."""
    return list(await session.scalars(select(ImportRow).where(ImportRow.keep_until.is_not(None))))


async def latest(session: AsyncSession, *, limit: int, before: int | None = None) -> list[ImportRow]:
    """Returns the latest imports, newest first, those with a smaller number than `before`."""
    query = select(ImportRow).order_by(ImportRow.number.desc()).limit(limit)
    return list(await session.scalars(query if before is None else query.where(ImportRow.number < before)))


async def same_file(session: AsyncSession, row: ImportRow) -> ImportRow | None:
    """Returns the latest other import of the same file that was let go."""
    query = select(ImportRow).where(
        ImportRow.digest == row.digest, ImportRow.number != row.number, ImportRow.queued_at.is_not(None)
    )
    found: ImportRow | None = await session.scalar(query.order_by(ImportRow.number.desc()).limit(1))
    return found


async def at_work(session: AsyncSession) -> list[int]:
    """Returns the numbers of the imports whose workflow should run."""
    return list(await session.scalars(select(ImportRow.number).where(ImportRow.status.in_(AT_WORK))))


async def before_it(session: AsyncSession, row: ImportRow) -> ImportRow | None:
    """Returns the import that a queued one waits for."""
    found: ImportRow | None = await session.scalar(
        select(ImportRow)
        .where(ImportRow.number != row.number, ImportRow.status.in_((*RUNS, ImportStatus.QUEUED)))
        .order_by(ImportRow.status == ImportStatus.QUEUED, ImportRow.queued_at, ImportRow.number)
        .limit(1)
    )
    return found


def take_turn(session: Session, number: int) -> ImportRow:
    """Returns the import, which runs now if it was queued and is the next; only one runs at a time.

    Raises:
        UnknownImportError: there is none of this number.
    """
    query = select(ImportRow).where(ImportRow.status.in_((*RUNS, ImportStatus.QUEUED)))
    rows = session.scalars(query.order_by(ImportRow.number).with_for_update()).all()
    row = lock(session, number)
    if row.status == ImportStatus.QUEUED and not any(each.status in RUNS for each in rows):
        first = min((each for each in rows), key=lambda each: (each.queued_at or 0, each.number))
        if first.number == number:
            row.status = ImportStatus.RUNNING
    return row


def begin_batch(session: Session, number: int, position: int, in_flight: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Says which rows are being saved. Returns what an earlier attempt said of this batch, or else `in_flight`.

    None: nothing more is to be begun, as the import is being cancelled, is over, or another worker is ahead.
    """
    row = lock(session, number)
    if row.status != ImportStatus.RUNNING or row.position != position:
        return None
    if row.in_flight is None:
        row.in_flight = dict(in_flight)
    earlier: Mapping[str, Any] = row.in_flight
    return earlier


def end_batch(session: Session, number: int, position: int, result: BatchResult) -> bool:
    """Records what a batch came to, unless another worker was faster; tells whether it wasn't."""
    row = lock(session, number)
    if row.status not in RUNS or row.position != position:
        return False
    row.position, row.done, row.account, row.in_flight = result.position, result.done, dict(result.account), None
    if result.refusals:
        rows = [
            {
                "import_number": number,
                "line": each.row,
                "heading": each.column,
                "message": each.message,
                "repeated_id": each.repeated_id,
            }
            for each in result.refusals
        ]
        session.execute(insert(ImportRefusalRow), rows)
    return True


def record_look(session: Session, number: int, done: int) -> bool:
    """Records how many rows a dry run has looked at; tells whether it is to go on."""
    statement = update(ImportRow).where(ImportRow.number == number, ImportRow.status == ImportStatus.LOOKING)
    return bool(session.connection().execute(statement.values(done=done)).rowcount)


async def refusals(session: AsyncSession, number: int) -> list[Refusal]:
    """Returns the reasons to refuse rows of an import, in the order of the rows."""
    query = select(ImportRefusalRow).where(ImportRefusalRow.import_number == number)
    rows = await session.scalars(query.order_by(ImportRefusalRow.line, ImportRefusalRow.serial))
    return [Refusal(row.line, row.heading, row.message, row.repeated_id) for row in rows]


def end(session: Session, row: ImportRow, status: ImportStatus, now: Instant, wall: float) -> None:
    """Ends a locked import: what was uploaded is deleted, what came of it is kept for some days.

    One that was cancelled on the way keeps all for as long: it may go on.
    """
    is_cancelled = row.status == ImportStatus.CANCELLING and status == ImportStatus.CANCELLED
    has_book = session.get(ImportFileRow, (row.number, FileKind.BOOK)) is not None
    row.status, row.ended_at, row.keep_until, row.in_flight = status, now, int(wall) + KEPT_SECONDS, None
    if is_cancelled and has_book:
        return
    delete_files(session, row.number, UPLOADED)
    session.execute(delete(ImportRefusalRow).where(ImportRefusalRow.import_number == row.number))


def remove_details(session: Session, row: ImportRow) -> None:
    """Removes the files and details of a locked import; its counts stay."""
    delete_files(session, row.number)
    session.execute(delete(ImportRefusalRow).where(ImportRefusalRow.import_number == row.number))
    rehearsals.remove_details(session, row.number)
    row.mapping, row.preview, row.options, row.keep_until = None, None, {}, None
    row.account = {"counts": row.account["counts"]} if isinstance(row.account, dict) else None


def remove_expired(session: Session, now: Instant, wall: float) -> int:
    """Removes files and details that were kept for long enough, and ends what was never let go; returns how many."""
    query = select(ImportRow).where(ImportRow.keep_until < wall, ImportRow.status.not_in(AT_WORK)).with_for_update()
    rows = session.scalars(query).all()
    for row in rows:
        if row.status in IN_PREPARATION:
            end(session, row, ImportStatus.CANCELLED, now, wall)
        remove_details(session, row)
    return len(rows)
