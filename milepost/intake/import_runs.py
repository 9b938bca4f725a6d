"""Goes on with imports that people follow on pages: with a dry run, or with the rows of the book.

A worker may be killed at any point. A dry run begins again, as it writes nothing. An import goes on behind the last
batch that was recorded; of the batch that was under way, each row is saved once, as saving it again changes nothing,
and counted once, by what was found of it before it was first saved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from milepost.errors import MilepostError
from milepost.imports.customer_book import OpenBook
from milepost.imports.refused_rows import ByColumn, refused_file
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.vocabulary import Vocabulary
from milepost.intake import people
from milepost.intake.begin_again import MENDED
from milepost.intake.book import import_customers
from milepost.intake.context import IntakeContext
from milepost.intake.import_account import Foreseen, ImportAccount, Missing
from milepost.intake.import_preview import ImportPreview, preview_import
from milepost.intake.import_sources import ImportOptions, OpenImport, StoredFiles, stored_files
from milepost.intake.intake import Intake
from milepost.intake.planned_work import PlannedRows, PlannedWork
from milepost.store import imports
from milepost.store.errors import StoreError
from milepost.store.import_tables import ImportRow
from milepost.store.imports import BatchResult, FileKind, ImportStatus, Refusal
from milepost.wire.book_import import ImportStep

Beat = Callable[[], None]
BATCH = 64
"""Rows that are saved, and then recorded as done with, together."""
_LOOK_EVERY = 50  # customers of a dry run, between two moments in which others get their turn
_TURN_SECONDS = 5.0  # until an import that waits for another one asks again
_NOTES = 50  # that are kept
_GONE = "Its files are no longer there."
_Item = BookRow | tuple[RowProblem, ...]


async def go_on(intake: Intake, number: int, beat: Beat) -> ImportStep:
    """Does what is next with an import; `beat` is called every few seconds while it goes on.

    Raises:
        UnknownImportError: there is none of this number.
    """
    row = await intake.context.store.write(partial(imports.take_turn, number=number))
    match row.status:
        case ImportStatus.QUEUED:
            return ImportStep(row.done, _TURN_SECONDS)
        case ImportStatus.LOOKING:
            await _guarded(intake.context, row, _look(intake, row, beat))
        case ImportStatus.RUNNING | ImportStatus.CANCELLING:
            await _guarded(intake.context, row, _Run(intake, row, beat).go())
        case _:
            return ImportStep(row.done, None)
    return ImportStep(row.done, 0.0)


async def _guarded(context: IntakeContext, row: ImportRow, work: Any) -> None:
    """Lets an import that can't go on say why. A database that is away is no such reason: the step is made again."""
    try:
        await work
    except StoreError:
        raise
    except MilepostError as error:
        await context.store.write(partial(_fail, context, row.number, f"{error.message} {error.hint or ''}".strip()))


def _fail(context: IntakeContext, number: int, why: str, session: Session) -> None:
    row = imports.lock(session, number)
    row.problem = why
    if row.status == ImportStatus.LOOKING:
        row.status = ImportStatus.DRAFT
    elif row.status in imports.RUNS:
        imports.end(session, row, ImportStatus.FAILED, context.now(), context.wall())


async def _open(intake: Intake, row: ImportRow, files: StoredFiles) -> OpenImport:
    vocabulary = Vocabulary.of(await intake.context.compiled_maps.current())
    return await asyncio.to_thread(files.open, row, vocabulary)


# The dry run.


@dataclass(slots=True)
class _Looked:
    """What a dry run has seen of the file so far."""

    rows: int = 0
    refused: int = 0
    problems: ByColumn = field(default_factory=ByColumn)

    def readable(self, book: OpenBook) -> Iterator[BookRow]:
        """Yields the rows that can be read, and counts what is wrong with the others."""
        for problem in book.problems:
            self.problems.add(problem)
        for row in book.rows:
            self.rows += 1
            if isinstance(row, BookRow):
                yield row
                continue
            self.refused += 1
            for problem in row:
                self.problems.add(problem)


async def _look(intake: Intake, row: ImportRow, beat: Beat) -> None:
    context, files = intake.context, await stored_files(intake.context, row.number)
    if files is None:
        await context.store.write(partial(_fail, context, row.number, _GONE))
        return
    opened = await _open(intake, row, files)
    looked, preview, work, rows, seen = _Looked(), ImportPreview(), PlannedWork(), PlannedRows(), 0
    again = ImportOptions.from_json(row.options).again
    async for customer in preview_import(intake, looked.readable(opened.book), opened.places, again=again):
        preview.add(customer)
        work.add(customer)
        rows.add(customer)
        seen += 1
        if seen % _LOOK_EVERY == 0:
            beat()
            if not await context.store.write(partial(imports.record_look, number=row.number, done=looked.rows)):
                return  # it was taken back
        await asyncio.sleep(0)  # others get their turn
    result = {
        **preview.to_json(),
        **work.to_json(),
        "changes": {each.customer.id: list(each.changes) for each in preview.examples},
        "rows": looked.rows,
        "refused": looked.refused,
        "unusable": bool(opened.book.problems),
        "by_column": looked.problems.to_json(),
        "contacts_by_column": ByColumn.of(opened.source.people.problems).to_json(),
        "notes": [*preview.notes, *opened.book.missing, *opened.book.notes][:_NOTES],
    }
    await context.store.write(partial(_looked, row.number, result, rows.to_bytes()))


