"""The end of the demo: a table in which everybody is accounted for."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from milepost.cli.support.output import clean
from milepost.demo.account import Account, CustomerAccount
from milepost.demo.summaries import COUNTS, HIGHLIGHTS
from milepost.text import count_of, listing

_NAMED = 3
_WIDTH = 150  # where there is no terminal
_NUMBERS = ("Reminders", "Count")
_SHORT = ("Customer", "Map")


def print_account(console: Console, account: Account, *, complete: bool) -> None:
    """Print it all; if the demo isn't `complete`, nothing counts as missing yet."""
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(_customers(account))
    console.print(_counts(account))
    console.print(Text(_sums(account)), soft_wrap=True)
    style, said = _verdict(account, complete=complete)
    console.print(Text(said, style=style), soft_wrap=True)


def _verdict(account: Account, *, complete: bool) -> tuple[str, str]:
    if not account.missing:
        return "green", f"At least one customer each was {listing(HIGHLIGHTS)}."
    missing = ", ".join(account.missing)
    return ("bold red", f"Not seen: {missing}.") if complete else ("dim", f"Not seen yet: {missing}.")


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
    for customer in account.customers:
        table.add_row(*(clean(cell) for cell in _row(customer)))
    return table


def _row(customer: CustomerAccount) -> tuple[str, str, str, str, str]:
    if not customer.journeys:
        return customer.name, "none", "matches no map" if customer.accounted_for else "not accounted for", "", ""
    seen = {name for journey in customer.journeys for name in journey.highlights}
    highlights = ", ".join(name for name in HIGHLIGHTS if name in seen)
    state = customer.states[-1] + (f": {', '.join(customer.stages)}" if customer.stages else "")
    reminders = sum(journey.counts["reminders"] for journey in customer.journeys)
    return customer.name, customer.journeys[-1].map, state, str(reminders), highlights


def _counts(account: Account) -> Table:
    table = _table("What happened", "What", "Count", "To whom")
    table.add_row("Tasks opened", str(account.tasks.total()), "")
    for status, said in (("done", "Tasks done"), ("withdrawn", "Tasks withdrawn"), ("open", "Tasks still open")):
        table.add_row(said, str(account.tasks[status]), "")
    for name, said in COUNTS.items():
        who = clean(listing(account.customers_with(name), most=_NAMED))
        table.add_row(said, str(sum(journey.counts[name] for journey in account.journeys)), who)
    return table


def _sums(account: Account) -> str:
    journeys = ", ".join(f"{number} {state}" for state, number in sorted(account.states.items()))
    on_a_journey = sum(bool(customer.journeys) for customer in account.customers)
    return (
        f"{count_of(len(account.customers), 'customer')}: {on_a_journey} on a journey, "
        f"{len(account.unmatched)} matched by no map. {count_of(account.states.total(), 'journey')}: {journeys}."
    )
