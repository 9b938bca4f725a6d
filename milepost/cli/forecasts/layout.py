"""Tables of figures that fit a window: numbers on the right, in one format for each column; no word is ever broken.

Where room is short, columns first get briefer, then those that matter least are left out, and a line below says which.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rich.align import Align
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from milepost.cli.support.output import clean, console, say

_COMFORTABLE = 18  # characters in which text reads well; fewer only where nothing else helps


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        brief: The cells where room is short; None: the same.
        across: The least width of the heading, where it is a sentence over figures.
        text: Whether the cells are words, on the left and broken between words; else they are figures, on the right.
        drop: When it is left out where room is short, 1 first; 0: never.
        warned: The rows to print in red.
    """

    heading: str
    cells: Sequence[str | Table]
    brief: Sequence[str] | None = None
    across: int = 0
    text: bool = False
    drop: int = 0
    warned: frozenset[int] = field(default=frozenset())

    def add_to(self, table: Table, *, squeezed: bool) -> None:
        """Add the column to a table; where text is `squeezed`, only its longest word keeps it wide."""
        out = console()
        sizes = [out.measure(cell) for cell in (Text(self.heading), *map(_renderable, self.cells))]
        longest_word = max(size.minimum for size in sizes)
        if self.text:
            comfortable = 0 if squeezed else min(_COMFORTABLE, max(size.maximum for size in sizes))
            table.add_column(self.heading, vertical="top", min_width=max(longest_word, comfortable))
            return
        heading = textwrap.wrap(self.heading, max(self.across, 1), break_long_words=False)
        width = max(0, *map(len, heading), *(size.maximum for size in sizes[1:]))
        table.add_column(Text(self.heading, justify="right"), vertical="top", width=width)

    def cell(self, row: int) -> RenderableType:
        """The cell of a row as it is printed."""
        cell = _renderable(self.cells[row], "bold red" if row in self.warned else "")
        return cell if self.text else Align.right(cell)  # a right-justified column would strip spaces at the end


def _renderable(cell: str | Table, style: str = "") -> Text | Table:
    return Text(clean(cell), style) if isinstance(cell, str) else cell


def show_columns(columns: Sequence[Column]) -> None:
    """Print a table as wide as the window allows, and the names of columns that had to be left out."""
    attempts = list(_narrower(columns))
    shown = next(filter(_fits, attempts), attempts[-1])
    console().print(_table(shown, squeezed=not _fits(shown)))
    headings = {column.heading for column in shown}
    if left_out := [column.heading for column in columns if column.heading not in headings]:
        say(f"Left out to fit the window: {', '.join(left_out)}. A wider window shows all; so does --json.")


def show_blocks(first: Column, columns: Sequence[Column]) -> None:
    """Print columns beside the first one, in as many tables as it takes."""
    block: list[Column] = []
    for column in columns:
        if block and not _fits([first, *block, column]):
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
_ENDLESS = 10_000  # characters: a window in which everything fits


def _fits(columns: Sequence[Column]) -> bool:
    out = console()
    anywhere = out.options.update(max_width=_ENDLESS)
    return out.measure(_table(columns, squeezed=False), options=anywhere).minimum <= out.width


def _narrower(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Yields the columns, the same with brief cells, then fewer and fewer of them."""
    yield list(columns)
    shown = [replace(column, cells=column.brief or column.cells) for column in columns]
    yield shown
    for dropped in sorted((column for column in shown if column.drop), key=lambda column: column.drop):
        shown = [column for column in shown if column is not dropped]
        yield shown


def _table(columns: Sequence[Column], *, squeezed: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        column.add_to(table, squeezed=squeezed)
    for row in range(len(columns[0].cells)):
        table.add_row(*(column.cell(row) for column in columns))
    return table
