"""`milepost sign-in`: prints a link that signs a colleague in, once."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, print_json, say
from milepost.intake import sign_in_links
from milepost.store.sessions import LINK_WORKS, Way


async def sign_in(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The colleague's mail address.")],
    *,
    context: typer.Context,
    as_json: AsJson = False,
) -> None:
    """Print a link that signs a colleague in to the pages: once, for 15 minutes.

    For the first admin, and for whoever no mail reaches. Whoever can run this command can read the database anyway.
    """
    settings = settings_of(context)
    async with open_intake(settings) as opened:
        secret = await sign_in_links.make(opened.intake.context, address, Way.TERMINAL, admins=settings.admins)
    if secret is None:
        raise CommandError(
            f"There is no link for {address}: they are on no team and nothing was told of them, or have left, or have "
            "three links that still work.",
            f'`milepost people set {address} --name "NAME"` makes somebody a colleague.',
        )
    url = sign_in_links.url_of(secret, settings.links_begin_with)
    if as_json:
        print_json({"address": address, "url": url, "works_for_seconds": LINK_WORKS})
    else:
        say(f"This link signs {address} in, once, for {LINK_WORKS // 60} minutes:", url)
