"""`milepost import`: imports a book of customers from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.book_files import STDIN, book_file, by_column, mapping_of, people_of, write_refused
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.import_preview import print_preview
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, aside, aside_or_json, print_json, progress_bar, say, table, unmatched
from milepost.imports.customer_book import OpenBook, open_book
from milepost.imports.dates import read_date
from milepost.imports.layout import WHOLE
from milepost.imports.mapping import Mapping
from milepost.imports.missing_dates import MissingDates
from milepost.imports.missing_values import MissingValues
from milepost.imports.people_file import ReadPeople
from milepost.imports.proposal import propose
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.rows import line_count, read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.book import ImportedCustomer, import_customers
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.import_preview import ImportPreview, preview_import
from milepost.intake.intake import Intake
from milepost.planner.entry_point import EntryPoint
from milepost.text import count_of

_CHANGES = 5  # customers whose changes are listed
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


@dataclass(frozen=True, slots=True)
class BookFiles:
    """What is imported: the book, the mapping that it is read by, and the contacts of a second file.

    `entry` is where those customers stand whose rows don't say, `whole` what the book has in full (`layout.WHOLE`).
    """

    path: Path
    mapping: Mapping | None
    people: ReadPeople
    entry: EntryPoint | None = None
    whole: tuple[str, ...] = ()

    def places(self, book: OpenBook) -> frozenset[str]:
        """What of a customer the files decide."""
        whole = {*self.whole, *(self.mapping.whole if self.mapping else ())}
        of_people = {"contacts"} if self.people.contacts.count else set()
        return book.layout.places | {WHOLE[part] for part in whole} | of_people


@dataclass(slots=True)
class Summary:
    """The result of an import.

    Attributes:
        counts: Customers by what became of them, and journeys: `enrolled`, and `waiting` for Temporal to start them.
        unmatched: The customers that no map is for, and why.
        without_maps: No map was published, so every attribute was kept as text.
        changes: The first customers whose records changed, and how.
        problems: What is wrong with the refused rows.
        headings: Those of the book, for the file of refused rows.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unmatched: dict[str, str] = field(default_factory=dict)
    without_maps: bool = False
    changes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    headings: tuple[str, ...] = ()

    def add(self, imported: ImportedCustomer) -> None:
        """Count one customer."""
        self.counts[imported.became] += 1
        if imported.changes and len(self.changes) < _CHANGES:
            self.changes[imported.customer.id] = imported.changes
        match imported.enrolment:
            case Enrolment(started=started):
                self.counts["enrolled"] += 1
                self.counts["waiting"] += not started
            case NoEnrolment(customer=customer, why=why):
                self.unmatched[customer] = why

    def to_json(self) -> dict[str, int]:
        return {
            **{name: self.counts[name] for name in ("imported", "changed", "unchanged", "enrolled")},
            "unmatched": len(self.unmatched),
            "refused": self.counts["refused"],
        }


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
        files = BookFiles(book, columns, people_of(contacts, columns), entry_of(stage, since), tuple(whole or ()))
        if dry_run:
            await _preview(opened.intake, files, maps, as_json=as_json)
            return
        summary = await _import(opened.intake, files, maps, by, as_json=as_json)
    written = _write_refused(files, summary, refused)
    if as_json:
        extra = {"waiting": summary.counts["waiting"], "away": opened.away, "refused_rows": written}
        print_json({"kind": "summary", **summary.to_json(), **extra})
    else:
        _print_summary(summary, opened.later, written)
    if summary.counts["refused"]:
        raise typer.Exit(1)


async def _import(intake: Intake, files: BookFiles, maps: Vocabulary, by: str | None, *, as_json: bool) -> Summary:
    compiled_maps, now = await intake.context.compiled_maps.current(), intake.context.now()
    missing = (MissingDates(compiled_maps, now), MissingValues(compiled_maps, now))
    summary = Summary(without_maps=not maps.personas)
    for problem in files.people.problems:
        _refuse(problem, summary, as_json=as_json)
    with book_file(files.path) as file, progress_bar(silent=as_json) as progress:
        task = progress.add_task("Importing", total=line_count(file))
        book = open_book(file, maps, files.mapping, files.people.contacts, files.entry)
        summary.headings = book.headings
        for problem in book.problems:
            summary.counts["refused"] = 1
            _refuse(problem, summary, as_json=as_json)
        rows = _rows(book, summary, as_json=as_json)
        async for imported in import_customers(intake, rows, files.places(book), by=by):
            progress.advance(task)
            summary.add(imported)
            if imported.problem is not None:
                _refuse(imported.problem, summary, as_json=as_json)
            if imported.saved is not None:
                for each in missing:
                    each.count(imported.customer)
            if as_json:
                print_json({"kind": "customer", **imported.to_json()})
        _print_notes(book, summary, *missing, as_json=as_json)
    return summary


