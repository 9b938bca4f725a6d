"""The closing tables of a rehearsal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from milepost.cli.support.output import grid
from milepost.store.entered_midway import EnteredMidway
from milepost.store.rehearsal_account import RehearsalAccount
from milepost.text import count_of

_MOST = 50  # lines of a table
_WIDTH = 150  # where there is no terminal


def print_rehearsal(console: Console, account: RehearsalAccount, entered: EnteredMidway, *, complete: bool) -> None:
    """Prints it all; `complete` says that it ran for its whole time."""
    if not console.is_terminal:
        console.width = _WIDTH
    mails = [(map_id, template, str(number)) for (map_id, template), number in sorted(account.mails.items())]
    tasks = [(week, role, str(number), hours) for week, role, number, hours in account.task_rows]
    outcomes = [(outcome, status, str(number)) for outcome, status, number in account.outcome_rows]
    concerns = [(each.what, each.customer, each.why) for each in account.concerns]
    for title, headings, rows in (
        ("Mails that would have left", ("Map", "Message", "Mails"), mails),
        ("Tasks that would have opened", ("Week of", "Role", "Tasks", "Hours"), tasks),
        ("Outcomes", ("Outcome", "Status", "Count"), outcomes),
        ("Look at these before it is real", ("What", "Customer", "Why"), concerns),
    ):
        if rows:
            console.print(grid(title, headings, rows[:_MOST]))
        if len(rows) > _MOST:
            console.print(Text(f"... and {len(rows) - _MOST} more; --json has all."))
    if entered.sentence:
        console.print(Text(entered.sentence, style="bold red" if entered.early else ""), soft_wrap=True)
    journeys = ", ".join(f"{number} {state}" for state, number in sorted(account.journeys.items())) or "none"
    stopped = "" if complete else " It was stopped before its time was over."
    everybody = count_of(account.customers, "customer")
    console.print(Text(f"{everybody}; journeys: {journeys}. Nothing was sent.{stopped}"), soft_wrap=True)
