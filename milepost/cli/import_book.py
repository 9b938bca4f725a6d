"""`milepost import`: imports a book of customers from a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from milepost.cli.support.book_files import (
    STDIN,
    MappingName,
    book_file,
    mapping_of,
    people_of,
    refused_beside,
    write_refused,
)
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.import_preview import print_begun_again, print_preview
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, aside, aside_or_json, print_json, progress_bar, say, table, unmatched
from milepost.imports.audience import Maps
from milepost.imports.book_source import BookSource, EntryOptionError, entry_for_all
from milepost.imports.customer_book import OpenBook
from milepost.imports.heading_row import rows_from_headings
from milepost.imports.mapped_stages import stages_of
from milepost.imports.proposal import propose
from milepost.imports.refused_rows import ByColumn
from milepost.imports.row_problems import RowProblems
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.rows import FileFormat, estimated_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.intake import people
from milepost.intake.begin_again import MENDED
from milepost.intake.book import import_customers
from milepost.intake.context import IntakeContext
from milepost.intake.import_account import ImportAccount, Missing
from milepost.intake.import_preview import ImportPreview, preview_import
from milepost.intake.intake import Intake
from milepost.intake.known_addresses import known_addresses
from milepost.intake.planned_work import PlannedWork
from milepost.planner.entry_point import EntryPoint
from milepost.text import count_of

_MOST_PROBLEMS = 20  # that are printed one by one; all are summed up, and written to a file


class WholePart(StrEnum):
    """What a book may have in full."""

    TEAM = "team"
    CONTACTS = "contacts"


ContactsFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A second file, with the customers' contacts, one a row.")
]
Propose = Annotated[bool, typer.Option("--propose", help="Print a mapping for the book's columns, and import nothing.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would happen, today and within a week, and import nothing.")
]
InStage = Annotated[
    str | None,
    typer.Option(metavar="STAGE", help="The stage that customers are in whose rows don't say; they get no welcome."),
]
InStageSince = Annotated[str | None, typer.Option(metavar="DATE", help="Since when they are in it; by default now.")]
Whole = Annotated[
    list[WholePart] | None,
    typer.Option(help="What the book has in full: roles, or contacts, that it doesn't name are removed. Repeatable."),
]
SheetName = Annotated[
    str | None, typer.Option(metavar="NAME", help="The sheet of a workbook; by default the one that it opens with.")
]
EncodingName = Annotated[
    str | None, typer.Option(metavar="NAME", help="How the book is encoded, such as `cp1252`; by default told by it.")
]
Again = Annotated[
    bool,
    typer.Option("--again", help="Let journeys begin again that began elsewhere and in which nothing has happened."),
]
Reason = Annotated[
    str | None, typer.Option(metavar="WHY", help="With --again: why; it stands on the timeline of each such journey.")
]
By = Annotated[str | None, typer.Option(help="Who imports it.")]
RefusedFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Where to write refused rows; by default BOOK.refused.csv beside the book."),
]


@dataclass(slots=True)
class Refusals:
    """What is wrong with a book and its contacts; `rows` counts the book's refused rows, `problems` are theirs."""

    as_json: bool
    problems: RowProblems = field(default_factory=RowProblems)
    by_column: ByColumn = field(default_factory=ByColumn)
    rows: int = 0
    told: int = 0

    @classmethod
    def of_contacts_in(cls, source: BookSource, *, as_json: bool) -> Refusals:
        """Begins with what is wrong with the second file, and reports it."""
        refusals = cls(as_json)
        for problem in source.people.problems:
            refusals._tell(problem, "contacts, ")
        return refusals

    def add(self, problem: RowProblem) -> None:
        """Reports a problem of a row."""
        self.problems.add(problem)
        self._tell(problem)

    def _tell(self, problem: RowProblem, which: str = "") -> None:
        self.told += 1
        self.by_column.add(problem)
        if self.as_json:
            print_json({"kind": "problem", **problem.to_json()})
        elif self.told <= _MOST_PROBLEMS:
            aside(f"Refused: {which}{problem}")

    def print_columns(self) -> None:
        """Sums up what was refused, where there is more than one reason."""
        if self.told > 1:
            table("Refused, by column", ["Column", "Rows", "For example"], self.by_column.rows())

    def readable(self, book: OpenBook) -> Iterator[BookRow]:
        """Yields the rows that can be read, and reports what is wrong with the others."""
        for problem in book.problems:
            self.rows = 1
            self._tell(problem)
        for row in book.rows:
            if isinstance(row, BookRow):
                yield row
                continue
            self.rows += 1
            for problem in row:
                self.add(problem)


