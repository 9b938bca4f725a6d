"""The closing tables of the demo, in which every customer is accounted for."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from milepost.cli.support.output import grid
from milepost.demo.account import Account, CustomerAccount
from milepost.demo.summaries import COUNTS, HIGHLIGHTS
from milepost.text import count_of, listing

_NAMED = 3
_WIDTH = 150  # where there is no terminal
_SHORT = ("Customer", "Map")


def print_account(console: Console, account: Account, *, complete: bool) -> None:
    """Print it all; if the demo isn't `complete`, nothing counts as missing yet."""
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(_customers(account))
    console.print(_counts(account))
    console.print(Text(_sums(account)), soft_wrap=True)
    style, line = _verdict(account, complete=complete)
    console.print(Text(line, style=style), soft_wrap=True)


def _verdict(account: Account, *, complete: bool) -> tuple[str, str]:
    if not account.missing:
        return "green", f"At least one customer each was {listing(HIGHLIGHTS)}."
    missing = ", ".join(account.missing)
    return ("bold red", f"Not seen: {missing}.") if complete else ("dim", f"Not seen yet: {missing}.")


def _customers(account: Account) -> Table:
    headings = ("Customer", "Map", "State", "Reminders", "Highlights")
    return grid("Every customer", headings, map(_row, account.customers), cut=_SHORT)


def _row(customer: CustomerAccount) -> tuple[str, str, str, str, str]:
    if not customer.journeys:
        return customer.name, "none", "matches no map" if customer.accounted_for else "not accounted for", "", ""
    names = {name for journey in customer.journeys for name in journey.highlights}
    highlights = ", ".join(name for name in HIGHLIGHTS if name in names)
    state = customer.journeys[-1].state + (f": {', '.join(customer.stages)}" if customer.stages else "")
    reminders = sum(journey.counts["reminders"] for journey in customer.journeys)
    return customer.name, customer.journeys[-1].map, state, str(reminders), highlights


def _counts(account: Account) -> Table:
    rows: list[tuple[str, int, str]] = [("Tasks opened", account.tasks.total(), "")]
    for status, title in (("done", "Tasks done"), ("withdrawn", "Tasks withdrawn"), ("open", "Tasks still open")):
        rows.append((title, account.tasks[status], ""))
    for name, title in COUNTS.items():
        who = listing(account.customers_with(name), most=_NAMED)
        rows.append((title, sum(journey.counts[name] for journey in account.journeys), who))
    return grid("What happened", ("What", "Count", "To whom"), rows)


def _sums(account: Account) -> str:
    journeys = ", ".join(f"{number} {state}" for state, number in sorted(account.states.items()))
    on_a_journey = sum(bool(customer.journeys) for customer in account.customers)
    return (
        f"{count_of(len(account.customers), 'customer')}: {on_a_journey} on a journey, "
        f"{len(account.unmatched)} matched by no map. {count_of(account.states.total(), 'journey')}: {journeys}."
    )
