"""`milepost results`: lists what customers answered, or writes it as a file for spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import file_errors
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.local_timezone import local_time
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.explain.vocabulary import VERDICTS
from milepost.intake.result_ledger import csv_of, values_of
from milepost.language.field_types import OutcomeType
from milepost.store.result_ledger import LedgerFilter, LedgerLine, all_lines, read_ledger
from milepost.text import count_of


async def results(
    *,
    context: typer.Context,
    verdict: Annotated[
        str | None, typer.Option(metavar="VERDICT", help="Only these: verified, partial, disputed or silent.")
    ] = None,
    kind: Annotated[OutcomeType | None, typer.Option("--type", help="Only results of this type.")] = None,
    map_id: Annotated[str | None, typer.Option("--map", metavar="MAP", help="Only those of a map.")] = None,
    customer: Annotated[str | None, typer.Option(metavar="CUSTOMER", help="Only those of a customer.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many; a file has them all.")] = 100,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write all of them to this CSV file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what customers answered when they were asked for a result: the newest first, what was taken back included.

    Each with who was asked and who answered, the value against the target, the words, and the evidence.
    """
    if verdict is not None and verdict not in VERDICTS:
        raise typer.BadParameter(f"{verdict!r} is none of {', '.join(VERDICTS)}", param_hint="--verdict")
    wanted = LedgerFilter(verdict=verdict, type=kind, map=map_id, customer=customer)
    async with open_intake(settings_of(context)) as opened, opened.intake.context.store.reading() as session:
        if output is not None:
            with file_errors("write", output, "Name a file in a folder that exists."):
                rows = [row async for row in csv_of(all_lines(session, wanted))]
                output.write_text("".join(rows), encoding="utf-8", newline="")
            return say(f"{output}: {count_of(len(rows) - 1, 'answer')}.")
        lines = (await read_ledger(session, wanted, limit)).lines
    if as_json:
        for line in lines:
            print_json(values_of(line))
    elif lines:
        table("Results", ("When", "Customer", "Result", "Answer", "By"), map(_cells, lines))
    else:
        say("No answers" + (" of that kind yet." if wanted != LedgerFilter() else " yet."))
    return None


def _cells(line: LedgerLine) -> tuple[str, ...]:
    answer, metric = line.answer, line.outcome.metric or {}
    value = "" if answer.value is None else f" {answer.value} {metric.get('unit') or ''}".rstrip()
    revoked = ", taken back" if answer.revoked_at is not None else ""
    said = f"{VERDICTS.get(answer.verdict, answer.verdict)}{value}{revoked}"
    return local_time(answer.at), line.customer.name, line.outcome.statement, said, answer.said_by or ""
