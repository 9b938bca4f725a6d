"""The end of a rehearsal: a table in which everybody is accounted for."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from milepost.cli.support.output import clean, count_of
from milepost.demo.account import Account, Line
from milepost.demo.summaries import COUNTS, STORIES

_NAMED = 3
_WIDTH = 150  # where there is no terminal
_NUMBERS = ("Reminders", "Count")
_SHORT = ("Customer", "Map")


def tell_account(console: Console, account: Account, *, complete: bool) -> None:
    """Print it all; of a rehearsal that is not `complete`, nothing is missing yet."""
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(_customers(account))
    console.print(_counts(account))
    console.print(Text(_sums(account)), soft_wrap=True)
    style, said = _verdict(account, complete=complete)
    console.print(Text(said, style=style), soft_wrap=True)


def _verdict(account: Account, *, complete: bool) -> tuple[str, str]:
    if not account.lacking:
        return "green", f"At least one customer each was {', '.join(STORIES[:-1])} and {STORIES[-1]}."
    lacking = ", ".join(account.lacking)
    return ("bold red", f"Not seen: {lacking}.") if complete else ("dim", f"Not seen yet: {lacking}.")


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in _NUMBERS else "left",
            no_wrap=heading in _SHORT,
            overflow="ellipsis" if heading in _SHORT else "fold",
        )
    return table


def _customers(account: Account) -> Table:
    table = _table("Every customer", "Customer", "Map", "Stands", "Reminders", "Was")
    for line in account.lines:
        table.add_row(*(clean(cell) for cell in _row(line)))
    return table


def _row(line: Line) -> tuple[str, str, str, str, str]:
    if not line.stories:
        return line.name, "none", "matches no map" if line.accounted_for else "not accounted for", "", ""
    happened = {name for story in line.stories for name in story.stories}
    stands = line.standings[-1] + (f": {', '.join(line.stages)}" if line.stages else "")
    reminders = sum(story.counts["reminders"] for story in line.stories)
    return line.name, line.stories[-1].map, stands, str(reminders), ", ".join(s for s in STORIES if s in happened)


def _counts(account: Account) -> Table:
    table = _table("What happened", "What", "Count", "To whom")
    table.add_row("Tasks opened", str(account.tasks.total()), "")
    for status, said in (("done", "Tasks done"), ("withdrawn", "Tasks withdrawn"), ("open", "Tasks still open")):
        table.add_row(said, str(account.tasks[status]), "")
    for name, said in COUNTS.items():
        who = account.told(name)
        table.add_row(said, str(sum(story.counts[name] for story in account.stories)), clean(_named(who)))
    return table


def _named(who: list[str]) -> str:
    more = len(who) - _NAMED
    return ", ".join(who[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _sums(account: Account) -> str:
    standings = account.standings
    journeys = ", ".join(f"{number} {standing}" for standing, number in sorted(standings.items()))
    on_a_journey = sum(bool(line.stories) for line in account.lines)
    return (
        f"{count_of(len(account.lines), 'customer')}: {on_a_journey} on a journey, "
        f"{len(account.unmatched)} matched by no map. {count_of(standings.total(), 'journey')}: {journeys}."
    )
