"""Tables of figures that fit a window: numbers on the right, in one format for each column; no word is ever broken.

Where room is short, columns first get briefer, then those that matter least are left out, and a line below says which.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from milepost.cli.support.output import clean, console, say

_COMFORTABLE = 18  # characters in which text reads well; fewer only where nothing else helps
_NUMBERED = re.compile(r" *[\d.]+ ")
_BETWEEN, _AROUND = 2, 3  # spaces between columns, and at both ends of a row


@dataclass(frozen=True, slots=True)
class Column:
    """One column. A cell may have several lines.

    Attributes:
        brief: The cells where room is short; None: the same.
        across: The least width of the heading, where it is a sentence over figures.
        text: Whether the cells are words, on the left and broken between words; else they are figures, on the right.
        drop: When it is left out where room is short, 1 first; 0: never.
        warned: The rows to print in red.
    """

    heading: str
    cells: Sequence[str]
    brief: Sequence[str] | None = None
    across: int = 0
    text: bool = False
    drop: int = 0
    warned: frozenset[int] = field(default=frozenset())

    @property
    def natural(self) -> int:
        """The width at which nothing is broken, except the heading of figures."""
        heading = _wrap(self.heading, max(self.across, 1))
        return max(self.longest_word, *map(len, heading), *map(len, self._lines()), 0)

    @property
    def longest_word(self) -> int:
        words = self.heading.split()
        if self.text:
            words += [piece for line in self._lines() for piece in _wrap(line, 1)]
        return max((len(word) for word in words), default=0)

    @property
    def least(self) -> int:
        """The least width at which it reads well."""
        return min(self.natural, max(self.longest_word, _COMFORTABLE)) if self.text else self.natural

    def _lines(self) -> list[str]:
        return [line for cell in self.cells for line in cell.split("\n")]


def show_columns(columns: Sequence[Column]) -> None:
    """Print a table as wide as the window allows, and the names of columns that had to be left out."""
    room = console().width
    shown = _fit(columns, room)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    widths = _widths(shown, room)
    for column, width in zip(shown, widths, strict=True):
        table.add_column(Text(column.heading, justify="left" if column.text else "right"), width=width, vertical="top")
    for row in range(len(shown[0].cells)):
        table.add_row(*(_cell(column, row, width) for column, width in zip(shown, widths, strict=True)))
    console().print(table)
    headings = {column.heading for column in shown}
    if left_out := [column.heading for column in columns if column.heading not in headings]:
        say(f"Left out to fit the window: {', '.join(left_out)}. A wider window shows all; so does --json.")


def show_blocks(first: Column, columns: Sequence[Column]) -> None:
    """Print columns beside the first one, in as many tables as it takes."""
    block: list[Column] = []
    for column in columns:
        if block and _total([first, *block, column], least=True) > console().width:
            show_columns([first, *block])
            block = []
        block.append(column)
    if block:
        show_columns([first, *block])


def figures(numbers: Iterable[float | None], unknown: str = "?") -> list[str]:
    """Numbers in one format: all with a fraction, or none where it would say nothing."""
    cells = list(numbers)
    present = [number for number in cells if number is not None]
    digits = 0 if all(number == int(number) or number >= _MANY for number in present) else 1
    return [unknown if number is None else f"{number:.{digits}f}" for number in cells]


def percents(shares: Iterable[float]) -> list[str]:
    """Shares as percents in one format."""
    cells = list(shares)
    if not any(0 < share < _ONE for share in cells):
        return [f"{100 * share:.0f} %" for share in cells]
    return ["<0.1 %" if 0 < share < _ONE / 20 else f"{100 * share:.1f} %" for share in cells]


_MANY = 10  # from here on a number needs no fraction
_ONE = 0.01


def _fit(columns: Sequence[Column], room: int) -> Sequence[Column]:
    attempts = list(_narrower(columns))
    return next((attempt for attempt in attempts if _total(attempt, least=True) <= room), attempts[-1])


def _narrower(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Yields the columns, the same with brief cells, then fewer and fewer of them."""
    yield list(columns)
    shown = [replace(column, cells=column.brief or column.cells) for column in columns]
    yield shown
    for dropped in sorted((column for column in shown if column.drop), key=lambda column: column.drop):
        shown = [column for column in shown if column is not dropped]
        yield shown


def _total(columns: Sequence[Column], *, least: bool) -> int:
    widths = sum(column.least if least else column.natural for column in columns)
    return widths + _BETWEEN * (len(columns) - 1) + _AROUND


def _widths(columns: Sequence[Column], room: int) -> list[int]:
    """The width of each column: text columns, the widest first, narrow until all fit."""
    widths = [column.natural for column in columns]
    lowest = [column.longest_word if column.text else column.natural for column in columns]
    over = _total(columns, least=False) - room
    while over > 0 and (able := [at for at, width in enumerate(widths) if width > lowest[at]]):
        widths[max(able, key=lambda at: widths[at])] -= 1
        over -= 1
    return widths


def _cell(column: Column, row: int, width: int) -> Text:
    lines = clean(column.cells[row]).split("\n")
    if column.text:
        lines = [piece for line in lines for piece in _wrap(line, width)]
    else:
        lines = [line.rjust(width) for line in lines]  # by hand: Rich would take the spaces at the end away
    return Text("\n".join(lines), style="bold red" if row in column.warned else "")


def _wrap(line: str, width: int) -> list[str]:
    """Break a line between words and after hyphens, never inside a word; what follows a number stays to its right."""
    numbered = _NUMBERED.match(line)
    indent = " " * len(numbered[0]) if numbered else ""
    return textwrap.wrap(line, width, break_long_words=False, subsequent_indent=indent) or [""]
