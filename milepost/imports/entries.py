"""Where a customer stands, by the cells of a row: columns such as `enters.stage` and `enters.done.kickoff`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from milepost.errors import MilepostError
from milepost.imports.cell_parsers import read_email
from milepost.imports.dates import read_date
from milepost.imports.layout import PlacedColumn
from milepost.language.field_types import Verdict
from milepost.numbers import Decimal, read_number
from milepost.planner.entry_checks import day_or_instant
from milepost.planner.entry_point import AnsweredBefore, DoneBefore, EntryPoint, OpenBefore
from milepost.planner.fact_errors import InvalidFactError
from milepost.text import did_you_mean, nearest, parse_flag

Cell = tuple[PlacedColumn, str]
_NOWHERE_ELSE: Mapping[str, str | None] = {}


class EntryCellError(MilepostError, ValueError):
    """A cell that can't be read; `heading` is its column."""

    code = "entry_cell"

    def __init__(self, heading: str, message: str) -> None:
        self.heading = heading
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class EntryReader:
    """Reads entries; `default` is where those stand whose rows name no stage (None: at the first one)."""

    default: EntryPoint | None = None
    dates: Sequence[str] = ()
    decimal: Decimal | None = None

    def read(self, cells: Iterable[Cell], stages: Mapping[str, str | None] = _NOWHERE_ELSE) -> EntryPoint | None:
        """Returns where a customer enters; None: at the first stage, as the row doesn't say.

        A row that says since when, and no stage, is about the first one. `stages` are what the row's stage is on maps
        where it isn't what the cell says; None: nothing is known there.

        Raises:
            EntryCellError: a cell can't be read, or things have happened and no stage is named.
        """
        values = {placed.target.name: _Group() for placed, _ in cells}
        for placed, cell in cells:
            values[placed.target.name].cells[placed.target.field] = placed, cell
        usual = self.default.stage if self.default else None
        stage = self._text(values, "stage") or usual
        by_map = {map_id: each or usual or "" for map_id, each in stages.items()}
        if stage is None and (by_map or values.keys() == {"since"}):
            stage = ""
        if stage is None:
            for placed, _ in cells:
                message = "The row names no stage that the customer is in; fill 'enters.stage', or say --stage"
                raise EntryCellError(placed.heading, message)
            return None
        since = values.get("since")
        return EntryPoint(
            stage,
            self._moment(since.cells[""]) if since else (self.default.since if self.default else None),
            self._done(values.get("done", _Group()), values.get("result", _Group())),
            self._outcomes(values.get("outcomes", _Group())),
            {name: self._count(cell) for name, cell in values.get("counts", _Group()).cells.items()},
            tuple(step for step, cell in values.get("skipped", _Group()).cells.items() if self._flag(cell)),
            dict(self._days(values.get("plays", _Group()))),
            self._open(values.get("open", _Group()), values.get("due", _Group())),
            self._agreed(values.get("agreed", _Group())),
            self._moment(values["paused"].cells[""]) if "paused" in values else None,
            by_map,
        )

    @staticmethod
    def _text(values: Mapping[str, _Group], name: str) -> str | None:
        group = values.get(name)
        return group.cells[""][1] if group else None

    def _done(self, days: _Group, results: _Group) -> dict[str, DoneBefore]:
        """Steps with their dates: a cell may also say yes or no; one with a result is done."""
        done = {}
        for step in {**days.cells, **results.cells}:
            cell = days.cells.get(step)
            flag = parse_flag(cell[1]) if cell else None
            if flag is not False:
                day = self._moment(cell) if cell and flag is None else None
                done[step] = DoneBefore(day, results.cells[step][1] if step in results.cells else None)
        return done

    def _days(self, group: _Group) -> Iterator[tuple[str, str | None]]:
        """What has a date each, or yes."""
        for name, cell in group.cells.items():
            flag = parse_flag(cell[1])
            if flag is not False:
                yield name, self._moment(cell) if flag is None else None

    def _open(self, since: _Group, dues: _Group) -> dict[str, OpenBefore]:
        days = {name: self._moment(cell) for name, cell in dues.cells.items()}
        return {step: OpenBefore(at, days.get(step)) for step, at in self._days(since)}

    def _agreed(self, group: _Group) -> dict[str, dict[str, Any]]:
        agreed: dict[str, dict[str, Any]] = {}
        readers: dict[str, Callable[[Cell], Any]] = {"due": self._day, "at": self._moment, "minutes": self._count}
        for name, cell in group.cells.items():
            step, _, part = name.partition(".")
            agreed.setdefault(step, {})[part] = readers.get(part, _address)(cell)
        return agreed

    def _outcomes(self, group: _Group) -> dict[str, AnsweredBefore]:
        fields: dict[str, dict[str, Cell]] = {}
        for name, cell in group.cells.items():
            outcome, _, part = name.partition(".")
            fields.setdefault(outcome, {})[part] = cell
        answers = {}
        for outcome, parts in fields.items():
            if "verdict" not in parts:
                placed, _ = next(iter(parts.values()))
                raise EntryCellError(placed.heading, f"The outcome {outcome!r} has no verdict; say how it was answered")
            value = self._number(parts["value"]) if "value" in parts else None
            day = self._moment(parts["at"]) if "at" in parts else None
            answers[outcome] = AnsweredBefore(_verdict(parts["verdict"]), value, day)
        return answers

    def _day(self, cell: Cell) -> str:
        placed, text = cell
        try:
            return read_date(text, placed.column.dates or self.dates).isoformat()
        except ValueError as error:
            raise EntryCellError(placed.heading, str(error)) from None

    def _moment(self, cell: Cell) -> str:
        """A date, or an instant as it is written."""
        with suppress(InvalidFactError):
            if isinstance(day_or_instant(cell[1]), datetime):
                return cell[1]
        return self._day(cell)

    def _number(self, cell: Cell) -> float | str:
        placed, text = cell
        try:
            return read_number(text, decimal=placed.column.decimal or self.decimal)
        except ValueError as error:
            raise EntryCellError(placed.heading, str(error)) from None

    @staticmethod
    def _flag(cell: Cell) -> bool:
        placed, text = cell
        flag = parse_flag(text)
        if flag is None:
            raise EntryCellError(placed.heading, f"{text!r} is neither yes nor no; write yes or no")
        return flag

    def _count(self, cell: Cell) -> int:
        placed, text = cell
        if not text.isdecimal():
            raise EntryCellError(placed.heading, f"{text!r} isn't a count; write a whole number")
        return int(text)


@dataclass(frozen=True, slots=True)
class _Group:
    """The cells of one field of an entry, by what follows in their targets."""

    cells: dict[str, Cell] = field(default_factory=dict)


def _address(cell: Cell) -> str:
    placed, text = cell
    try:
        return read_email(text)
    except ValueError as error:
        raise EntryCellError(placed.heading, str(error)) from None


def _verdict(cell: Cell) -> str:
    placed, text = cell
    word = text.casefold()
    verdicts = [str(verdict) for verdict in Verdict]
    if word not in verdicts:
        near = did_you_mean(nearest(word, verdicts)) or f"; write {', '.join(verdicts)}"
        raise EntryCellError(placed.heading, f"{text!r} isn't a verdict{near}")
    return word
