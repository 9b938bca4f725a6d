"""`milepost forget`: deletes everything about a customer."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, aside, print_json, say
from milepost.intake.context import IntakeContext
from milepost.intake.erasure import Erasure
from milepost.intake.erasure import forget as forget_everywhere
from milepost.store import customers
from milepost.store.errors import UnknownCustomerError
from milepost.text import count_of, listing


async def forget(
    customer: Annotated[str, typer.Argument(help="The customer's id.", show_default=False)],
    *,
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask whether it is meant.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a customer for good: record, contacts, journeys, tasks, messages, answers, facts, and Temporal's history.

    Backups that were made before still hold the customer. A mail that is on its way at this moment may still arrive.
    """
    async with open_intake(settings_of(context)) as opened:
        if not yes:
            await _ask(opened.intake.context, customer)
        erasure = await forget_everywhere(opened.intake.context, customer)
    if as_json:
        print_json({"customer": customer, "rows": dict(erasure.rows), "runs": erasure.runs})
    else:
        _print(customer, erasure)
    if erasure.runs is None:
        aside(
            "Temporal is away. It still has the customer's id, with numbers and instants but nothing about people; "
            f"`milepost forget {customer} --yes` removes that when it is back."
        )


async def _ask(context: IntakeContext, customer: str) -> None:
    """Asks on a terminal whether it is meant.

    Raises:
        CommandError: this is no terminal, so nobody can be asked.
        typer.Abort: it is not.
    """
    if not sys.stdin.isatty():
        raise CommandError(f"Forgetting {customer!r} can't be undone, so it has to be confirmed.", "Add --yes.")
    async with context.store.reading() as session:
        try:
            name = (await customers.get(session, customer)).name
        except UnknownCustomerError:
            return  # there is nothing to lose; what Temporal may still have is deleted
    typer.confirm(f"Delete everything about {name} ({customer})? This can't be undone.", abort=True)


def _print(customer: str, erasure: Erasure) -> None:
    rows = [f"{number} of {table.replace('_', ' ')}" for table, number in erasure.rows.items() if number]
    if rows:
        say(f"{customer} is forgotten. Rows removed from the database: {listing(rows)}.")
    if erasure.runs is not None:
        say(f"Temporal deletes {count_of(erasure.runs, 'run')} with all history, within a minute or two.")
    say("Backups made before still hold the customer.")
