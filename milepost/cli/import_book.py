"""`milepost import`: imports a book of customers from a CSV file."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import file_errors
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, aside_or_json, print_json, progress_bar, say, table, unmatched
from milepost.imports.csv_book import read_book
from milepost.imports.missing_dates import MissingDates
from milepost.imports.missing_values import MissingValues
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.book import ImportedCustomer, import_customers
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.intake import Intake
from milepost.text import count_of

_CHANGES = 5  # customers whose changes are listed


@dataclass(slots=True)
class Summary:
    """The result of an import.

    Attributes:
        counts: Customers by what became of them, and journeys: `enrolled`, and `waiting` for Temporal to start them.
        unmatched: The customers that no map is for, and why.
        without_maps: No map was published, so every attribute was kept as text.
        changes: The first customers whose records changed, and how.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unmatched: dict[str, str] = field(default_factory=dict)
    without_maps: bool = False
    changes: dict[str, tuple[str, ...]] = field(default_factory=dict)

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
    book: Annotated[Path, typer.Argument(metavar="BOOK.csv", help="The file; `-` reads standard input.")],
    *,
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Who imports it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import customers from a CSV file and begin the journeys of those that a map is for.

    The first row names the columns: `id`, `name`, `timezone`, `country`, `language`, `contacts` (`Sam Poe
    <sam@acme.example> sponsor+user mail=essential; ...`), `team` (`csm=ana@vendor.example; ...`); every other column is
    an attribute. Data of existing customers that has no column stays as it is. Rows that can't be read are refused with
    row and column, the others are imported; the exit code is 1 if any was refused. Importing a file again changes
    nothing.
    """
    data = _bytes_of(book)
    async with open_intake(settings_of(context), create=True) as opened:
        summary = await _import(opened.intake, data, by, as_json=as_json)
    if as_json:
        print_json({"kind": "summary", **summary.to_json(), "waiting": summary.counts["waiting"], "away": opened.away})
    else:
        _print_summary(summary, opened.later)
    if summary.counts["refused"]:
        raise typer.Exit(1)


def _bytes_of(book: Path) -> bytes:
    if str(book) == "-":
        return typer.get_binary_stream("stdin").read()
    with file_errors("read", book, "Name a CSV file."):
        return book.read_bytes()


async def _import(intake: Intake, data: bytes, by: str | None, *, as_json: bool) -> Summary:
    compiled_maps = await intake.context.compiled_maps.current()
    maps = Vocabulary.of(compiled_maps)
    dates = MissingDates(compiled_maps, intake.context.now())
    values = MissingValues(compiled_maps, intake.context.now())
    book = read_book(data, maps)
    for problem in book.problems:
        aside_or_json(f"Refused: {problem}", {"kind": "problem", **asdict(problem)}, as_json=as_json)
    summary = Summary(Counter(refused=max(book.refused, int(bool(book.problems)))), without_maps=not maps.personas)
    with progress_bar(silent=as_json) as progress:
        task = progress.add_task("Importing", total=len(book.customers))
        async for imported in import_customers(intake, book.customers, book.columns, by=by):
            progress.advance(task)
            summary.add(imported)
            if imported.saved is not None:
                dates.count(imported.customer)
                values.count(imported.customer)
            if as_json:
                print_json({"kind": "customer", **imported.to_json()})
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
    return summary


def _print_summary(summary: Summary, later: str) -> None:
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
    say(_next(summary))


def _next(summary: Summary) -> str:
    if summary.without_maps:
        return (
            "No map is published, so no journey began and all attributes are kept as text.\n"
            "Next: `milepost publish MAP_FOLDER`, then import the file again."
        )
    if summary.counts["refused"]:
        return "Next: correct the refused rows and import the file again; rows that didn't change stay as they are."
    return "Next: `milepost customers` shows where everybody stands."
