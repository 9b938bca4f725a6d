"""`milepost preferences`: which mail a person gets, and why; sets it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.local_timezone import local_time
from milepost.cli.support.output import AsJson, print_json, say
from milepost.customer import ChoiceWay, Mail
from milepost.explain.people_names import colleague_name
from milepost.explain.vocabulary import CHOICES, MAIL_NOW
from milepost.intake.preferences import Preference, choose, preference_of
from milepost.planner.instants import text
from milepost.store.mail_choices import Choice
from milepost.text import listing


async def preferences(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's mail address.")],
    mail: Annotated[
        Mail | None, typer.Argument(metavar="[MAIL]", help="all, essential or none. Without it, show what holds.")
    ] = None,
    *,
    context: typer.Context,
    reason: Annotated[
        str | None, typer.Option(help="How you know. Needed where the person gets more mail than before.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who says so.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which mail a person gets, or set it, at every customer that has the address.

    `essential` is what one needs to know, and questions whether a result is there; `none` is nothing at all. People
    choose for themselves on the page behind the link in each mail; no import and no record takes that back.
    """
    async with open_intake(settings_of(context)) as opened:
        intake = opened.intake.context
        changed = None
        if mail is not None:
            choice = Choice(address.strip(), mail, ChoiceWay.COLLEAGUE, f"cli/{intake.new_id()}", by, reason)
            made = await choose(intake, choice)
            preference, changed = made.preference, made.new
        else:
            preference = await preference_of(intake, address)
    if as_json:
        print_json(_to_json(preference, changed))
        return
    if changed is False:
        say("That is so already; nothing changed.")
    _print(preference)


def _print(preference: Preference) -> None:
    name = f"{listing(preference.names)} ({preference.address})" if preference.names else preference.address
    say(f"{name} gets {'nothing: the address was refused' if preference.refused else MAIL_NOW[preference.mail]}.")
    if preference.last is not None:
        by = f", by {colleague_name(preference.last.by)}" if preference.last.by else ""
        why = f" Reason: {preference.last.reason}" if preference.last.reason else ""
        say(
            f"Since {local_time(preference.last.at)}: {CHOICES.get(preference.last.how, preference.last.how)}{by}.{why}"
        )
    if preference.customers:
        say(f"A contact of {listing([id_ for id_, _ in preference.customers], most=10)}.")
    else:
        say("No customer has this address; it counts when one does.")


def _to_json(preference: Preference, changed: bool | None) -> dict[str, Any]:  # noqa: FBT001 - a value of the document
    last = preference.last
    return {
        "address": preference.address,
        "names": list(preference.names),
        "customers": [id_ for id_, _ in preference.customers],
        "mail": preference.mail.value,
        "refused": preference.refused,
        "since": text(last.at) if last else None,
        "how": last.how if last else None,
        "by": last.by if last else None,
        "reason": last.reason if last else None,
        **({} if changed is None else {"changed": changed}),
    }
