"""`milepost people`: lists colleagues, and says what they are called, may do and belong to, and that they have left."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.customer import name_of
from milepost.intake import people as all_people
from milepost.intake.people import PersonChange
from milepost.planner.instants import optional_text, text
from milepost.roles import Role
from milepost.store.people import PersonRow

_EXAMPLE = 'milepost people set ana@vendor.example --name "Ana Díaz" --role manager'


class Action(StrEnum):
    """What is to be done."""

    LIST = "list"
    SET = "set"
    LEAVE = "leave"
    RETURN = "return"


async def people(
    action: Annotated[
        Action, typer.Argument(metavar="[ACTION]", help="list (without anything), set, leave or return.")
    ] = Action.LIST,
    address: Annotated[str | None, typer.Argument(metavar="[ADDRESS]", help="The colleague.")] = None,
    *,
    context: typer.Context,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What the colleague is called.")] = None,
    role: Annotated[
        str | None,
        typer.Option(metavar="ROLE", help='colleague, manager, operations or admin; "" takes the role away.'),
    ] = None,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help='The team; "" takes it away.')] = None,
    hours: Annotated[float | None, typer.Option(metavar="HOURS", help="Hours a week that there are for tasks.")] = None,
    booking_link: Annotated[
        str | None,
        typer.Option(metavar="URL", help='The page on which customers book a time with them; "" takes it away.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List colleagues, say what one is called and may do, or that one has left.

    Pages, mails and lists call colleagues by their names. An import names those whom its mapping lists under `people:`
    and who have no name yet; of others the address spells it. Whoever leaves is signed out and can't sign in again;
    their customers are handed over with `milepost hand-over`.
    """
    told = {"name": name, "role": role, "team": team, "hours_per_week": hours, "booking_link": booking_link}
    told = {key: value for key, value in told.items() if value is not None}
    _check(action, address, told)
    async with open_intake(settings_of(context)) as opened:
        if address is None:
            rows = await all_people.listed(opened.intake.context)
        else:
            change = {"left": action is Action.LEAVE} if action in (Action.LEAVE, Action.RETURN) else told
            rows = [await all_people.change(opened.intake.context, address, **cast("PersonChange", change))]
    if as_json:
        for row in rows:
            print_json(_line(row))
    elif address is not None:
        say(*_said(action, rows[0]))
    elif rows:
        headings = ("Name", "Address", "Role", "Team", "Hours a week", "Left")
        table("Colleagues", headings, [tuple(str(each or "") for each in _cells(row)) for row in rows])
    else:
        say("Nothing was told of any colleague; their addresses spell a name.", f"`{_EXAMPLE}` tells it.")


def _check(action: Action, address: str | None, told: dict[str, Any]) -> None:
    if action is Action.LIST and (address or told):
        raise typer.BadParameter(f"names nobody; `{_EXAMPLE}` does", param_hint="list")
    if action is Action.SET and (address is None or not told):
        raise typer.BadParameter(
            f"needs an address and what is to be set, such as `{_EXAMPLE}`", param_hint=str(action)
        )
    if action in (Action.LEAVE, Action.RETURN) and (address is None or told):
        message = f"needs an address and nothing else, such as `milepost people {action} ana@vendor.example`"
        raise typer.BadParameter(message, param_hint=str(action))


def _said(action: Action, row: PersonRow) -> list[str]:
    called = row.name or name_of(row.address)
    if action is Action.LEAVE:
        return [f"{called} has left and is signed out.", f"Next: `milepost hand-over {row.address} TO`."]
    if action is Action.RETURN:
        return [f"{called} is a colleague again."]
    parts = [Role(row.role) if row.role else None, row.team and f"in the team {row.team}"]
    more = "".join(f", {part}" for part in parts if part)
    return [f"{row.address} is {called}{more} from now on."]


def _cells(row: PersonRow) -> tuple[Any, ...]:
    name = row.name or f"{name_of(row.address)} (as the address spells it)"
    return name, row.address, row.role, row.team, row.hours_per_week, optional_text(row.left_at)


def _line(row: PersonRow) -> dict[str, Any]:
    return {
        "address": row.address,
        "name": row.name,
        "role": row.role,
        "team": row.team,
        "hours_per_week": row.hours_per_week,
        "booking_link": row.booking_link,
        "left_at": optional_text(row.left_at),
        "updated_at": text(row.updated_at),
    }
