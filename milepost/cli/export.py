"""`milepost export`: prints everything that is held on one person."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import aside
from milepost.intake.contact_erasure import export_contact
from milepost.text import count_of


async def export(
    *,
    context: typer.Context,
    contact: Annotated[
        str, typer.Option("--contact", metavar="ADDRESS", help="The person's address.", show_default=False)
    ],
) -> None:
    """Print everything that is held on one person, at all customers, as one JSON document.

    Each record says where it stands and by what it was found; what was found only by a part of a name may mean
    somebody else: read it before you hand it out. Other contacts are left out.
    """
    async with open_intake(settings_of(context)) as opened:
        document = await export_contact(opened.intake.context, contact)
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    aside(f"{count_of(len(document['records']), 'record')} about {contact}.")