async def _preview(intake: Intake, files: BookFiles, maps: Vocabulary, *, as_json: bool) -> None:
    """Says what importing the book would do."""
    summary, preview = Summary(), ImportPreview()
    for problem in files.people.problems:
        _refuse(problem, summary, as_json=as_json)
    with book_file(files.path) as file, progress_bar(silent=as_json) as progress:
        task = progress.add_task("Looking ahead", total=line_count(file))
        book = open_book(file, maps, files.mapping, files.people.contacts, files.entry)
        for problem in book.problems:
            summary.counts["refused"] = 1
            _refuse(problem, summary, as_json=as_json)
        async for customer in preview_import(intake, _rows(book, summary, as_json=as_json), files.places(book)):
            progress.advance(task)
            preview.add(customer)
            if as_json:
                print_json({"kind": "customer", **customer.to_json()})
        for note in (*book.missing, *book.notes):
            aside_or_json(note, {"kind": "note", "message": note}, as_json=as_json)
    if as_json:
        print_json({"kind": "summary", **preview.to_json(), "refused": summary.counts["refused"]})
    else:
        print_preview(preview, summary.counts["refused"])


def _rows(book: OpenBook, summary: Summary, *, as_json: bool) -> Iterator[BookRow]:
    """Yields the rows that can be read, and reports what is wrong with the others."""
    for row in book.rows:
        if isinstance(row, BookRow):
            yield row
            continue
        summary.counts["refused"] += 1
        for problem in row:
            _refuse(problem, summary, as_json=as_json)


def entry_of(stage: str | None, since: str | None) -> EntryPoint | None:
    """Returns where customers enter whose rows don't say.

    Raises:
        typer.BadParameter: the date can't be read, or there is no stage with it.
    """
    if since is not None and stage is None:
        raise typer.BadParameter(
            "it says since when customers are in a stage; name that with --stage", param_hint="--since"
        )
    try:
        return EntryPoint(stage, read_date(since).isoformat() if since else None) if stage else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from None


def _refuse(problem: RowProblem, summary: Summary, *, as_json: bool) -> None:
    summary.problems.append(problem)
    if as_json:
        print_json({"kind": "problem", **problem.to_json()})
    elif len(summary.problems) <= _MOST_PROBLEMS:
        aside(f"Refused: {problem}")


def _print_notes(
    book: OpenBook, summary: Summary, dates: MissingDates, values: MissingValues, *, as_json: bool
) -> None:
    notes = list(book.missing) if summary.counts["imported"] else []  # existing customers need no column
    if summary.counts["imported"] or summary.counts["changed"]:
        notes += book.notes
    for note in notes:
        aside_or_json(note, {"kind": "note", "message": note}, as_json=as_json)
    for each in dates.missing():
        note = str(each)
        aside_or_json(note, {"kind": "note", "message": note, "undated": each.to_json()}, as_json=as_json)
    for value in values.missing():
        note = str(value)
        aside_or_json(note, {"kind": "note", "message": note, "lacks": value.to_json()}, as_json=as_json)


def _write_refused(files: BookFiles, summary: Summary, target: Path | None) -> str | None:
    """Writes the refused rows beside the book; returns the file's name, or None where there is nothing to write."""
    if target is None and files.path != STDIN:
        target = files.path.with_suffix(".refused.csv")
    rows = [problem for problem in summary.problems if problem.row > 1]
    if target is None or not rows or not summary.headings or summary.counts["refused"] == 0:
        return None
    if target.exists() and target.resolve() == files.path.resolve():
        raise CommandError("The refused rows would overwrite the book.", "Name another file with --refused.")
    return str(target) if write_refused(files.path, summary.headings, rows, files.mapping, target) else None


def _print_summary(summary: Summary, later: str, written: str | None) -> None:
    if len(summary.problems) > 1:
        counts = by_column(summary.problems).items()
        table("Refused, by column", ["Column", "Rows", "For example"], [(c, n, m) for (c, m), n in counts])
    table(None, ["Customers", "Count"], summary.to_json().items())
    unmatched(summary.unmatched)
    if summary.changes:
        say("Changed:", *(f"  {customer}: {', '.join(changes)}" for customer, changes in summary.changes.items()))
        if more := summary.counts["changed"] - len(summary.changes):
            say(f"  ... and {count_of(more, 'customer')} more")
    if summary.counts["waiting"]:
        waiting = count_of(summary.counts["waiting"], "journey")
        begin = "begins" if summary.counts["waiting"] == 1 else "begin"
        stored = "The others" if summary.counts["refused"] else "All customers"
        say(f"{stored} are stored; {waiting} {begin} {later}")
    say(_next(summary, written))


def _next(summary: Summary, written: str | None) -> str:
    if summary.without_maps:
        return (
            "No map is published, so no journey began and all attributes are kept as text.\n"
            "Next: `milepost publish MAP_FOLDER`, then import the file again."
        )
    if written:
        return f"Next: mend the refused rows in {written}, and import that file; the reasons stand in its first column."
    if summary.counts["refused"]:
        return "Next: correct the refused rows and import the file again; rows that didn't change stay as they are."
    return "Next: `milepost customers` shows where everybody stands."
