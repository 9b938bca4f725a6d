"""`milepost import`: imports a book of customers from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.book_files import STDIN, book_file, mapping_of, people_of, write_refused
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.import_preview import print_preview
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, aside, aside_or_json, print_json, progress_bar, say, table, unmatched
from milepost.imports.book_source import BookSource, EntryOptionError, entry_for_all
from milepost.imports.customer_book import OpenBook
from milepost.imports.proposal import propose
from milepost.imports.refused_rows import ByColumn
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.rows import estimated_rows, read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.book import import_customers
from milepost.intake.import_account import ImportAccount, Missing
from milepost.intake.import_preview import ImportPreview, preview_import
from milepost.intake.intake import Intake
from milepost.planner.entry_point import EntryPoint
from milepost.text import count_of

_MOST_PROBLEMS = 20  # that are printed one by one; all are summed up, and written to a file


class WholePart(StrEnum):
    """What a book may have in full."""

    TEAM = "team"
    CONTACTS = "contacts"


MappingName = Annotated[
    str | None, typer.Option(metavar="MAPPING", help="What the columns mean: a file, or `hubspot` or `salesforce`.")
]
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
RefusedFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Where to write refused rows; by default BOOK.refused.csv beside the book."),
]


@dataclass(slots=True)
class Refusals:
    """What is wrong with rows of a book and with rows of its contacts; `rows` counts those of the book."""

    as_json: bool
    problems: list[RowProblem] = field(default_factory=list)
    of_contacts: list[RowProblem] = field(default_factory=list)
    rows: int = 0

    def add_contacts(self, problems: Iterable[RowProblem]) -> None:
        """Reports what is wrong with the second file."""
        for problem in problems:
            self.of_contacts.append(problem)
            self._report(problem, "contacts, ")

    def add(self, problem: RowProblem) -> None:
        """Reports a problem of the book."""
        self.problems.append(problem)
        self._report(problem)

    def _report(self, problem: RowProblem, which: str = "") -> None:
        if self.as_json:
            print_json({"kind": "problem", **problem.to_json()})
        elif len(self.problems) + len(self.of_contacts) <= _MOST_PROBLEMS:
            aside(f"Refused: {which}{problem}")

    def readable(self, book: OpenBook) -> Iterator[BookRow]:
        """Yields the rows that can be read, and reports what is wrong with the others."""
        for problem in book.problems:
            self.rows = 1
            self.add(problem)
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
    refused: RefusedFile = None,
    by: Annotated[str | None, typer.Option(help="Who imports it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import customers from a CSV or XLSX file and begin the journeys of those that a map is for.

    Without a mapping the first row names the columns: `id`, `name`, `timezone`, `country`, `language`, `contacts` (`Sam
    Poe <sam@acme.example> sponsor+user mail=essential; ...`), `team` (`csm=ana@vendor.example; ...`); every other
    column is an attribute. A mapping says what other columns mean; `--propose` writes one to mend. Data of existing
    customers that has no column stays as it is. Rows that can't be read are refused and written to a file, the others
    are imported; the exit code is 1 if any was refused. Importing a file again changes nothing.
    """
    columns = mapping_of(mapping)
    async with open_intake(settings_of(context), create=True) as opened:
        maps = Vocabulary.of(await opened.intake.context.compiled_maps.current())
        if proposed:
            with book_file(book) as file:
                typer.echo(propose(read_rows(file), maps, book.stem), nl=False)
            return
        source = BookSource(columns, people_of(contacts, columns), entry_of(stage, since), tuple(whole or ()))
        refusals = Refusals(as_json)
        refusals.add_contacts(source.people.problems)
        if dry_run:
            await _preview(opened.intake, book, source, refusals)
            return
        done = await _import(opened.intake, book, source, refusals, by=by)
    written = _write_refused(book, source, done.headings, refusals, refused)
    if as_json:
        extra = {"waiting": done.account.counts["waiting"], "away": opened.away, "refused_rows": written}
        print_json({"kind": "summary", **done.account.summary(), **extra})
    else:
        _print_summary(done.account, refusals, opened.later)
        say(_next(written, without_maps=not maps.personas, refused=bool(refusals.rows)))
    if refusals.rows:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Imported:
    account: ImportAccount
    headings: tuple[str, ...]


async def _import(intake: Intake, path: Path, source: BookSource, refusals: Refusals, *, by: str | None) -> _Imported:
    as_json, compiled_maps = refusals.as_json, await intake.context.compiled_maps.current()
    account, missing = ImportAccount(), Missing.of(compiled_maps, intake.context.now())
    with book_file(path) as file, progress_bar(silent=as_json) as progress:
        task = progress.add_task("Importing", total=estimated_rows(file))
        book = source.open(file, Vocabulary.of(compiled_maps))
        async for imported in import_customers(intake, refusals.readable(book), source.places(book), by=by):
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
    return _Imported(account, book.headings)


async def _preview(intake: Intake, path: Path, source: BookSource, refusals: Refusals) -> None:
    """Says what importing the book would do."""
    as_json, preview = refusals.as_json, ImportPreview()
    with book_file(path) as file, progress_bar(silent=as_json) as progress:
        task = progress.add_task("Looking ahead", total=estimated_rows(file))
        book = source.open(file, Vocabulary.of(await intake.context.compiled_maps.current()))
        async for customer in preview_import(intake, refusals.readable(book), source.places(book)):
            progress.advance(task)
            preview.add(customer)
            if as_json:
                print_json({"kind": "customer", **customer.to_json()})
        for note in (*book.missing, *book.notes):
            aside_or_json(note, {"kind": "note", "message": note}, as_json=as_json)
    if as_json:
        print_json({"kind": "summary", **preview.to_json(), "refused": refusals.rows})
    else:
        print_preview(preview, refusals.rows)


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
    notes = list(book.missing) if account.counts["imported"] else []  # existing customers need no column
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
    if target is None and path != STDIN:
        target = path.with_suffix(".refused.csv")
    rows = [problem for problem in refusals.problems if problem.row > 1]
    if target is None or not rows or not headings:
        return None
    if target.exists() and target.resolve() == path.resolve():
        raise CommandError("The refused rows would overwrite the book.", "Name another file with --refused.")
    return str(target) if write_refused(path, source.form, headings, rows, target) else None


def _print_summary(account: ImportAccount, refusals: Refusals, later: str) -> None:
    problems = [*refusals.of_contacts, *refusals.problems]
    if len(problems) > 1:
        table("Refused, by column", ["Column", "Rows", "For example"], ByColumn.of(problems).rows())
    table(None, ["Customers", "Count"], account.summary().items())
    unmatched(account.unmatched)
    if account.changes:
        say("Changed:", *(f"  {customer}: {', '.join(changes)}" for customer, changes in account.changes.items()))
        if more := account.counts["changed"] - len(account.changes):
            say(f"  ... and {count_of(more, 'customer')} more")
    if waiting := account.counts["waiting"]:
        begin = "begins" if waiting == 1 else "begin"
        stored = "The others" if refusals.rows else "All customers"
        say(f"{stored} are stored; {count_of(waiting, 'journey')} {begin} {later}")


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
