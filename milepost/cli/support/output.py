"""The output of commands: tables for people, one JSON object per line for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from milepost.text import count_of, listing

if TYPE_CHECKING:  # slow to load
    from rich.progress import Progress

    from milepost.intake.import_account import Unmatched

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object per line, for programs, and nothing else on stdout.")
]


def console(*, errors: bool = False) -> Console:
    """A console that prints text as it is: a customer may be called `[red]`."""
    return Console(stderr=errors, markup=False, highlight=False, emoji=False)


def say(*lines: str) -> None:
    """Print lines for people; they are wrapped only on a terminal."""
    out = console()
    for line in lines:
        out.print(clean(line), soft_wrap=not out.is_terminal)


def aside(*lines: str) -> None:
    """Print lines for people on stderr, beside output for programs."""
    for line in lines:
        console(errors=True).print(clean(line), soft_wrap=True)


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
    """Print a table below a heading; None is shown as an empty cell. Long cells are wrapped, not cut."""
    if title is not None:
        heading(title)
    console().print(grid(None, headings, rows))


def grid(
    title: str | None, headings: Sequence[str], rows: Iterable[Sequence[Any]], *, cut: Collection[str] = ()
) -> Table:
    """The same table, to be printed on another console; the columns to `cut` keep to one line."""
    result = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for heading in headings:
        result.add_column(
            heading,
            overflow="ellipsis" if heading in cut else "fold",
            no_wrap=heading in _WHOLE or heading in cut,
            justify="right" if heading in _NUMBERS else "left",
        )
    for row in rows:
        result.add_row(*(_cell(value) for value in row))
    return result


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
    if value is None:
        return ""
    return value if isinstance(value, Text) else clean(str(value))


_NAMED = 3  # customers that are named rather than counted
_NUMBERS = frozenset({"Health", "Value", "Count", "Reminders"})
_WHOLE = frozenset({"Customer id", "Since", "Due", "When", "Journey"})  # never wrapped: people copy or compare these
