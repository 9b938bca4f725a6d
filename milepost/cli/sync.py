"""`milepost sync`: keeps the book of customers in step with the files of a folder or an address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.book_files import MappingName
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.import_preview import print_preview
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.local_timezone import iso_day, local_time, local_timezone
from milepost.cli.support.output import AsJson, aside, print_json, say, table
from milepost.intake.intake import Intake
from milepost.intake.sync import books
from milepost.intake.sync.books import BookStatus
from milepost.intake.sync.recipe import MOST_VANISHED, Recipe, mapping_text
from milepost.intake.sync.run import SyncResult, SyncRun
from milepost.intake.sync.source import is_address
from milepost.store import syncs
from milepost.store.sync_tables import SyncRow
from milepost.store.syncs import RunStatus
from milepost.text import count_of, listing

_ACTIONS = ("status", "run", "stop", "remove")
_SAYS = {
    "rows": "rows in the book",
    "same": "unchanged since the last time",
    "new": "new customers",
    "changed": "changed",
    "unchanged": "rows that changed nothing",
    "enrolled": "journeys begun",
    "unmatched": "that no map is for",
    "refused": "refused",
    "vanished": "no longer in the book",
    "returned": "in the book again",
    "doubles": "left out, as another row has the customer's present id",
    "alike": "new, and maybe there already under another id",
    "forgotten": "left out, as they were forgotten",
}
_NAMED = 20

Text = str | None
Source = Annotated[
    Text, typer.Argument(metavar="[SOURCE]", help="A folder, a file, an http(s) address; or one of the actions.")
]
Contacts = Annotated[Text, typer.Option(metavar="SOURCE", help="The same for a second file, with customers' contacts.")]
Every = Annotated[
    Text, typer.Option(metavar="TIME", help="Let workers read it: 15m, 1h, 1d, or '0 6 * * 1-5 Europe/Berlin'.")
]
Newest = Annotated[
    bool, typer.Option("--newest", help="Of a folder only the newest file is the book, not all together.")
]
MaxVanished = Annotated[
    int, typer.Option(min=1, max=100, metavar="PERCENT", help="Refuse a book that lacks so many of the customers.")
]
AcceptVanished = Annotated[bool, typer.Option("--accept-vanished", help="Take it in now although so many are missing.")]


async def sync(
    source: Source = None,
    book: Annotated[Text, typer.Argument(metavar="[NAME]", help="The book that an action is for.")] = None,
    *,
    context: typer.Context,
    mapping: MappingName = None,
    contacts: Contacts = None,
    every: Every = None,
    once: Annotated[bool, typer.Option("--once", help="Read it now, here; so it is without --every.")] = False,
    name: Annotated[Text, typer.Option(metavar="NAME", help="What to call the book; by default as its source.")] = None,
    newest: Newest = False,
    max_vanished: MaxVanished = MOST_VANISHED,
    accept_vanished: AcceptVanished = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
    by: Annotated[Text, typer.Option(metavar="EMAIL", help="Who sets it up.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep the book of customers in step with files that another system writes, and take in only what changed.

    With --every workers read it from now on; else it is read once, now. Customers who vanish from the book are listed
    and never ended. A file that is empty, cut off or lacks half of the customers is refused. `milepost sync status`
    shows how all books stand; `run NAME` reads one now, `stop NAME` ends its schedule, `remove NAME` forgets it. A
    folder that is called like an action is written `./status`.
    """
    settings = settings_of(context)
    async with open_intake(settings, create=True) as opened:
        command = _Command(opened.intake, settings.sync_secrets(), accept_vanished=accept_vanished, as_json=as_json)
        if source is None or source in _ACTIONS:
            await command.act(source or "status", book, dry_run=dry_run)
        elif book is not None:
            raise CommandError(f"{source!r} is no action.", f"Actions are {listing(_ACTIONS)}; a source stands alone.")
        else:
            mapping_name, text = mapping_text(mapping)
            recipe = Recipe(_place(source), contacts and _place(contacts), text, mapping_name, newest, max_vanished)
            title = name or books.name_of(recipe.source)
            await command.check_name(title, recipe, is_named=name is not None)
            if dry_run:
                await command.preview(await books.draft(command.intake, title, recipe, command.secrets))
            else:
                await books.register(command.intake, title, recipe, every, command.secrets, by=by)
                await command.act("status" if every is not None and not once else "run", title)
    if command.has_failed:
        raise typer.Exit(1)


def _place(source: str) -> str:
    """A source as workers in other folders find it."""
    return source if is_address(source) else str(Path(source).absolute())


