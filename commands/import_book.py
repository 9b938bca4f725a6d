"""`milepost import`: a book of customers from a CSV file."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from commands.support.errors import CommandError
from commands.support.output import AsJson, aside, console, count_of, print_json, say, table, unmatched
from commands.support.temporal import OpenDoor, opened_door, vocabulary_of
from door.door import Enrolled, NotEnrolled, Saved
from door.house import known
from journeys.customer import Customer
from settings import Settings
from store.importing import COLUMNS, Book, read_book


@dataclass(slots=True)
class Summary:
    """What an import came to. `waiting` journeys start when Temporal is back; `unmatched` maps customers to why.

    `without_maps`: none was published, so every attribute was kept as text.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unmatched: dict[str, str] = field(default_factory=dict)
    without_maps: bool = False

    def take(self, saved: Saved | None, became: str) -> None:
        """Count one customer."""
        self.counts[became] += 1
        match saved.entry if saved else None:
            case Enrolled(started=started):
                self.counts["enrolled"] += 1
                self.counts["waiting"] += not started
            case NotEnrolled(customer=customer, why=why):
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
    settings: Settings,
    by: Annotated[str | None, typer.Option(help="Who imports it.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Import customers from a CSV file and begin the journeys of those that a map is for.

    The first row names the columns: `id`, `name`, `timezone`, `country`, `language`, `contacts` (`Sam Poe
    <sam@acme.example> sponsor; ...`), `team` (`csm=ana@vendor.example; ...`); every other column is an attribute. What
    is known of a customer and has no column stays as it is. Rows that cannot be read are refused with row and column,
    the others are imported; the exit code is 1 if any was refused. Importing a file again changes nothing.
    """
    summary, opened = asyncio.run(_import(settings, _bytes_of(book), by, as_json=as_json))
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


async def _import(settings: Settings, data: bytes, by: str | None, *, as_json: bool) -> tuple[Summary, OpenDoor]:
    async with opened_door(settings, make=True) as opened:
        maps = await vocabulary_of(opened.door)
        book = read_book(data, maps)
        _tell_problems(book, as_json=as_json)
        summary = Summary(Counter(refused=max(book.refused, int(bool(book.problems)))), without_maps=not maps.personas)
        with _progress(silent=as_json) as progress:
            for customer in progress.track(book.customers, description="Importing"):
                became, saved = await _take(opened, customer, book.columns, by)
                summary.take(saved, became)
                if as_json:
                    print_json({"kind": "customer", "customer": customer.id, "became": became, **_entry(saved)})
        if summary.counts["imported"]:  # who is known already needs no column
            _tell_notes(book.missing, as_json=as_json)
        if summary.counts["imported"] or summary.counts["changed"]:
            _tell_notes(book.notes, as_json=as_json)
        return summary, opened


async def _take(
    opened: OpenDoor, given: Customer, columns: Collection[str], by: str | None
) -> tuple[str, Saved | None]:
    """Save one customer, in one transaction; a record that is as given already is left alone."""
    async with opened.door.house.store.reading() as session:
        before = await known(session, given.id)
    customer = given if before is None else _over(before, given, columns)
    if customer == before:
        return "unchanged", None
    return "imported" if before is None else "changed", await opened.door.upsert_customer(
        customer, by=by, source="import"
    )


def _over(before: Customer, given: Customer, columns: Collection[str]) -> Customer:
    """The record with what the file has columns for; an empty cell of an attribute forgets the attribute."""
    named = {name: getattr(given, name) for name in COLUMNS if name in columns and name != "id"}
    kept = {name: value for name, value in before.attributes.items() if name not in columns}
    return replace(before, **named, attributes={**kept, **given.attributes})


def _entry(saved: Saved | None) -> dict[str, Any]:
    match saved.entry if saved else None:
        case Enrolled() as entry:
            return {"journey": entry.journey, "map": entry.map, "started": entry.started, "why_not": None}
        case NotEnrolled(why=why):
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


def _tell_summary(summary: Summary, later: str) -> None:
    table(None, ["Customers", "Count"], summary.to_json().items())
    unmatched(summary.unmatched)
    if summary.counts["waiting"]:
        waiting = count_of(summary.counts["waiting"], "journey")
        begin = "begins" if summary.counts["waiting"] == 1 else "begin"
        say(f"All customers are stored; {waiting} {begin} {later}")
    say(_next(summary))


def _next(summary: Summary) -> str:
    if summary.without_maps:
        return (
            "No map is published, so no journey began and all attributes are kept as text.\n"
            "Next: `milepost publish MAP_FOLDER`, then import the file again."
        )
    if summary.counts["refused"]:
        return "Next: correct what was refused and import the file again; rows that did not change stay as they are."
    return "Next: `milepost customers` shows where everybody stands."
