"""`milepost rename`: gives a customer another id."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, aside, print_json, say
from milepost.explain.row_counts import rows_text
from milepost.intake.renames import rename as rename_customer


async def rename(
    customer: Annotated[str, typer.Argument(metavar="ID", help="The customer's id.")],
    new_id: Annotated[str, typer.Argument(metavar="NEW_ID", help="The id that it should have.")],
    *,
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who renames it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give a customer another id; the one that it has leads to it from then on.

    Everything goes with it, and its journey goes on. Facts, imports and links that still use the old id reach the
    customer. If another customer has the new id, and both are one: `milepost merge`.
    """
    async with open_intake(settings_of(context)) as opened:
        done = await rename_customer(opened.intake.context, customer, new_id, by=by, dry_run=dry_run)
    if as_json:
        print_json({**done.to_json(), "dry_run": dry_run})
        return
    old_id = done.customer.id
    if dry_run:
        say(f"Would move from {old_id} to {new_id}: {rows_text(done.moved)}. Nothing was changed.")
        return
    say(f"{old_id} is {new_id} now, and still leads to it. Moved: {rows_text(done.moved)}.")
    say(f"Next: `milepost show {new_id}`.")
    if not done.reached:
        aside(f"The journey learns of it {opened.later}")
