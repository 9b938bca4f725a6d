"""What commands print: tables for people, one JSON object a line for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs; nothing else on stdout.")]


def console(*, errors: bool = False) -> Console:
    """A console that takes what it prints for text: a customer called `[red]` is called that."""
    return Console(stderr=errors, markup=False, highlight=False, emoji=False)


def say(*lines: str) -> None:
    """Print lines for people; only a terminal breaks them."""
    out = console()
    for line in lines:
        out.print(clean(line), soft_wrap=not out.is_terminal)


def aside(*lines: str) -> None:
    """Print lines for people beside output for programs: on stderr."""
    for line in lines:
        console(errors=True).print(clean(line), soft_wrap=True)


def print_json(data: Any) -> None:
    """Print one object on one line."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def table(title: str | None, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; None is shown as nothing. Cells break over lines rather than being cut."""
    made = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False, expand=False)
    for heading in headings:
        made.add_column(
            heading,
            overflow="fold",
            no_wrap=heading in _WHOLE,
            justify="right" if heading in _NUMBERS else "left",
        )
    for row in rows:
        made.add_row(*(_cell(value) for value in row))
    console().print(made)


def progress_bar(*, silent: bool) -> Progress:
    """A progress bar on stderr; none if `silent`, or where there is no terminal."""
    errors = console(errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=errors, transient=True, disable=silent or not errors.is_terminal)


def heading(text: str) -> None:
    """Print the heading of a part."""
    console().print(Text(f"\n{clean(text)}", style="bold"))


def clean(text: str) -> str:
    """The text without what could steer a terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


def number(value: float | None) -> str:
    """A number without an empty fraction."""
    return "" if value is None else f"{value:g}"


def count_of(many: int, one: str, more: str | None = None) -> str:
    """`1 customer`, `2 customers`."""
    return f"{many} {one if many == 1 else more or one + 's'}"


def unmatched(whys: Mapping[str, str], most: int = 20) -> None:
    """Say of customers, by their ids, why no map is for them; those of one reason together."""
    by_why: dict[str, list[str]] = {}
    for customer, why in whys.items():
        by_why.setdefault(why, []).append(customer)
    for why, customers in list(by_why.items())[:most]:
        whom = ", ".join(customers) if len(customers) <= _NAMED else f"{len(customers)} customers"
        say(f"No map is for {whom}: {why}.")
    if len(by_why) > most:
        say(f"... and {len(by_why) - most} more: `milepost customers --unmatched` lists all.")


def _cell(value: Any) -> Text | str:
    if value is None:
        return ""
    return value if isinstance(value, Text) else clean(str(value))


_NAMED = 3  # customers that are named rather than counted
_NUMBERS = frozenset({"Health", "Value", "Count"})
_WHOLE = frozenset({"Customer id", "Since", "Due", "When", "Journey"})  # what is copied or compared stays on one line