@dataclass(slots=True)
class _Command:
    """The command with what it works on; `has_failed` if the book wasn't taken in, or not all of it."""

    intake: Intake
    secrets: dict[str, str]
    accept_vanished: bool
    as_json: bool
    has_failed: bool = False

    async def act(self, action: str, book: str | None, *, dry_run: bool = False) -> None:
        """Does something with a book, or shows how all stand."""
        if action == "status":
            _print_statuses(await books.statuses(self.intake, book), as_json=self.as_json)
            return
        if book is None:
            raise CommandError(f"Which book is to {action}?", f"`milepost sync {action} NAME`.")
        if action == "run" and dry_run:
            await self.preview(await books.get(self.intake, book))
        elif action == "run":
            self._show(await books.run_now(self.intake, book, self.secrets, accept_vanished=self.accept_vanished), book)
        else:
            await (books.stop if action == "stop" else books.remove)(self.intake, book)
            _print_statuses(await books.statuses(self.intake), as_json=self.as_json)

    async def check_name(self, name: str, recipe: Recipe, *, is_named: bool) -> None:
        """Two sources of one name are two books, unless somebody says that it is the same."""
        for status in await books.statuses(self.intake):
            if status.row.name == name and status.recipe.source != recipe.source and not is_named:
                message = f"There is a book {name!r} already, from {status.recipe.source!r}."
                hint = f"Give this one another name, --name; or --name {name} to change its source."
                raise CommandError(message, hint)

    async def preview(self, row: SyncRow) -> None:
        """Looks ahead; of a book that is known already, at what changed since."""
        run = SyncRun(self.intake, row, self.secrets, accept_vanished=self.accept_vanished)
        self._show(await run.preview(), row.name)

    def _show(self, result: SyncResult, name: str) -> None:
        _print(result, name, as_json=self.as_json)
        self.has_failed = result.status not in syncs.TAKEN_IN or bool(result.counts["refused"])


def _print(result: SyncResult, name: str, *, as_json: bool) -> None:
    if as_json:
        for file, problem in result.problems:
            print_json({"kind": "problem", "file": file, **problem.to_json()})
        for file, problem in result.left_out:
            print_json({"kind": "double", "file": file, **problem.to_json()})
        print_json({"kind": "summary", "name": name, **result.to_json()})
        return
    for file, problem in result.problems[:_NAMED]:
        aside(f"Refused: {file}, {problem}")
    if (more := len(result.problems) + result.more_problems - _NAMED) > 0:
        aside(f"... and {count_of(more, 'more problem')}.")
    for file, problem in result.left_out[:_NAMED]:
        aside(f"Left out: {file}, {problem}")
    if result.why is not None:
        aside(f"{result.why} {result.hint or ''}".rstrip())
    if result.status == RunStatus.UNCHANGED:
        say(f"Nothing changed in the book {name}.")
        return
    rows = [(words, result.counts[key]) for key, words in _SAYS.items() if result.counts[key]]
    if rows:
        table(None, ["Customers", "Count"], rows)
    if result.vanished:
        say(f"No longer in the book: {listing(result.vanished, most=_NAMED, count=result.counts['vanished'])}.")
    if result.preview is not None:
        print_preview(result.preview, result.counts["refused"])
    say(*result.doubles.sentences(are_stored=True))
    if result.preview is None and result.status == RunStatus.DONE:
        say("Next: `milepost sync status` shows how the book stands.")


def _print_statuses(statuses: list[BookStatus], *, as_json: bool) -> None:
    if as_json:
        for status in statuses:
            print_json(status.to_json())
        return
    if not statuses:
        say("No book is kept in step. `milepost sync SOURCE --mapping FILE --every 1h` begins with one.")
    for status in statuses:
        _print_status(status)


def _print_status(status: BookStatus) -> None:
    row, last = status.row, status.last
    recipe = status.recipe
    every = f"every {row.schedule}" if row.schedule and " " not in row.schedule else row.schedule or "when you say so"
    say(f"{row.name}: {recipe.source}, {every}.")
    lines = [f"{count_of(status.customers, 'customer')} in it."]
    if status.last_taken_in is not None:
        lines.append(f"Last taken in {local_time(status.last_taken_in)}.")
    if last is not None and last.status not in (RunStatus.DONE, RunStatus.UNCHANGED):
        failures = f", {count_of(row.failures, 'time')} in a row" if row.failures > 1 else ""
        lines.append(
            f"The last run, {local_time(last.started_at)}, is {last.status}{failures}: {last.why or 'it goes on.'}"
        )
    if row.next_at is not None:
        lines.append(f"Next {local_time(row.next_at)}; a worker has to run then.")
    if last is not None and last.counts.get("refused"):
        lines.append(
            f"{count_of(last.counts['refused'], 'row')} refused; `milepost sync run {row.name} --dry-run` says why."
        )
    say(*(f"  {line}" for line in lines))
    if status.vanished_count:
        shown = [(each.customer, each.name, iso_day(each.since, local_timezone())) for each in status.vanished[:_NAMED]]
        table(f"No longer in the book: {status.vanished_count}", ["Customer id", "Name", "Since"], shown)