def _looked(number: int, result: Mapping[str, Any], plan: bytes, session: Session) -> None:
    row = imports.lock(session, number)
    if row.status != ImportStatus.LOOKING:
        return
    row.status, row.preview, row.problem = ImportStatus.LOOKED, dict(result), None
    row.total = row.done = result["rows"]
    imports.delete_files(session, number, (FileKind.PLAN,))
    if plan:
        imports.put_file(session, number, FileKind.PLAN, plan)


# The import itself.


class _Run:
    """One worker's part of an import, from where it was left to the end of the file, or until it is cancelled."""

    def __init__(self, intake: Intake, row: ImportRow, beat: Beat) -> None:
        self._intake = intake
        self._context = intake.context
        self._row = row
        self._beat = beat
        self._position = row.position
        self._done = row.done
        self._account = ImportAccount.from_json(row.account)
        self._again = ImportOptions.from_json(row.options).again

    async def go(self) -> None:
        """Saves the rows that are left, and ends the import."""
        files = await stored_files(self._context, self._row.number)
        if files is None:
            await self._end(None, [_GONE])
            return
        opened = await _open(self._intake, self._row, files)
        if opened.book.problems:
            await self._end(opened, [str(problem) for problem in opened.book.problems])
            return
        await people.add_names(self._context, opened.source.names)
        missing = Missing.of(await self._context.compiled_maps.current(), self._context.now())
        items = opened.book.rows
        while batch := await asyncio.to_thread(self._next, items):
            self._beat()
            if not await self._save(batch, opened, missing):
                break
        notes = [*self._account.about_colleagues, *opened.book.missing, *opened.book.notes]
        notes += (note for note, _ in missing.notes())
        self._account.notes = notes[:_NOTES] if self._account.has_changed_anything else []
        await self._end(opened, [])

    def _next(self, items: Iterator[_Item]) -> list[_Item]:
        """Returns the next rows behind the position; those before it are read again, as ids must not come twice."""
        return list(islice((item for item in items if _number(item) > self._position), BATCH))

    async def _save(self, batch: Sequence[_Item], opened: OpenImport, missing: Missing) -> bool:
        """Saves a batch; returns whether there is anything left to do for this worker."""
        rows = [item for item in batch if isinstance(item, BookRow)]
        foreseen = {
            str(row.number): Foreseen.of(previewed).to_json()
            for row, previewed in zip(
                rows,
                [each async for each in preview_import(self._intake, rows, opened.places, days=0, again=self._again)],
                strict=True,
            )
        }
        begin = partial(imports.begin_batch, number=self._row.number, position=self._position, in_flight=foreseen)
        in_flight = await self._context.store.write(begin)
        if in_flight is None:
            return False
        problems = [problem for item in batch if not isinstance(item, BookRow) for problem in item]
        self._account.counts["refused"] += len(batch) - len(rows)
        why = MENDED if self._again else None
        results = import_customers(self._intake, rows, opened.places, by=self._row.uploaded_by, again=why)
        numbers = iter(rows)
        async for imported in results:
            before = in_flight.get(str(next(numbers).number))
            self._account.add(imported, Foreseen(*before) if before else None)
            missing.count(imported)
            if imported.problem is not None:
                problems.append(imported.problem)
        result = BatchResult(
            _number(batch[-1]),
            self._done + len(batch),
            self._account.to_json(),
            [Refusal(each.row, each.column, each.message, each.repeated_id) for each in problems],
        )
        end = partial(imports.end_batch, number=self._row.number, position=self._position, result=result)
        if not await self._context.store.write(end):
            return False  # another worker is ahead
        self._position, self._done = result.position, result.done
        return True

    async def _end(self, opened: OpenImport | None, problems: list[str]) -> None:
        """Ends the import, unless another worker is ahead; refused rows become a file to mend."""
        async with self._context.store.reading() as session:
            refused = await imports.refusals(session, self._row.number)
        rows = [RowProblem(each.row, each.column, each.message, each.repeated_id) for each in refused]
        self._account.by_column = ByColumn.of(rows).to_json()
        data = b""
        if opened is not None:
            self._account.contacts_by_column = ByColumn.of(opened.source.people.problems).to_json()
            if rows:
                form, headings = opened.source.form, opened.book.headings
                data = await asyncio.to_thread(refused_file, opened.data, form, headings, rows)
        await self._context.store.write(partial(self._ended, data, problems))

    def _ended(self, refused: bytes, problems: list[str], session: Session) -> None:
        row = imports.lock(session, self._row.number)
        if row.status not in imports.RUNS or row.position != self._position:
            return
        status = ImportStatus.CANCELLED if row.status == ImportStatus.CANCELLING else ImportStatus.DONE
        row.account = self._account.to_json()
        if status == ImportStatus.DONE:
            row.total = max(row.done, 1) if not problems else row.total
        if problems and status == ImportStatus.DONE:
            status, row.problem = ImportStatus.FAILED, "; ".join(problems)
        imports.end(session, row, status, self._context.now(), self._context.wall())
        if refused and row.keep_until is not None:
            imports.put_file(session, row.number, FileKind.REFUSED, refused)


def _number(item: _Item) -> int:
    return item.number if isinstance(item, BookRow) else item[0].row
