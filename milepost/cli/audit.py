"""`milepost audit`: lists who changed what beside customers' timelines."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.audit_kinds import Kind
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.local_timezone import local_time
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.explain.audit_sentences import what, who
from milepost.planner.instants import text
from milepost.store import audit as stored
from milepost.store.audit_tables import AuditRow


async def audit(
    *,
    context: typer.Context,
    by: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only what this one did: an address, key/NAME, or terminal/USER.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only what is of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List who signed in, and who changed what that stands on no customer's timeline, the newest first.

    Changes of people and roles, keys, published maps, rollouts, imports, mail that is held, and what was forgotten.
    """
    async with open_intake(settings_of(context)) as opened, opened.intake.context.store.reading() as session:
        rows = [row[0] for row in (await stored.listed(session, limit, by=by, kind=kind)).rows]
    if as_json:
        for row in rows:
            print_json(_line(row))
    elif rows:
        cells = [
            (local_time(row.at), who(row.by), what(row.kind, row.about, row.details), row.why or "") for row in rows
        ]
        table("Audit", ("When", "Who", "What", "Why"), cells)
    else:
        say("Nothing of that kind was done.")


def _line(row: AuditRow) -> dict[str, object]:
    said = {"kind": row.kind, "about": row.about, "why": row.why, "details": row.details}
    return {"number": row.number, "at": text(row.at), "by": row.by, **said}