async def import_book(
    book: Annotated[Path, typer.Argument(metavar="BOOK", help="The file, CSV or XLSX; `-` reads standard input.")],
    *,
    context: typer.Context,
    mapping: MappingName = None,
    contacts: ContactsFile = None,
    proposed: Propose = False,
    dry_run: DryRun = False,
    stage: InStage = None,
    since: InStageSince = None,
    whole: Whole = None,
    sheet: SheetName = None,
    encoding: EncodingName = None,
    refused: RefusedFile = None,
    again: Again = False,
    reason: Reason = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Import customers from a CSV or XLSX file and begin the journeys of those that a map is for.

    Without a mapping the first row names the columns: `id`, `name`, `timezone`, `country`, `language`, `contacts` (`Sam
    Poe <sam@acme.example> sponsor+user mail=essential; ...`), `team` (`csm=ana@vendor.example; ...`); every other
    column is an attribute. A mapping says what other columns mean; `--propose` writes one to mend. Data of existing
    customers that has no column stays as it is. Rows that can't be read are refused and written to a file, the others
    are imported; the exit code is 1 if any was refused. Importing a file again changes nothing, but for --again.
    """
    why = _why(again=again, reason=reason)
    mapping_of(mapping)  # what is wrong with it alone needs no database
    async with open_intake(settings_of(context), create=True) as opened:
        if proposed:
            await _propose(opened.intake.context, book, contacts, FileFormat(encoding, sheet=sheet))
            return
        compiled_maps = await opened.intake.context.compiled_maps.current()
        columns = mapping_of(mapping, stages_of(compiled_maps))
        entry, in_full = entry_of(stage, since), tuple(whole or ())
        source = BookSource(columns, people_of(contacts, columns), entry, in_full, encoding, sheet)
        refusals = Refusals.of_contacts_in(source, as_json=as_json)
        if dry_run:
            await _preview(opened.intake, book, source, refusals, again=again)
            return
        done = await _import(opened.intake, book, source, refusals, by=by, again=why)
    written = _write_refused(book, source, done.headings, refusals, refused)
    if as_json:
        print_json({"kind": "summary", **_summary(done.account), "away": opened.away, "refused_rows": written})
    else:
        _print_summary(done, refusals, opened.later)
        say(_next(written, without_maps=not compiled_maps, refused=bool(refusals.rows)))
    if refusals.rows:
        raise typer.Exit(1)


def _why(*, again: bool, reason: str | None) -> str | None:
    """Returns why journeys begin again; None: they don't."""
    if reason and not again:
        raise typer.BadParameter("goes with --again", param_hint="--reason")
    return (reason or MENDED) if again else None


def _summary(account: ImportAccount) -> dict[str, Any]:
    doubles = {"doubles": account.doubles.to_json()} if account.doubles.count else {}
    return {**account.summary(), "waiting": account.counts["waiting"], **doubles, **account.again.to_json()}


async def _propose(context: IntakeContext, book: Path, contacts: Path | None, form: FileFormat) -> None:
    """Prints a mapping for the columns of the book and, if there is one, of the file of contacts."""
    maps, known = Maps(await context.compiled_maps.current(), context.now()), await known_addresses(context)
    with ExitStack() as files:
        vocabulary = Vocabulary.of(maps.compiled_maps)
        rows = rows_from_headings(files.enter_context(book_file(book)), form, vocabulary)
        people = rows_from_headings(files.enter_context(book_file(contacts))) if contacts else None
        text = propose(rows, vocabulary, book.stem, form.sheet, maps=maps, contacts=people, colleagues=known)
        typer.echo(text, nl=False)


@dataclass(frozen=True, slots=True)
class _Imported:
    """What an import did; `stood_still`: the book says where customers are, and nobody's journey began."""

    account: ImportAccount
    headings: tuple[str, ...]
    stood_still: bool


async def _import(
    intake: Intake, path: Path, source: BookSource, refusals: Refusals, *, by: str | None, again: str | None
) -> _Imported:
    as_json, compiled_maps = refusals.as_json, await intake.context.compiled_maps.current()
    account, missing = ImportAccount(), Missing.of(compiled_maps, intake.context.now())
    with book_file(path) as file, progress_bar(silent=as_json) as progress:
        task = progress.add_task("Importing", total=estimated_rows(file, source.form.sheet))
        book = source.open(file, Vocabulary.of(compiled_maps))
        await people.add_names(intake.context, source.names)
        rows, places = refusals.readable(book), source.places(book)
        async for imported in import_customers(intake, rows, places, by=by, again=again):
            progress.advance(task)
            account.add(imported)
            missing.count(imported)
            if imported.problem is not None:
                refusals.rows += 1
                refusals.add(imported.problem)
            if as_json:
                print_json({"kind": "customer", **imported.to_json()})
        account.counts["refused"] = refusals.rows
        _print_notes(book, account, missing, as_json=as_json)
    says_where = source.entry is not None or "enters.stage" in places
    return _Imported(account, book.headings, says_where and again is None and not account.counts["enrolled"])


async def _preview(intake: Intake, path: Path, source: BookSource, refusals: Refusals, *, again: bool) -> None:
    """Says what importing the book would do."""
    as_json, preview, work = refusals.as_json, ImportPreview(), PlannedWork()
    with book_file(path) as file, progress_bar(silent=as_json) as progress:
        task = progress.add_task("Looking ahead", total=estimated_rows(file, source.form.sheet))
        book = source.open(file, Vocabulary.of(await intake.context.compiled_maps.current()))
        async for customer in preview_import(intake, refusals.readable(book), source.places(book), again=again):
            progress.advance(task)
            preview.add(customer)
            work.add(customer)
            if as_json:
                print_json({"kind": "customer", **customer.to_json()})
        for note in (*preview.notes, *book.missing, *book.notes):
            aside_or_json(note, {"kind": "note", "message": note}, as_json=as_json)
    if as_json:
        print_json({"kind": "summary", **preview.to_json(), "refused": refusals.rows})
    else:
        refusals.print_columns()
        print_preview(preview, refusals.rows, work)


def entry_of(stage: str | None, since: str | None) -> EntryPoint | None:
    """Returns where customers enter whose rows don't say.

    Raises:
        typer.BadParameter: the date can't be read, or there is no stage with it.
    """
    try:
        return entry_for_all(stage, since)
    except EntryOptionError as error:
        raise typer.BadParameter(error.message, param_hint=f"--{error.field}") from None


def _print_notes(book: OpenBook, account: ImportAccount, missing: Missing, *, as_json: bool) -> None:
    notes = account.about_colleagues
    notes += book.missing if account.counts["imported"] else ()  # existing customers need no column
    if account.counts["imported"] or account.counts["changed"]:
        notes += book.notes
    for note in notes:
        aside_or_json(note, {"kind": "note", "message": note}, as_json=as_json)
    for note, data in missing.notes():
        aside_or_json(note, {"kind": "note", "message": note, **data}, as_json=as_json)


def _write_refused(
    path: Path, source: BookSource, headings: Sequence[str], refusals: Refusals, target: Path | None
) -> str | None:
    """Writes the refused rows beside the book; returns the file's name, or None where there is nothing to write."""
    if not refusals.problems or not headings:
        return None
    if target is not None and target.exists() and target.resolve() == path.resolve():
        raise CommandError("The refused rows would overwrite the book.", "Name another file with --refused.")
    if target is None and path != STDIN:
        target = refused_beside(path)
    if target is None:
        return None
    was_there = target.exists()
    if not write_refused(path, source.form, headings, refusals.problems, target):
        return None
    if was_there:
        aside(f"{str(target)!r} was there before; it now holds the rows that were refused this time, and no others.")
    return str(target)


def _print_summary(done: _Imported, refusals: Refusals, later: str) -> None:
    account = done.account
    refusals.print_columns()
    table(None, ["Customers", "Count"], account.summary().items())
    unmatched(account.unmatched)
    if account.changes:
        say("Changed:", *(f"  {customer}: {', '.join(changes)}" for customer, changes in account.changes.items()))
        if (more := account.counts["changed"] - len(account.changes)) > 0:
            say(f"  ... and {count_of(more, 'customer')} more")
    print_begun_again(account.again, "Began again")
    say(*account.doubles.sentences(are_stored=True))
    if waiting := account.counts["waiting"]:
        begin = "begins" if waiting == 1 else "begin"
        stored = "The others" if refusals.rows else "All customers"
        say(f"{stored} are stored; {count_of(waiting, 'journey')} {begin} {later}")
    if done.stood_still:
        say("Open journeys stay where they are. If they began in the wrong place: --again --dry-run shows which.")


def _next(written: str | None, *, without_maps: bool, refused: bool) -> str:
    if without_maps:
        return (
            "No map is published, so no journey began and all attributes are kept as text.\n"
            "Next: `milepost publish MAP_FOLDER`, then import the file again."
        )
    if written:
        return f"Next: mend the refused rows in {written}, and import that file; the reasons stand in its first column."
    if refused:
        return "Next: correct the refused rows and import the file again; rows that didn't change stay as they are."
    return "Next: `milepost customers` shows where everybody stands."
