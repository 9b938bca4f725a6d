"""`milepost links`: the links that a customer's people got, and making them void."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.intake import links as all_links
from milepost.planner.instants import optional_text, text
from milepost.store.link_tables import LinkRow
from milepost.text import count_of


async def links(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")],
    *,
    context: typer.Context,
    void: Annotated[
        list[str] | None,
        typer.Option(metavar="LINK", help="Make this link void, or with a mail address all links of that person."),
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="WHY", help="Why; it stands on the timeline.")] = None,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who makes it void.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the links that a customer's people got, or make some void: they open nothing from then on.

    The ids that are listed open nothing by themselves: what makes a link work is in the mail that carried it, and
    nowhere else. A link works for 90 days; of a journey that ended meanwhile it shows what was done, for a year.
    """
    if (reason or by) and not void:
        raise CommandError("--reason and --by belong to --void.", f"`milepost links {customer}` lists the links.")
    async with open_intake(settings_of(context)) as opened:
        if void:
            rows = await all_links.void(opened.intake.context, customer, void, by=by, why=reason)
        else:
            rows = await all_links.of_customer(opened.intake.context, customer)
        wall = opened.intake.context.wall()
    if as_json:
        for row in rows:
            print_json(_line(row, wall))
    elif void:
        say(f"{count_of(len(rows), 'link')} made void." if rows else "Nothing has changed: that was void before.")
    else:
        _list(customer, rows, wall)


def _list(customer: str, rows: list[LinkRow], wall: float) -> None:
    if not rows:
        say(f"Nobody at {customer} has got a link so far.")
        return
    headings = ("Link", "Whose", "Status", "Made", "Until", "Last used", "Why")
    lines = [_line(row, wall) for row in rows]
    cells = [
        (each["link"], each["contact"], each["status"], each["created_at"], each["expires_at"], each["used_on"],
         each["voided_why"])
        for each in lines
    ]  # fmt: skip
    table(f"Links at {customer}", headings, cells)
    say(f"Next: `milepost links {customer} --void {rows[0].id}`.")


def _line(row: LinkRow, wall: float) -> dict[str, Any]:
    return {
        "link": row.id,
        "contact": row.contact,
        "purpose": row.purpose,
        "status": all_links.status(row, wall),
        "created_at": text(row.created_at),
        "expires_at": text(row.expires_at),
        "made_by": row.made_by,
        "used_on": row.used_on,
        "voided_at": optional_text(row.voided_at),
        "voided_by": row.voided_by,
        "voided_why": row.voided_why,
    }
