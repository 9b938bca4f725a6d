"""`milepost import`: a book of customers from a CSV file."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import OpenIntake, opened_intake
from milepost.cli.support.output import AsJson, aside, console, count_of, print_json, say, table, unmatched
from milepost.customer import Customer
from milepost.imports.csv_book import COLUMNS, Book, read_book
from milepost.imports.missing_dates import MissingDate, MissingDates
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.context import find_customer
from milepost.intake.customers import SavedCustomer
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.settings import Settings

_CHANGES = 5  # customers whose changes are listed


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row's customer; `changes` says of one that was known already what is another now."""

    became: str
    customer: Customer
    saved: SavedCustomer | None = None
    changes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"customer": self.customer.id, "became": self.became, "changes": list(self.changes)}


@dataclass(slots=True)
class Summary:
    """What an import came to. `waiting` journeys start when Temporal is back; `unmatched` maps customers to why.

    `without_maps`: none was published, so every attribute was kept as text. `changes` has the first who were known
    already and changed.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unmatched: dict[str, str] = field(default_factory=dict)
    without_maps: bool = False
    changes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, taken: Taken) -> None:
        """Count one customer."""
        self.counts[taken.became] += 1
        if taken.changes and len(self.changes) < _CHANGES:
            self.changes[taken.customer.id] = taken.changes
        match taken.saved.enrolment if taken.saved else None:
            case Enrolment(started=started):
                self.counts["enrolled"] += 1
                self.counts["waiting"] += not started
            case NoEnrolment(customer=customer, why=why):
                self.unmatched[customer] = why
            case None:
                pass

    def to_json(self) -> dict[str, int]:
        return {
            **{name: self.counts[name] for name in ("imported", "changed", "unchanged", "enrolled")},
            "unmatched": len(self.unmatched),
            "refused": self.counts["refused"],
        }


def import_book(
    book: Annotated[Path, typer.Argument(metavar="BOOK.csv", help="The file; `-` reads standard input.")],
    *,
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Who imports it.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Import customers from a CSV file and begin the journeys of those that a map is for.

    The first row names the columns: `id`, `name`, `timezone`, `country`, `language`, `contacts` (`Sam Poe
    <sam@acme.example> sponsor; ...`), `team` (`csm=ana@vendor.example; ...`); every other column is an attribute. What
    is known of a customer and has no column stays as it is. Rows that cannot be read are refused with row and column,
    the others are imported; the exit code is 1 if any was refused. Importing a file again changes nothing.
    """
    summary, opened = asyncio.run(_import(settings_of(context), _bytes_of(book), by, as_json=as_json))
    if as_json:
        print_json({"kind": "summary", **summary.to_json(), "waiting": summary.counts["waiting"], "away": opened.away})
    else:
        _tell_summary(summary, opened.later)
    if summary.counts["refused"]:
        raise typer.Exit(1)


def _bytes_of(book: Path) -> bytes:
    if str(book) == "-":
        return typer.get_binary_stream("stdin").read()
    try:
        return book.read_bytes()
    except OSError as error:
        raise CommandError(f"Cannot read {str(book)!r}: {error.strerror}.", "Name a CSV file.") from error


async def _import(settings: Settings, data: bytes, by: str | None, *, as_json: bool) -> tuple[Summary, OpenIntake]:
    async with opened_intake(settings, make=True) as opened:
        compiled_maps = await opened.intake.context.compiled_maps.current()
        maps = Vocabulary.of(compiled_maps)
        dates = MissingDates(compiled_maps, opened.intake.context.now())
        book = read_book(data, maps)
        _tell_problems(book, as_json=as_json)
        summary = Summary(Counter(refused=max(book.refused, int(bool(book.problems)))), without_maps=not maps.personas)
        with _progress(silent=as_json) as progress:
            for customer in progress.track(book.customers, description="Importing"):
                taken = await _take(opened, customer, book.columns, by)
                summary.take(taken)
                if taken.saved is not None:
                    dates.count(taken.customer)
                if as_json:
                    print_json({"kind": "customer", **taken.to_json(), **_entry(taken.saved)})
        if summary.counts["imported"]:  # who is known already needs no column
            _tell_notes(book.missing, as_json=as_json)
        if summary.counts["imported"] or summary.counts["changed"]:
            _tell_notes(book.notes, as_json=as_json)
        _tell_undated(dates.missing(), as_json=as_json)
        return summary, opened


