"""`milepost export`: writes the book of customers, who opted out of mail, or everything that is held on one person."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, aside
from milepost.intake.contact_erasure import export_contact
from milepost.intake.csv_rows import safe_cell
from milepost.intake.exported_book import export_book
from milepost.intake.intake import Intake
from milepost.intake.opt_outs import COLUMNS, all_opt_outs
from milepost.text import count_of

_MARK = "\ufeff"
"""The byte order mark: without it Excel takes UTF-8 for the machine's own encoding. An import leaves it out."""


async def export(
    *,
    context: typer.Context,
    contact: Annotated[
        str | None,
        typer.Option("--contact", metavar="ADDRESS", help="Print what is held on the person of this address."),
    ] = None,
    without_journeys: Annotated[
        bool, typer.Option("--without-journeys", help="Leave out where customers stand: stage, steps, outcomes.")
    ] = False,
    opt_outs: Annotated[
        bool, typer.Option("--opt-outs", help="Write who opted out of mail when and how, instead of the book.")
    ] = False,
    excel: Annotated[
        bool, typer.Option("--excel", help="Begin the CSV with a mark by which Excel reads letters such as ü right.")
    ] = False,
    as_json: AsJson = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to this file instead of stdout.")
    ] = None,
) -> None:
    """Write all customers as a CSV file that `milepost import` reads; or all that is held on one person, as JSON.

    The book has customers, contacts, teams and attributes as they are now, and where everybody stands: stage, steps
    done, outcomes confirmed. Importing it again changes nothing; in another installation with the same maps, journeys
    go on from there.

    With --contact each record says where it stands and by what it was found; what was found only by a part of a name
    may mean somebody else: read it before you hand it out. Other contacts are left out.

    With --opt-outs each change of the mail that goes to an address is a row, the oldest first, opting in again too;
    as CSV or, with --json, one JSON object a line.
    """
    if opt_outs and contact is not None:
        raise CommandError("--opt-outs and --contact don't go together.", "Use one of them.")
    if excel and (as_json or contact is not None):
        raise CommandError("--excel is for CSV.", "Leave it out.")
    if as_json and not opt_outs and contact is None:
        raise CommandError("The book is written as CSV alone.", "Leave --json out, or use --opt-outs.")
    write = partial(_book, not without_journeys) if contact is None else partial(_person, contact)
    if opt_outs:
        write = partial(_opt_outs, as_json)
    async with open_intake(settings_of(context)) as opened:
        with _opened(output) as file:
            file.write(_MARK if excel else "")
            note = await write(opened.intake, file)
    aside(note)


def _opened(output: Path | None) -> AbstractContextManager[IO[str]]:
    if output is None:
        return nullcontext(sys.stdout)
    with file_errors("write", output, "Name a file in a folder that exists."):
        return output.open("w", encoding="utf-8", newline="")


# Each writes its document to a file, and returns a line on it for people.


async def _book(with_journeys: bool, intake: Intake, file: IO[str]) -> str:  # noqa: FBT001 - bound beforehand
    return f"{count_of(await export_book(intake, file, with_journeys=with_journeys), 'customer')} written."


async def _person(contact: str, intake: Intake, file: IO[str]) -> str:
    document = await export_contact(intake.context, contact)
    file.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return f"{count_of(len(document['records']), 'record')} about {contact}."


async def _opt_outs(as_json: bool, intake: Intake, file: IO[str]) -> str:  # noqa: FBT001 - bound beforehand
    rows = 0
    table = csv.writer(file, lineterminator="\r\n" if file is not sys.stdout else "\n")
    if not as_json:
        table.writerow(COLUMNS)
    async for line in all_opt_outs(intake.context):
        rows += 1
        values = line.to_json()
        if as_json:
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
        else:
            texts = ("; ".join(each) if isinstance(each, tuple) else each for each in values.values())
            table.writerow(map(safe_cell, texts))
    return f"{count_of(rows, 'change')} of who gets which mail."
