"""`milepost merge`: merges two records of one customer."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, aside, print_json, say, table
from milepost.customer import Contact, Mail
from milepost.explain.row_counts import rows_text
from milepost.intake.merges import JourneyOfMerge, Merge, MergeOrder
from milepost.intake.merges import merge as merge_records
from milepost.text import listing


async def merge(
    customer: Annotated[str, typer.Argument(metavar="FROM", help="The id of the record that is given up.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The id of the record that stays.")],
    *,
    context: typer.Context,
    keep_journey_of: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose journey goes on, FROM's or INTO's; by default INTO's.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who merges them.")] = None,
    as_json: AsJson = False,
) -> None:
    """Merge two records of one customer: INTO stays, and FROM leads to it from then on.

    INTO keeps what it says and gets what it lacks; people in both are one contact, with the stricter of their wishes
    about mail. One journey goes on; the other ends, and stays beside it with its history, tasks, messages and answers.
    Facts, imports and links that still use FROM's id reach INTO. It can't be undone: look with --dry-run first.
    """
    order = MergeOrder(customer, into, keep_journey_of, by)
    async with open_intake(settings_of(context)) as opened:
        done = await merge_records(opened.intake.context, order, dry_run=dry_run)
    if as_json:
        print_json({**done.to_json(), "dry_run": dry_run})
        return
    _print(done, dry_run=dry_run)
    if not done.reached:
        aside(f"The journeys learn of it {opened.later}")


def _print(done: Merge, *, dry_run: bool) -> None:
    other, into = done.other.id, done.into.id
    if done.differences:
        rows = [(each.part, _shown(each.other), _shown(each.into), _shown(each.kept)) for each in done.differences]
        table("What differs", ["", other, into, "Kept"], rows)
    people = [(each.name, each.email, ", ".join(each.personas), _wish(each), whose) for each, whose in done.contacts]
    if people:
        table("People", ["Name", "Address", "Personas", "Mail", "Of"], people)
    for journey, verb in ((done.goes_on, "goes on"), (done.ends, "ends")):
        if journey is not None:
            say(f"Journey {_standing(journey)} {'would ' + _bare(verb) if dry_run else verb}.")
    rows_moved = rows_text(done.moved)
    if dry_run:
        say(f"Would move to {into}: {rows_moved}.", "Nothing was changed; the same command without --dry-run does it.")
        return
    say(f"{other} is merged into {into}; what is still told under {other} reaches {into}. Moved: {rows_moved}.")
    say(f"Next: `milepost show {into}`.")


def _bare(verb: str) -> str:
    return {"goes on": "go on", "ends": "end"}[verb]


def _standing(journey: JourneyOfMerge) -> str:
    stages = listing(journey.stages) if journey.stages else "between stages"
    return f"{journey.journey} on map {journey.map} ({stages})"


def _wish(contact: Contact) -> str:
    return "refused" if contact.refused else "" if contact.mail is Mail.ALL else contact.mail.value


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)
