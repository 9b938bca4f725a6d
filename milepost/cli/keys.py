"""`milepost keys`: lists the keys of programs, makes one, ends one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.intake import keys as all_keys
from milepost.planner.instants import optional_text, text
from milepost.scopes import Scope
from milepost.store.keys import StoredKey
from milepost.text import listing

_EXAMPLE = "milepost keys make crm --scope read --scope tell"
_SCOPES = listing(tuple(Scope))


class Action(StrEnum):
    """What is to be done."""

    LIST = "list"
    MAKE = "make"
    END = "end"


async def keys(
    action: Annotated[
        Action, typer.Argument(metavar="[ACTION]", help="list (without anything), make or end.")
    ] = Action.LIST,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The key's name, such as crm.")] = None,
    *,
    context: typer.Context,
    scope: Annotated[
        list[str] | None, typer.Option(metavar="SCOPE", help=f"What it may do, once or several times: {_SCOPES}.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who does it; it stands in the list.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the keys with which programs use the API, make one, or end one.

    A key is shown once, when it is made. What a program tells is marked with its key's name. Keys in MILEPOST_API_KEYS
    may do everything, and end when they are taken out there.
    """
    if action is not Action.LIST and name is None:
        raise typer.BadParameter(f"needs a name, such as `{_EXAMPLE}`", param_hint=str(action))
    if (action is Action.LIST and name is not None) or (action is not Action.MAKE and scope):
        raise typer.BadParameter(f"takes no more than that; `{_EXAMPLE}` makes a key", param_hint=str(action))
    settings = settings_of(context)
    async with open_intake(settings) as opened:
        intake = opened.intake.context
        if action is Action.MAKE:
            taken = [each for each, _ in settings.named_api_keys()]
            made = await all_keys.make(intake, name or "", scope or (), by=by, taken=taken)
        elif action is Action.END:
            await all_keys.end(intake, name or "", by=by)
        else:
            return _list(await all_keys.listed(intake), as_json=as_json)
    if action is Action.END:
        return print_json({"name": name, "ended": True}) if as_json else say(f"The key {name} has ended.")
    if as_json:
        return print_json({"name": made.name, "scopes": sorted(made.scopes), "key": made.key})
    return say(f"The key {made.name}, for {listing(sorted(made.scopes))}; it is shown this once:", made.key)


def _list(keys: list[StoredKey], *, as_json: bool) -> None:
    if as_json:
        for key in keys:
            print_json(_line(key))
    elif keys:
        headings = ("Name", "May", "Made", "By", "Last used", "Ended")
        table("Keys", headings, [_cells(key) for key in keys])
    else:
        say("Nobody made a key.", f"`{_EXAMPLE}` makes one.")


def _cells(key: StoredKey) -> tuple[str, ...]:
    line = {**_line(key), "scopes": ", ".join(sorted(key.scopes))}
    return tuple(str(each or "") for each in line.values())


def _line(key: StoredKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "scopes": sorted(key.scopes),
        "made_at": text(key.made_at),
        "made_by": key.made_by,
        "used_at": optional_text(key.used_at),
        "ended_at": optional_text(key.ended_at),
    }
