"""`milepost rehearse`: plays maps and customers of one's own at speed, with made-up people; nothing can be sent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from milepost.cli.import_book import (
    ContactsFile,
    EncodingName,
    InStage,
    InStageSince,
    SheetName,
    entry_of,
)
from milepost.cli.support.book_files import MappingName, book_file, mapping_of, people_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import AsJson, aside, console, print_json, say
from milepost.demo.rehearsed_book import RehearsedBook, maps_in
from milepost.imports.book_source import BookSource
from milepost.imports.row_reader import RowProblem
from milepost.language.attribute_values import parse_date
from milepost.text import did_you_mean, nearest

if TYPE_CHECKING:  # slow to load
    from rich.console import Console

    from milepost.cli.launch.rehearsal import Rehearsed

DAYS, SPEED, SEED = 90.0, 3.0, 1
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class End:
    """When a rehearsal is over: after `days`, or as soon as a stage or step opens for the first customer."""

    days: float
    opens: str | None = None


MapFolder = Annotated[Path, typer.Option("--map", metavar="DIR", help="The folder of a map, or of several.")]
BookFile = Annotated[Path, typer.Option(metavar="FILE", help="The customers, as for `milepost import`.")]
People = Annotated[
    int, typer.Option(min=0, max=9, metavar="N", help="Made-up people for each persona that a customer has nobody for.")
]
Days = Annotated[float, typer.Option(min=0.1, max=3660, help="Days of journey that are played.")]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="DATE|STAGE|STEP", help="The last day that is played, or a stage or step: it ends as that first opens."
    ),
]
Speed = Annotated[float, typer.Option(min=0.01, max=50, metavar="DAYS", help="Days of journey per second.")]
Seed = Annotated[int, typer.Option(help="Decides how people behave: the same seed, the same people.")]
Port = Annotated[int, typer.Option(min=0, max=65535, metavar="PORT", help="That of the pages; 0: any.")]
Report = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A file that says as JSON how far it is, and how it went.")
]
Keep = Annotated[bool, typer.Option("--keep", help="Keep the data folder, to look at its pages.")]


async def rehearse(
    *,
    map_folder: MapFolder,
    book: BookFile,
    mapping: MappingName = None,
    contacts: ContactsFile = None,
    stage: InStage = None,
    since: InStageSince = None,
    sheet: SheetName = None,
    encoding: EncodingName = None,
    people: People = 0,
    days: Days = DAYS,
    until: Until = None,
    speed: Speed = SPEED,
    seed: Seed = SEED,
    port: Port = 0,
    report: Report = None,
    keep: Keep = False,
    as_json: AsJson = False,
) -> None:
    """Rehearse maps and customers of your own: made-up people live through months in a minute, on the real engine.

    It has a data folder, a database and a Temporal server of its own, and its mails end in its outbox, whatever
    settings there are: nothing of it can reach anybody. Customers come in as by `milepost import`, also in the middle
    of their journey; if one of those gets a message about a step before that, the exit code is 1. Its pages can be
    looked at meanwhile. It ends by itself, or with Ctrl-C, and says what happened.
    """
    columns = mapping_of(mapping)
    with book_file(book) as file:
        data = file.read()
    source = BookSource(columns, people_of(contacts, columns), entry_of(stage, since), (), encoding, sheet)
    own = RehearsedBook(maps_in(map_folder), book, data, source, int(time.time()), people)
    ends = end_of(until, days, own)
    problems = own.check()
    for problem in problems[:20]:
        aside(f"Refused: {problem}")
    from milepost.cli.launch.rehearsal import Rehearsal, rehearse as play  # noqa: I001, PLC0415 - so that --help answers at once

    out = console(errors=as_json)
    rehearsed = await play(Rehearsal(own, ends.days, speed, seed, ends.opens, report, port, keep), out)
    for problem in own.refused:
        aside(f"Refused: {problem}")
    if rehearsed is not None:
        _print_account(out, rehearsed, [*problems, *own.refused], report, as_json=as_json)


def _print_account(
    out: Console, rehearsed: Rehearsed, refused: Sequence[RowProblem], report: Path | None, *, as_json: bool
) -> None:
    """Print how it went, and write it into the report."""
    from milepost.cli.launch.rehearsal_report import write_report  # noqa: PLC0415 - so that --help answers at once
    from milepost.cli.launch.rehearsal_tables import print_rehearsal  # noqa: PLC0415 - slow to load

    account = {
        **rehearsed.account.to_json(),
        "entered": rehearsed.entered.to_json(),
        "complete": rehearsed.complete,
        "refused": [each.to_json() for each in refused],
        "folder": None if rehearsed.folder is None else str(rehearsed.folder),
    }
    if report is not None:
        write_report(report, {"over": True, "account": account})
    if as_json:
        print_json(account)
    else:
        print_rehearsal(out, rehearsed.account, rehearsed.entered, complete=rehearsed.complete)
    if rehearsed.folder is not None and not as_json:
        say(f"Look at its pages with `milepost web --data {rehearsed.folder}`; delete the folder when you are done.")
    if rehearsed.entered.early:
        aside("Look at these messages before it is real: `milepost explain` says why a step opened.")
        raise typer.Exit(1)


def end_of(until: str | None, days: float, book: RehearsedBook) -> End:
    """Returns when a rehearsal is over; a date is the last day that is played, in the time zone of the first map.

    Raises:
        CommandError: the date isn't ahead, or no map has such a stage or step.
    """
    if until is None:
        return End(days)
    compiled_maps = list(book.compiled_maps.values())
    day = parse_date(until)
    if day is None:
        names = {name for each in compiled_maps for name in (*each.stages, *each.steps)}
        if until not in names:
            near = did_you_mean(nearest(until, names)) or "."
            hint = "Name a date, 2027-03-31, or a stage or step of the maps."
            raise CommandError(f"--until: no map has a stage or step {until!r}{near}", hint)
        return End(days, until)
    midnight = compiled_maps[0].ours.on(day + timedelta(days=1), clock_time())
    if midnight <= book.begins:
        raise CommandError(f"--until: {until} is over.", "Name a date that is ahead: the rehearsal begins today.")
    return End((midnight - book.begins) / _DAY)