async def _take(opened: OpenIntake, given: Customer, columns: Collection[str], by: str | None) -> Taken:
    """Save one customer, in one transaction; a record that is as given already is left alone."""
    async with opened.intake.context.store.reading() as session:
        before = await find_customer(session, given.id)
    customer = given if before is None else _over(before, given, columns)
    if customer == before:
        return Taken("unchanged", customer)
    saved = await opened.intake.upsert_customer(customer, by=by, source="import")
    if before is None:
        return Taken("imported", customer, saved)
    return Taken("changed", customer, saved, tuple(_changes(before, customer)))


def _changes(before: Customer, after: Customer) -> Iterator[str]:
    """What became another, by its column, as people read of it."""
    yield from (name for name in COLUMNS if getattr(before, name) != getattr(after, name))
    old, new = before.attributes, after.attributes
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name} {_said(old.get(name))} -> {_said(new.get(name))}"


def _said(value: Any) -> str:
    return "nothing" if value is None else str(value)


def _over(before: Customer, given: Customer, columns: Collection[str]) -> Customer:
    """The record with what the file has columns for; an empty cell of an attribute forgets the attribute."""
    named = {name: getattr(given, name) for name in COLUMNS if name in columns and name != "id"}
    kept = {name: value for name, value in before.attributes.items() if name not in columns}
    return replace(before, **named, attributes={**kept, **given.attributes})


def _entry(saved: SavedCustomer | None) -> dict[str, Any]:
    match saved.enrolment if saved else None:
        case Enrolment() as entry:
            return {"journey": entry.journey, "map": entry.map, "started": entry.started, "why_not": None}
        case NoEnrolment(why=why):
            return {"journey": None, "map": None, "started": False, "why_not": why}
        case None:
            return {"journey": None, "map": None, "started": False, "why_not": None}


def _progress(*, silent: bool) -> Progress:
    errors = console(errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=errors, transient=True, disable=silent or not errors.is_terminal)


def _tell_problems(book: Book, *, as_json: bool) -> None:
    for problem in book.problems:
        if as_json:
            print_json({"kind": "problem", "row": problem.row, "column": problem.column, "message": problem.message})
        else:
            aside(f"Refused: {problem}")


def _tell_notes(notes: Iterable[str], *, as_json: bool) -> None:
    for note in notes:
        if as_json:
            print_json({"kind": "note", "message": note})
        else:
            aside(note)


def _tell_undated(missing: Iterable[MissingDate], *, as_json: bool) -> None:
    for each in missing:
        if as_json:
            print_json({"kind": "note", "message": str(each), "undated": each.to_json()})
        else:
            aside(str(each))


def _tell_summary(summary: Summary, later: str) -> None:
    table(None, ["Customers", "Count"], summary.to_json().items())
    unmatched(summary.unmatched)
    _tell_changes(summary)
    if summary.counts["waiting"]:
        waiting = count_of(summary.counts["waiting"], "journey")
        begin = "begins" if summary.counts["waiting"] == 1 else "begin"
        stored = "The others" if summary.counts["refused"] else "All customers"
        say(f"{stored} are stored; {waiting} {begin} {later}")
    say(_next(summary))


def _tell_changes(summary: Summary) -> None:
    if not summary.changes:
        return
    say("Changed:", *(f"  {customer}: {', '.join(changes)}" for customer, changes in summary.changes.items()))
    if more := summary.counts["changed"] - len(summary.changes):
        say(f"  ... and {count_of(more, 'customer')} more")


def _next(summary: Summary) -> str:
    if summary.without_maps:
        return (
            "No map is published, so no journey began and all attributes are kept as text.\n"
            "Next: `milepost publish MAP_FOLDER`, then import the file again."
        )
    if summary.counts["refused"]:
        return "Next: correct what was refused and import the file again; rows that did not change stay as they are."
    return "Next: `milepost customers` shows where everybody stands."
