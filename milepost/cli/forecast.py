"""`milepost forecast`: the work of a whole book of customers, by role and week, against the hours of the team."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from milepost.capacity.json_lines import forecast_lines
from milepost.capacity.report import Report, build_report
from milepost.capacity.runs import BookCounts, Entrant, ForecastSetup
from milepost.capacity.tally import Tally
from milepost.cli.forecasts import inputs, tables
from milepost.cli.forecasts.map_source import MapSource, map_source_of
from milepost.cli.support.book_files import MappingName, mapping_of
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.output import AsJson, aside, print_json, progress_bar, say
from milepost.cli.support.process_pool import cores as all_cores
from milepost.cli.support.process_pool import on_cores
from milepost.imports.book_source import BookSource
from milepost.imports.mapped_stages import stages_of
from milepost.imports.missing_dates import MissingDate
from milepost.text import count_of

MOST_RUNS = 200
_BATCH = 32  # journeys that go to a process at once

_day = partial(typer.Option, metavar="DATE", parser=inputs.day_of)


def forecast(
    *,
    customers: Annotated[
        Path, typer.Option(metavar="BOOK.csv", help="The book of customers, as milepost import reads it.")
    ],
    context: typer.Context,
    first: Annotated[date, _day("--from", help="The first day, YYYY-MM-DD.")],
    last: Annotated[date, _day("--to", help="The last day, YYYY-MM-DD.")],
    maps: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The folder of the maps. Default: maps in this folder, else those that Milepost ships.",
        ),
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="Take the published maps, not those of a folder.")
    ] = False,
    behaviour: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How people behave, who there is: see docs/forecast.md.")
    ] = None,
    mapping: MappingName = None,
    runs: Annotated[
        int, typer.Option(min=1, max=MOST_RUNS, help="How many runs of chance: more runs, surer figures.")
    ] = 5,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the picture too: .svg or .png. May be repeated."),
    ] = None,
    cores: Annotated[int | None, typer.Option(min=1, max=256, help="How many processes work; else all cores.")] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate the journeys of a whole book and count the work: hours by role and week against the hours there are.

    Also: how many customers one person can look after, messages by contact and week, and which outcomes to expect when.
    Nothing is stored and nobody is written to. The same seed gives the same figures, on any number of cores.
    """  # fmt: skip
    weeks = inputs.weeks_of(first, last)
    _check_pictures(output or [])
    source = map_source_of(settings_of(context), maps, published=published)
    read_so = BookSource(mapping_of(mapping, stages_of(source.compiled_maps)))
    assumed = inputs.behaviour_of(behaviour, source.compiled_maps, customers, read_so)
    job = inputs.ForecastJob(source.texts, weeks, assumed, runs)
    setup = job.setup()
    with inputs.open_customers(customers, setup, read_so) as book:
        rows = inputs.count_lines(customers, read_so)
        counts = _count(job, setup, book, rows, cores or all_cores(), silent=as_json)
    _print(build_report(setup, counts), book, source, output or [], as_json=as_json)
    if book.refused or counts.broke:
        raise typer.Exit(1)


def _check_pictures(files: Sequence[Path]) -> None:
    """Check before the simulation that pictures can be written after it."""
    for file in files:
        if file.suffix.lower() not in (".svg", ".png"):
            raise typer.BadParameter(f"{str(file)!r} ends in neither .svg nor .png", param_hint="--output")
        if not file.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {str(file.parent)!r}", param_hint="--output")
    if files:
        import milepost.drawing  # noqa: F401, PLC0415 - an extra: only drawing needs it


def _write_picture(report: Report, file: Path) -> None:
    from milepost.capacity.picture import draw_forecast  # noqa: PLC0415 - slow to load
    from milepost.drawing import raster, svg  # noqa: PLC0415 - slow to load

    scene = draw_forecast(report)
    drawing = raster.png_of(scene) if file.suffix.lower() == ".png" else svg.svg_of(scene).encode()
    with file_errors("write", file):
        file.write_bytes(drawing)


def _check_work(report: Report) -> None:
    """Refuse a forecast of nothing, after the output has said why each customer has no map."""
    if report.counts.customers:
        return
    customers = count_of(report.customers, "customer")
    first = next(iter(report.counts.why.items()), None)
    why = f"{first[0]}: {first[1]}." if first else None
    raise CommandError(f"No map is for any of the {customers} in the book, so there is no work to forecast.", why)


def _print(report: Report, book: inputs.BookReader, source: MapSource, pictures: list[Path], *, as_json: bool) -> None:
    if report.counts.customers:  # drawing comes before printing, which a reader who has seen enough may cut short
        for file in pictures:
            _write_picture(report, file)
    undated = list(book.dates.missing())
    _print_problems(book, undated)
    if not report.customers:
        raise CommandError("The book holds no customer that can be read.", "There is nothing to forecast.")
    if as_json:
        first, *others = forecast_lines(report)
        for line in ({**first, "maps": source.to_json(), "undated": [each.to_json() for each in undated]}, *others):
            print_json(line)
    else:
        tables.show(report, str(source), book.date_columns)
    _check_work(report)
    for file in pictures:
        (aside if as_json else say)(f"Drawn: {file}")


def _print_problems(book: inputs.BookReader, undated: Iterable[MissingDate]) -> None:
    for problem in book.problems:
        aside(f"Refused: {problem}")
    if book.refused:
        aside(f"{count_of(book.refused, 'row')} of {book.rows} refused; the forecast is of the others.")
    aside(*book.book.missing, *book.book.notes, *map(str, undated))


def _count(
    job: inputs.ForecastJob, setup: ForecastSetup, book: inputs.BookReader, rows: int, cores: int, *, silent: bool
) -> BookCounts:
    """Simulate the whole book on all cores; what is kept does not grow with it."""
    whole = BookCounts(Tally(len(setup.weeks)))
    batch = max(1, _BATCH // setup.runs)
    with progress_bar(silent=silent) as progress:
        task = progress.add_task("Simulating journeys", total=rows)
        for part in on_cores(job, _batches(book.entrants(), batch), processes=cores):
            whole.merge(part)
            progress.advance(task, sum(part.customers.values()) + part.unmatched)
    return whole


def _batches(entrants: Iterable[Entrant], size: int) -> Iterator[tuple[Entrant, ...]]:
    rest = iter(entrants)
    while batch := tuple(islice(rest, size)):
        yield batch
