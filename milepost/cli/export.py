"""`milepost export`: writes the book of customers as it is, or prints everything that is held on one person."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import file_errors
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import aside
from milepost.intake.contact_erasure import export_contact
from milepost.intake.exported_book import export_book
from milepost.intake.intake import Intake
from milepost.text import count_of


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
    """
    async with open_intake(settings_of(context)) as opened:
        if output is None:
            note = await _export(opened.intake, contact, sys.stdout, with_journeys=not without_journeys)
        else:
            with file_errors("write", output, "Name a file in a folder that exists."):
                file = output.open("w", encoding="utf-8", newline="")
            with file:
                note = await _export(opened.intake, contact, file, with_journeys=not without_journeys)
    aside(note)


async def _export(intake: Intake, contact: str | None, file: IO[str], *, with_journeys: bool) -> str:
    """Writes the document to a file, and returns a line on it for people."""
    if contact is None:
        return f"{count_of(await export_book(intake, file, with_journeys=with_journeys), 'customer')} written."
    document = await export_contact(intake.context, contact)
    file.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return f"{count_of(len(document['records']), 'record')} about {contact}."
