"""The output of commands: tables for people, one JSON object per line for programs.

Rich is loaded for what needs it, tables and progress: it takes as long as the rest of a command that only says a line.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from milepost.text import count_of, listing

if TYPE_CHECKING:  # slow to load
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table
    from rich.text import Text

    from milepost.intake.import_account import Unmatched

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object per line, for programs, and nothing else on stdout.")
]


def console(*, errors: bool = False) -> Console:
    """A console that prints text as it is: a customer may be called `[red]`."""
    from rich.console import Console  # noqa: PLC0415 - slow to load

    return Console(stderr=errors, markup=False, highlight=False, emoji=False)


def say(*lines: str) -> None:
    """Print lines for people; on a terminal they are wrapped between words."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for text in lines:
        for line in clean(text).split("\n"):
            sys.stdout.write((line if width is None else _wrapped(line, width)) + "\n")
    sys.stdout.flush()  # whoever reads along must not wait for a command that goes on


def _wrapped(line: str, width: int) -> str:
    return textwrap.fill(line, width, replace_whitespace=False, break_long_words=False, break_on_hyphens=False)


def aside(*lines: str) -> None:
    """Print lines for people on stderr, beside output for programs."""
    for line in lines:
        sys.stderr.write(clean(line) + "\n")


def print_json(data: Any) -> None:
    """Print one object on one line."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def aside_or_json(line: str, data: Mapping[str, Any], *, as_json: bool) -> None:
    """Report something beside the result: as a line on stderr or, `as_json`, as an object among the others."""
    if as_json:
        print_json(data)
    else:
        aside(line)


def table(title: str | None, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table below a heading; None is shown as an empty cell.

    Cells are wrapped between words: addresses and ids stay whole. Where they don't fit beside each other, each row is
    printed as a list of its cells.
    """
    from milepost.cli.support.column_widths import column_widths  # noqa: PLC0415 - it loads Rich

    if title is not None:
        heading(title)
    cells = [[_cell(value) for value in row] for row in rows]
    columns = [[name, *(str(row[number]) for row in cells)] for number, name in enumerate(headings)]
    whole = (number for number, name in enumerate(headings) if name in _WHOLE)
    out = console()
    widths = column_widths(columns, whole, out.width - _AROUND - _BETWEEN * (len(headings) - 1))
    if widths is None:
        _print_lists(headings, cells)
        return
    result = _empty_grid(None)
    for name, width in zip(headings, widths, strict=True):
        result.add_column(name, width=width, justify=_justify(name))
    for row in cells:
        result.add_row(*row)
    out.print(result)


def _print_lists(headings: Sequence[str], rows: Iterable[Sequence[Text | str]]) -> None:
    widest = max(map(len, headings))
    for row in rows:
        say("", *(f"{name:{widest}}  {cell}" for name, cell in zip(headings, row, strict=True) if str(cell)))
    say("")


def grid(
    title: str | None, headings: Sequence[str], rows: Iterable[Sequence[Any]], *, cut: Collection[str] = ()
) -> Table:
    """The same table, to be printed on another console; the columns to `cut` keep to one line, others may be broken."""
    result = _empty_grid(title)
    for heading in headings:
        result.add_column(
            heading,
            overflow="ellipsis" if heading in cut else "fold",
            no_wrap=heading in _WHOLE or heading in cut,
            justify=_justify(heading),
        )
    for row in rows:
        result.add_row(*(_cell(value) for value in row))
    return result


def _empty_grid(title: str | None) -> Table:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - slow to load
    from rich.table import Table  # noqa: PLC0415 - slow to load

    return Table(
        title=title,
        box=SIMPLE_HEAD,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )


def _justify(heading: str) -> Literal["left", "right"]:
    return "right" if heading in _NUMBERS else "left"


def progress_bar(*, silent: bool) -> Progress:
    """A progress bar on stderr; none if `silent`, or where there is no terminal."""
    from rich.progress import (  # noqa: PLC0415 - most commands have none
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    errors = console(errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors, transient=True, disable=silent or not errors.is_terminal)


def heading(text: str) -> None:
    """Print the heading of a section."""
    from rich.text import Text  # noqa: PLC0415 - slow to load

    console().print(Text(f"\n{clean(text)}", style="bold"))


def section(title: str, lines: Iterable[str]) -> None:
    """Print lines below a heading; nothing where there are none."""
    if lines := list(lines):
        heading(title)
        say(*lines)


def clean(text: str) -> str:
    """The text without control characters, which could steer the terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


def unmatched(whys: Unmatched, most: int = 20) -> None:
    """Print why no map is for these customers, grouped by reason."""
    for why, count in list(whys.counts.items())[:most]:
        who = listing(whys.named[why]) if count <= _NAMED else count_of(count, "customer")
        say(f"No map is for {who}: {why}.")
    if len(whys.counts) > most:
        say(f"... and {len(whys.counts) - most} more: `milepost customers --unmatched` lists them all.")


def _cell(value: Any) -> Text | str:
    from rich.text import Text  # noqa: PLC0415 - slow to load

    if value is None:
        return ""
    return value if isinstance(value, Text) else clean(str(value))


_AROUND, _BETWEEN = 2, 2  # characters beside a table, and between two of its columns
_NAMED = 3  # customers that are named rather than counted
_NUMBERS = frozenset({"Health", "Value", "Count", "Reminders"})
_WHOLE = frozenset({"Customer id", "Since", "Due", "When", "Journey"})  # never wrapped: people copy or compare these
