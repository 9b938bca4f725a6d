"""`milepost agreement`: what was agreed with a customer, and what the customer said to it."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.explain.agreement import LineKind
from milepost.explain.agreement_words import AgreementWords
from milepost.intake import agreement as agreements
from milepost.intake.agreement import CustomerAgreement, Standing
from milepost.intake.agreement_summary import summary_of, words_of
from milepost.text import count_of
from milepost.translations.reader import ENGLISH


async def agreement(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")],
    *,
    context: typer.Context,
    as_json: AsJson = False,
) -> None:
    """Show what was agreed with a customer: who does what by when, the figures, the people, and who said yes.

    It is written down on the desk, at /desk/agreement/CUSTOMER, and mailed from there.
    """
    async with open_intake(settings_of(context)) as opened:
        stands = await agreements.of_customer(opened.intake.context, customer)
    if as_json:
        print_json(summary_of(stands))
        return
    rows = _rows(stands)
    if not rows:
        say(f"Nothing is agreed with {customer} yet.")
        return
    table(f"What was agreed with {customer}", ("What", "As agreed", "The customer"), rows)
    say(f"It was mailed {count_of(stands.mailed, 'time')}.")


def _rows(stands: CustomerAgreement) -> list[tuple[str, str, str]]:
    words, agreed = AgreementWords(ENGLISH, stands.compiled_map.ours.timezone), stands.agreement
    rows = [(line.title, words.step(line), _said(stands, LineKind.STEP, line.step)) for line in agreed.steps]
    rows += [
        (line.statement, words.figures(line), _said(stands, LineKind.FIGURES, line.outcome)) for line in agreed.figures
    ]
    if agreed.people:
        people = ", ".join(words.person(line) for line in agreed.people)
        rows.append(("Who is involved", people, _said(stands, LineKind.PEOPLE, "")))
    return rows


def _said(stands: CustomerAgreement, kind: LineKind, step: str) -> str:
    standing = stands.standing.get((kind, step), Standing())
    if standing.proposed is not None:
        return f"proposes {words_of(standing.proposed)} ({standing.proposed.said_by})"
    if standing.yes is None:
        return "nothing yet"
    return f"{'changed since the yes of' if standing.changed else 'yes:'} {standing.yes.said_by}"
