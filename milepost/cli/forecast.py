"""`milepost forecast`: the work of a whole book of customers, by role and week, against the hours of the team."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from milepost.capacity.json_lines import told
from milepost.capacity.report import Report, report
from milepost.capacity.runs import Play, Played
from milepost.capacity.tally import Tally
from milepost.cli.forecasts import inputs as given
from milepost.cli.forecasts import tables
from milepost.cli.forecasts.map_source import Maps, maps_of
from milepost.cli.forecasts.pictures import check_pictures, write_picture
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import AsJson, aside, console, count_of, print_json, say
from milepost.cli.support.process_pool import cores as all_cores
from milepost.cli.support.process_pool import on_cores
from milepost.customer import Customer

MOST_RUNS = 200
_TOGETHER = 32  # journeys that go to a process at once

Pictures = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the picture too: .svg or .png. May be repeated.",
        show_default=False,
    ),
]


def forecast(
    *,
    customers: Annotated[
        Path, typer.Option(metavar="BOOK.csv", help="The book of customers, as milepost import reads it.")
    ],
    context: typer.Context,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="The first day, YYYY-MM-DD. Must be given.", show_default=False),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="The last day, YYYY-MM-DD. Must be given.", show_default=False),
    ] = None,
    maps: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The folder with the maps; else maps.", show_default=False)
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="Play on the published maps, not on those of a folder.")
    ] = False,
    behaviour: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="How people behave, who there is: see docs/forecast.md.", show_default=False),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, help="How often chance is tried: more is surer.")] = 5,
    output: Pictures = None,
    cores: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="How many processes work; else all cores.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play the journeys of a whole book and count the work: hours by role and week against the hours there are.

    Also: how many customers one person can look after, messages by contact and week, and which outcomes to expect when.
    Nothing is stored and nobody is written to. The same seed gives the same figures, on any number of cores.
    """  # fmt: skip
    weeks = given.days(first, last)
    check_pictures(output or [])
    source = maps_of(settings_of(context), maps, published=published)
    player = given.Player(source.texts, weeks, given.behaviour_of(behaviour, source.compiled_maps, customers), runs)
    play = player.play()
    played, book = _played(player, play, customers, cores or all_cores(), silent=as_json)
    made = report(play, played)
    _draw(made, (output or []) if played.customers else [])
    _tell(made, book, source, as_json=as_json)
    _check_work(made, played)
    _tell_drawn(output or [], aside if as_json else say)
    if book.refused or played.broke:
        raise typer.Exit(1)


def _check_work(made: Report, played: Played) -> None:
    if played.customers:
        return
    customers = count_of(made.customers, "customer")
    first = next(iter(played.why.items()), None)
    why = f"{first[0]}: {first[1]}." if first else None
    raise CommandError(f"No map is for any of the {customers} in the book, so there is no work to forecast.", why)


def _tell(made: Report, book: given.Reader, source: Maps, *, as_json: bool) -> None:
    for problem in book.problems:
        aside(f"Refused: {problem}")
    if book.refused:
        aside(f"{count_of(book.refused, 'row')} of {book.rows} refused; the forecast is of the others.")
    undated = list(book.dates.missing())
    aside(*book.book.missing, *book.book.notes, *map(str, undated))
    if not made.customers:
        raise CommandError("The book holds no customer that can be read.", "There is nothing to forecast.")
    if as_json:
        first, *others = told(made)
        for line in ({**first, "maps": source.to_json(), "undated": [each.to_json() for each in undated]}, *others):
            print_json(line)
    else:
        tables.show(made, str(source), book.date_columns)


def _draw(made: Report, files: Iterable[Path]) -> None:
    """Drawing comes before printing, which a reader who has seen enough may cut short."""
    for file in files:
        write_picture(made, file)


def _tell_drawn(files: Iterable[Path], tell: Callable[[str], None]) -> None:
    for file in files:
        tell(f"Drawn: {file}")


def _played(player: given.Player, play: Play, file: Path, cores: int, *, silent: bool) -> tuple[Played, given.Reader]:
    """The whole book, played on all cores; what is kept does not grow with it."""
    with given.reading(file, play) as book:
        return _added_up(player, play, book, given.count_lines(file), cores, silent=silent), book


def _added_up(player: given.Player, play: Play, book: given.Reader, rows: int, cores: int, *, silent: bool) -> Played:
    whole = Played(Tally(len(play.weeks)))
    together = max(1, _TOGETHER // play.runs)
    errors = console(errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=silent or not errors.is_terminal) as progress:
        task = progress.add_task("Playing journeys", total=rows)
        for part in on_cores(player, _parts(book.customers(), together), processes=cores):
            whole.take_in(part)
            progress.advance(task, sum(part.customers.values()) + part.unmatched)
    return whole


def _parts(customers: Iterable[Customer], together: int) -> Iterator[tuple[Customer, ...]]:
    ahead = iter(customers)
    while part := tuple(islice(ahead, together)):
        yield part
