"""`milepost forget`: deletes everything about a customer, or puts a pseudonym in the place of one person."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import OpenIntake, open_intake
from milepost.cli.support.output import AsJson, aside, print_json, say
from milepost.intake import erasure_words
from milepost.intake.contact_erasure import ContactErasure, forget_contact
from milepost.intake.context import IntakeContext
from milepost.intake.erasure import forget as forget_everywhere
from milepost.store import customers
from milepost.store.errors import UnknownCustomerError
from milepost.text import listing


async def forget(
    customer: Annotated[str | None, typer.Argument(help="The customer's id.", show_default=False)] = None,
    *,
    context: typer.Context,
    contact: Annotated[
        str | None,
        typer.Option("--contact", metavar="ADDRESS", help="Forget this person alone, at every customer."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --contact: only say what would be replaced.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask whether it is meant.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a customer for good, or with --contact put a pseudonym in the place of one person.

    A customer: record, contacts, journeys, tasks, messages, answers, facts, and Temporal's history.

    A person: the address, in whatever case, and the names beside it, in every place; the words of messages to the
    person too. Counts, outcomes and values stay, and the journeys go on for the others. It may be repeated.

    Backups that were made before still hold both: after a restore, forget again. A mail that is on its way at this
    moment may still arrive.
    """
    if (customer is None) == (contact is None):
        raise CommandError("Name a customer, or a person with --contact, and not both.")
    if dry_run and contact is None:
        raise CommandError("--dry-run goes with --contact.")
    async with open_intake(settings_of(context)) as opened:
        if contact is not None:
            await _forget_contact(opened, contact, dry_run=dry_run, yes=yes, as_json=as_json)
        elif customer is not None:
            await _forget_customer(opened, customer, yes=yes, as_json=as_json)


async def _forget_customer(opened: OpenIntake, customer: str, *, yes: bool, as_json: bool) -> None:
    if not yes:
        _need_terminal(customer)
        await _ask(opened.intake.context, customer)
    erasure = await forget_everywhere(opened.intake.context, customer)
    if as_json:
        ids = {"earlier_ids": list(erasure.ids[1:])} if erasure.ids[1:] else {}
        print_json({"customer": erasure.ids[0], **ids, "rows": dict(erasure.rows), "runs": erasure.runs})
    else:
        for sentence in erasure_words.of_customer(erasure):
            say(sentence)
    if left := erasure_words.left_in_temporal(erasure):
        aside(left)


def _need_terminal(name: str) -> None:
    """Checks that somebody can be asked.

    Raises:
        CommandError: this is no terminal.
    """
    if not sys.stdin.isatty():
        raise CommandError(f"Forgetting {name!r} can't be undone, so it has to be confirmed.", "Add --yes.")


async def _ask(context: IntakeContext, customer: str) -> None:
    """Asks whether it is meant.

    Raises:
        typer.Abort: it is not.
    """
    async with context.store.reading() as session:
        try:
            record = await customers.get(session, customer)
        except UnknownCustomerError:
            return  # there is nothing to lose; what Temporal may still have is deleted
    typer.confirm(erasure_words.question(record.name, record.id), abort=True)


async def _forget_contact(opened: OpenIntake, address: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    intake = opened.intake.context
    if not (dry_run or yes):
        _need_terminal(address)
        plan = await forget_contact(intake, address, dry_run=True)
        if not plan.is_empty:
            at = listing(list(plan.customers) or ["no customer"])
            typer.confirm(f"Forget {address}, at {at}? This can't be undone.", abort=True)
    erasure = await forget_contact(intake, address, dry_run=dry_run)
    if as_json:
        print_json(_contact_json(address, erasure, dry_run=dry_run))
    else:
        for sentence in erasure_words.of_person(address, erasure, dry_run=dry_run):
            say(sentence)
    if not all(erasure.told.values()):
        aside(f"Temporal is away; the journeys look for somebody in the person's place {opened.later}")


def _contact_json(address: str, erasure: ContactErasure, *, dry_run: bool) -> dict[str, object]:
    return {
        "contact": address,
        "dry_run": dry_run,
        "pseudonym": None if dry_run or erasure.is_empty else erasure.pseudonym,
        "customers": {customer: dict(rows) for customer, rows in erasure.customers.items()},
        "elsewhere": dict(erasure.elsewhere),
        "named_after": erasure.named_after,
    }
