"""One run of a book in step: brings the files, looks what changed, takes that in, and lists who vanished."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from milepost import limits
from milepost.errors import MilepostError
from milepost.imports.book_source import BookSource
from milepost.imports.customer_book import OpenBook, open_book
from milepost.imports.mapping import Mapping as ColumnMapping
from milepost.imports.people_file import ReadPeople, read_people
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.vocabulary import Vocabulary
from milepost.imports.workbook import UnreadableFileError
from milepost.intake import people
from milepost.intake.book import ImportedCustomer, import_customers
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.import_preview import ImportPreview, preview_import
from milepost.intake.intake import Intake
from milepost.intake.likely_doubles import Doubles, LikelyDouble
from milepost.intake.sync.changes import Changes, Keys, check_vanished, compare, digest_rows
from milepost.intake.sync.errors import BookRefusedError, MissingCustomersError, SourceAwayError, SyncBusyError
from milepost.intake.sync.recipe import Recipe
from milepost.intake.sync.schedule import Schedule
from milepost.intake.sync.source import SourceFile, bring, check_believable
from milepost.store import aliases, syncs
from milepost.store.sync_tables import SyncRow
from milepost.store.syncs import RunStatus

HOLD_EVERY = syncs.LEASE / 4
"""Seconds after which a run says that it is at work."""
_FORM = "1"  # of digests: another one reads every row once more
_AT_ONCE = 96  # customers after which their digests are kept
_MOST_PROBLEMS = 50  # that are kept
_TRIED_AGAIN = (RunStatus.AWAY, RunStatus.STOPPED)  # what somebody accepted counts for the next run
Authorization = Mapping[str, str]


@dataclass(slots=True)
class SyncResult:
    """What a run did or, of a dry run, would do.

    `counts` are customers by what became of them. `problems` are the first rows that were refused, each with its file,
    and `more_problems` counts the rest; `vanished` are the first of the customers who are no longer in the book.
    `left_out` are the first rows of customers that another row decides; `doubles` are new customers who may be there
    already, and `alike` the first of their rows, each with its file.
    """

    status: RunStatus
    why: str | None = None
    hint: str | None = None
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, RowProblem]] = field(default_factory=list)
    more_problems: int = 0
    left_out: list[tuple[str, RowProblem]] = field(default_factory=list)
    doubles: Doubles = field(default_factory=Doubles)
    alike: list[tuple[str, int]] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    preview: ImportPreview | None = None

    def refuse(self, file: str, problem: RowProblem) -> None:
        """Notes what is wrong with a row, or counts it where many were noted before."""
        if len(self.problems) < limits.REFUSED_ROWS:
            self.problems.append((file, problem))
        else:
            self.more_problems += 1

    def note_doubles(self, file: str, row: int, doubles: Collection[LikelyDouble]) -> None:
        """Notes who may be the same as a new customer."""
        self.doubles.add(doubles)
        self.counts["alike"] += bool(doubles)
        if doubles and len(self.alike) < _MOST_PROBLEMS:
            self.alike.append((file, row))

    def to_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "why": self.why,
            "customers": dict(self.counts),
            "vanished": self.vanished,
            **({"more_problems": self.more_problems} if self.more_problems else {}),
            **({"doubles": self.doubles.to_json()} if self.doubles.count else {}),
            **({"preview": self.preview.to_json()} if self.preview else {}),
        }


@dataclass(frozen=True, slots=True)
class _Book:
    """The files of a run, as they were brought, and how they are read."""

    files: list[SourceFile]
    contacts: list[SourceFile]
    mapping: ColumnMapping | None
    people: ReadPeople
    vocabulary: Vocabulary

    def places(self, opened: OpenBook) -> frozenset[str]:
        """What of a customer the files decide."""
        return BookSource(self.mapping, self.people).places(opened)


class SyncRun:
    """One run of one book. `accept_vanished` takes a book in that lacks many customers."""

    def __init__(
        self, intake: Intake, row: SyncRow, authorization: Authorization, *, accept_vanished: bool = False
    ) -> None:
        self._intake, self._row, self._authorization = intake, row, authorization
        self._accept_vanished = accept_vanished
        self._store = intake.context.store
        self._recipe = Recipe.from_json(row.recipe)
        self._token = secrets.token_hex(8)
        self._seed = ""

    async def run(self, *, only_due: bool = False) -> SyncResult | None:
        """Brings the book in step, if nobody else does; None if somebody does, or it isn't due.

        What goes wrong with the source is said by the result, and tried again by the schedule.
        """
        claim = partial(syncs.claim, name=self._row.name, token=self._token, wall=self._wall(), only_due=only_due)
        number = await self._store.write(claim)
        if number is None:
            return None
        result = SyncResult(RunStatus.STOPPED, "The run was stopped; the next one goes on where it was.")
        files: dict[str, Any] | None = None
        holding = asyncio.create_task(self._hold())
        try:
            result, files = await self._result()
        except SourceAwayError as error:
            result = SyncResult(RunStatus.AWAY, error.message, error.hint)
        except BookRefusedError as error:
            result = SyncResult(RunStatus.REFUSED, error.message, error.hint)
            if isinstance(error, MissingCustomersError):
                result.counts["missing"] = error.count
        except MilepostError as error:
            result = SyncResult(RunStatus.STOPPED, error.message, error.hint)
            raise
        finally:
            holding.cancel()
            await self._end(number, result, files)
        return result

    async def preview(self) -> SyncResult:
        """Says what a run would do; nothing is written.

        Raises:
            SourceAwayError: the source can't be reached.
            BookRefusedError: the book isn't believed.
        """
        with tempfile.TemporaryDirectory(prefix="milepost-sync-") as folder:
            book = await self._bring(Path(folder), though_unchanged=True)
            assert book is not None
            changes = await self._changes(book)
            result, preview = self._begun(changes), ImportPreview()
            for file, opened in self._opened(book, changes):
                rows = self._rows(opened, file, result)
                async for customer in preview_import(self._intake, rows, book.places(opened)):
                    preview.add(customer)
            result.preview = preview
            result.counts += Counter({name: preview.customers[name] for name in ("new", "changed", "refused")})
            return result

    async def _result(self) -> tuple[SyncResult, dict[str, Any] | None]:
        with tempfile.TemporaryDirectory(prefix="milepost-sync-") as folder:
            book = await self._bring(Path(folder))
            if book is None:
                return SyncResult(RunStatus.UNCHANGED), None
            changes = await self._changes(book)
            await people.add_names(self._intake.context, BookSource(book.mapping).names)
            result = self._begun(changes)
            for file, opened in self._opened(book, changes):
                await self._take_in(changes, self._rows(opened, file, result), book.places(opened), file, result)
            await self._store.write(partial(self._note_vanished, changes))
            found = {each.name: each.to_json() for each in (*book.files, *book.contacts)}
            return result, {"seed": self._seed, "found": found}

    # Reading.

    async def _bring(self, folder: Path, *, though_unchanged: bool = False) -> _Book | None:
        """Brings the files; None if nothing of them changed, unless they are wanted all the same.

        Raises:
            SourceAwayError: one can't be reached.
            BookRefusedError: one isn't believed.
        """
        recipe, mapping = self._recipe, self._recipe.read_mapping()
        versions = [each.version for each in await self._intake.context.compiled_maps.current()]
        self._seed = hashlib.sha256("\0".join((_FORM, recipe.mapping or "", *sorted(versions))).encode()).hexdigest()
        found = self._row.files.get("found", {})
        known = found if self._row.files.get("seed") == self._seed and not though_unchanged else {}
        files, contacts = await self._files(folder, known)
        digests = {each.name: each.digest for each in (*files, *contacts)}
        if digests == {name: each["digest"] for name, each in known.items()}:
            return None
        if any(each.path is None for each in (*files, *contacts)):  # one of two changed: both are read
            files, contacts = await self._files(folder, {})
        check_believable((*files, *contacts), found)
        vocabulary = Vocabulary.of(await self._intake.context.compiled_maps.current())
        people = await asyncio.to_thread(_people, contacts, mapping)
        return _Book(files, contacts, mapping, people, vocabulary)

    async def _files(self, folder: Path, known: Mapping[str, Any]) -> tuple[list[SourceFile], list[SourceFile]]:
        recipe, found = self._recipe, []
        for part, source in (("book", recipe.source), ("contacts", recipe.contacts)):
            (folder / part).mkdir(exist_ok=True)
            newest = recipe.newest or part == "contacts"
            brought = await bring(source, folder / part, known, self._authorization, newest=newest) if source else []
            found.append(brought)
        return found[0], found[1]

    async def _changes(self, book: _Book) -> Changes:
        keys = Keys(self._row.salt, self._seed)
        async with self._store.reading() as session:
            present_ids = await aliases.all_present_ids(session)
        people = book.people.contacts
        changes = await asyncio.to_thread(digest_rows, book.files, book.mapping, people, keys, present_ids)
        await compare(self._store, self._row.name, changes, keys)
        if not self._accept_vanished:
            check_vanished(changes, self._recipe.most_vanished, self._row.accepted_vanished or 0)
        return changes

    @staticmethod
    def _begun(changes: Changes) -> SyncResult:
        result = SyncResult(RunStatus.DONE, vanished=changes.vanished_customers)
        for file, problem in changes.problems:
            result.refuse(file, problem)
        result.more_problems += changes.repeated - len(changes.problems)
        result.counts["rows"] = changes.rows
        result.left_out = list(islice(changes.doubles.values(), limits.REFUSED_ROWS))
        others = changes.to_read + changes.forgotten + changes.repeated + len(changes.doubles)
        result.counts["same"] = changes.rows - others
        result.counts["refused"] = changes.repeated
        result.counts["doubles"] = len(changes.doubles)
        for name in ("vanished", "returned"):
            result.counts[name] = len(getattr(changes, name))
        result.counts["forgotten"] = changes.forgotten
        return result

    @staticmethod
    def _opened(book: _Book, changes: Changes) -> Iterator[tuple[str, OpenBook]]:
        for number, each in enumerate(book.files):
            assert each.path is not None
            with each.path.open("rb") as file:
                marked = changes.digests.marked(number)
                contacts = book.people.contacts
                yield each.name, open_book(file, book.vocabulary, book.mapping, contacts, only=marked)

    @staticmethod
    def _rows(opened: OpenBook, file: str, result: SyncResult) -> Iterator[BookRow]:
        for row in opened.rows:
            if isinstance(row, BookRow):
                yield row
                continue
            result.counts["refused"] += 1
            for problem in row:
                result.refuse(file, problem)

    # Writing.

    async def _take_in(
        self, changes: Changes, rows: Iterator[BookRow], places: frozenset[str], file: str, result: SyncResult
    ) -> None:
        keys, by = Keys(self._row.salt, self._seed), self._row.created_by
        while together := list(islice(rows, _AT_ONCE)):
            taken: dict[str, tuple[str, str]] = {}
            in_order = iter(together)
            async for imported in import_customers(self._intake, together, places, by=by):
                row = next(in_order)  # its id may be one that the customer had before
                _count(imported, file, result)
                result.note_doubles(file, row.number, imported.doubles)
                if imported.became != "refused":
                    key = keys.of(row.customer.id)
                    taken[key] = imported.customer.id, changes.digests.digest(key)
            if not await self._store.write(partial(self._keep, taken)):
                raise SyncBusyError(self._row.name)

    async def _hold(self) -> None:
        """Keeps the book while files arrive and are read, which may take longer than a lease."""
        renew = partial(syncs.renew, name=self._row.name, token=self._token)
        is_ours = True
        while is_ours:
            await asyncio.sleep(HOLD_EVERY)
            is_ours = await self._store.write(partial(renew, wall=self._wall()))

    def _keep(self, taken: dict[str, tuple[str, str]], session: Any) -> bool:
        if not syncs.renew(session, self._row.name, self._token, self._wall()):
            return False
        syncs.keep(session, self._row.name, taken)
        return True

    def _note_vanished(self, changes: Changes, session: Any) -> None:
        syncs.set_vanished(session, self._row.name, changes.returned, None)
        syncs.set_vanished(session, self._row.name, changes.vanished, self._wall())
        syncs.drop(session, self._row.name, list(changes.doubles))

    async def _end(self, number: int, result: SyncResult, files: dict[str, Any] | None) -> None:
        wall, row = self._wall(), self._row
        taken_in = result.status in syncs.TAKEN_IN
        failures = 0 if taken_in else row.failures + 1
        schedule = Schedule.parse(row.schedule) if row.schedule else None
        changed: dict[str, Any] = {"failures": failures, "next_at": None}
        if schedule is not None:
            changed["next_at"] = schedule.after(wall) if taken_in else schedule.retry(wall, row.failures)
        if files is not None:
            changed["files"] = files
        if row.accepted_vanished is not None and result.status not in _TRIED_AGAIN:
            changed["accepted_vanished"] = None
        kinds = ((result.problems, "refused"), (result.left_out, "double"))
        problems = [
            {"file": file, "row": each.row, "column": each.column, "kind": kind}
            for listed, kind in kinds
            for file, each in listed[:_MOST_PROBLEMS]
        ]
        problems += ({"file": file, "row": row, "column": None, "kind": "alike"} for file, row in result.alike)
        why = result.why if not result.hint else f"{result.why} {result.hint}"
        run = {
            "ended_at": wall, "status": result.status, "why": why, "counts": dict(result.counts), "problems": problems,
        }  # fmt: skip
        await self._store.write(partial(syncs.end_run, number=number, token=self._token, sync=changed, run=run))

    def _wall(self) -> int:
        return int(self._intake.context.wall())


def _people(contacts: list[SourceFile], mapping: ColumnMapping | None) -> ReadPeople:
    if not contacts or mapping is None or mapping.contacts is None:
        return ReadPeople()
    path, name = contacts[0].path, contacts[0].name
    assert path is not None
    try:
        with path.open("rb") as file:
            people = read_people(file, mapping.contacts, mapping.defaults)
    except UnreadableFileError as error:
        raise BookRefusedError(f"{name!r}: {error.message}", error.hint or "") from error
    headings = [each for each in people.problems if each.row == 1]
    if headings or not people.contacts.count:
        why = headings[0].message if headings else "there is no contact in it"
        raise BookRefusedError(f"{name!r}: {why.rstrip('.')}.", "The book stays as it is.")
    return people


def _count(imported: ImportedCustomer, file: str, result: SyncResult) -> None:
    result.counts["new" if imported.became == "imported" else imported.became] += 1
    if imported.problem is not None:
        result.refuse(file, imported.problem)
    match imported.enrolment:
        case Enrolment():
            result.counts["enrolled"] += 1
        case NoEnrolment():
            result.counts["unmatched"] += 1
