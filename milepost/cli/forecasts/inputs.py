"""The inputs of a forecast, checked: a book that is read row by row, a behaviour file, the first and the last day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path

import typer

from milepost.capacity.runs import BookCounts, Entrant, ForecastSetup, count_journeys
from milepost.capacity.tally import Weeks
from milepost.cli.forecasts.map_source import Files, compiled_maps_of
from milepost.cli.support.book_files import book_file
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import aside
from milepost.customer import Customer
from milepost.imports.book_source import BookSource
from milepost.imports.customer_book import OpenBook
from milepost.imports.layout import COLUMNS
from milepost.imports.missing_dates import MissingDates
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.rows import estimated_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.imports.workbook import UnreadableFileError
from milepost.language.attribute_values import parse_date
from milepost.language.field_types import AttributeType
from milepost.language.loader import read_file
from milepost.language.problems import Problem
from milepost.people.behaviour import Behaviour
from milepost.people.behaviour_file import ReadBehaviour, read_behaviour
from milepost.people.draws import seeded
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import instant

LONGEST = 5  # years
_YEARS = range(2000, 2101)
MOST_PRINTED = 20  # problems of the book; the others are counted


@dataclass(frozen=True, slots=True)
class ForecastJob:
    """A job for a process: plain data to simulate a part of the book with."""

    maps: tuple[Files, ...]
    weeks: Weeks
    behaviour: Behaviour
    runs: int

    def setup(self) -> ForecastSetup:
        """The same with its maps compiled."""
        compiled_maps = compiled_maps_of(self.maps)
        return ForecastSetup(compiled_maps, self.weeks, self.behaviour, self.runs, seeded(self.behaviour.seed))

    def __call__(self) -> partial[BookCounts]:
        return partial(count_journeys, self.setup())


def weeks_of(first: date, last: date) -> Weeks:
    """The weeks from the first to the last day of the forecast, both included.

    Raises:
        typer.BadParameter: the days are the wrong way round, or too far apart.
    """
    if last < first:
        raise typer.BadParameter(f"{last} is before --from {first}; swap the two", param_hint="--to")
    if (last - first).days > LONGEST * 366:
        message = f"{first} to {last} is longer than {LONGEST} years, and nobody staffs for that; take fewer"
        raise typer.BadParameter(message, param_hint="--to")
    return Weeks(first, last)


def day_of(text: str) -> date:
    """The day that somebody typed, to be the `parser` of an option."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} isn't a date; write YYYY-MM-DD, such as 2026-03-02") from None
    if day.year not in _YEARS:
        raise typer.BadParameter(f"{text!r} isn't between {_YEARS[0]} and {_YEARS[-1]}; write YYYY-MM-DD")
    return day


def behaviour_of(
    file: Path | None, compiled_maps: tuple[CompiledMap, ...], customers: Path, source: BookSource
) -> Behaviour:
    """Read the behaviour file for a book of customers; without a file, the defaults.

    Raises:
        CommandError: the file can't be read, or has errors (which are printed).
    """
    if file is None:
        return Behaviour()
    text = read_file(file, str(file))
    if isinstance(text, Problem):
        result = ReadBehaviour(None, (text,))
    else:
        result = read_behaviour(text, str(file), compiled_maps, _columns(customers, source))
    aside(*map(str, result.problems))
    if result.behaviour is None:
        raise CommandError(
            "The behaviour can't be used.", "Correct what is listed above; docs/forecast.md explains every field."
        )
    return result.behaviour


@dataclass(slots=True)
class BookReader:
    """A book read row by row: it yields customers and collects problems, and keeps nothing else."""

    book: OpenBook
    dates: MissingDates
    rows: int = 0
    refused: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    _only_dates: dict[str, bool] = field(default_factory=dict)

    @property
    def date_columns(self) -> list[str]:
        """Columns that no map looks at and that hold nothing but dates, in the rows read so far."""
        return [column for column, only_dates in self._only_dates.items() if only_dates]

    def entrants(self) -> Iterator[Entrant]:
        """The customers of the valid rows, and where they enter."""
        for row in self.book.rows:
            self.rows += 1
            if isinstance(row, BookRow):
                self.dates.count(row.customer)
                self._look_for_dates(row.customer)
                yield row.customer, row.entry
                continue
            self.refused += 1
            self.problems += row[: MOST_PRINTED - len(self.problems)]

    def _look_for_dates(self, customer: Customer) -> None:
        types = self.book.unknown_names.vocabulary.types
        for column in self.book.columns:
            value = customer.attributes.get(column)
            if value is not None and column not in types and column not in COLUMNS:
                self._only_dates[column] = self._only_dates.get(column, True) and parse_date(value) is not None


@contextmanager
def open_customers(path: Path, setup: ForecastSetup, source: BookSource) -> Iterator[BookReader]:
    """Open a book, read as `source` says.

    Raises:
        CommandError: the file can't be read, or its columns can't be used.
    """
    vocabulary = Vocabulary.of(setup.compiled_maps)
    if (starts := setup.behaviour.starts.attribute) is not None:
        vocabulary = vocabulary.knowing(starts, AttributeType.DATE)
    noon = instant(datetime.combine(setup.weeks.first, time(12), UTC))
    with book_file(path) as file:
        book = source.open(file, vocabulary)
        if book.problems:
            problems = "\n".join(f"{path}: {problem}" for problem in book.problems)
            raise CommandError(f"The book can't be read.\n{problems}", "Correct the first row.")
        yield BookReader(book, MissingDates(setup.compiled_maps, noon))


def _columns(path: Path, source: BookSource) -> tuple[str, ...]:
    """The columns of a book; empty where it can't be read, which is reported when it is opened."""
    try:
        with path.open("rb") as file:
            return source.open(file).columns
    except (OSError, UnreadableFileError):
        return ()


def count_lines(path: Path, source: BookSource) -> int:
    """About how many customers a book has, for a progress bar."""
    with path.open("rb") as file:
        return estimated_rows(file, source.form.sheet)
