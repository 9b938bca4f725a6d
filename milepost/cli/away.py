"""`milepost away`: lists who is away and who stands in; ends and changes absences."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.hand_over import day_of
from milepost.cli.support.absence_text import absence_lines
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import OpenIntake, open_intake
from milepost.cli.support.output import AsJson, aside, print_json, say
from milepost.intake import absences
from milepost.intake.absences import AbsenceChange, RecordedAbsence
from milepost.store import absences as stored

_EXAMPLE = "milepost hand-over ana@vendor.example bo@vendor.example --from 2026-12-21 --until 2027-01-03"


async def away(
    action: Annotated[
        str | None, typer.Argument(metavar="[ACTION]", help="list (without anything), change or end.")
    ] = None,
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", help="The absence to change or end.")] = None,
    *,
    context: typer.Context,
    person: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Only absences in which a colleague is away or stands in.")
    ] = None,
    over: Annotated[bool, typer.Option("--all", help="List those that are over too.")] = False,
    first_day: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The new first day.")] = None,
    last_day: Annotated[str | None, typer.Option("--until", metavar="DATE", help="The new last day.")] = None,
    delegate: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who stands in from now on.")] = None,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who says so; it stands on the timelines.")] = None,
    as_json: AsJson = False,
) -> None:
    """List who is away and who stands in, or change or end an absence.

    `milepost hand-over FROM TO --until DATE` records one. `end` is for somebody who is back early, or isn't away after
    all: the tasks come back at once.
    """
    change = AbsenceChange(delegate, day_of(first_day), day_of(last_day))
    if action != "change" and change != AbsenceChange():
        raise typer.BadParameter("go with change NUMBER", param_hint="--from, --until, --delegate")
    async with open_intake(settings_of(context)) as opened:
        match action, number:
            case ((None | "list"), None):
                await _list(opened, person, over=over, as_json=as_json)
            case "end", int():
                result = await absences.end(opened.intake.context, number, by=by, source="cli")
                _print(opened, result, as_json=as_json)
            case "change", int() if change != AbsenceChange():
                result = await absences.change(opened.intake.context, number, change, by=by, source="cli")
                _print(opened, result, as_json=as_json)
            case "change", int():
                raise CommandError("There is nothing to change.", "Give --from, --until or --delegate.")
            case _:
                raise CommandError(
                    f"{' '.join(str(each) for each in (action, number) if each is not None)!r} can't be done.",
                    "Write `milepost away`, `milepost away change NUMBER --until DATE` or `milepost away end NUMBER`.",
                )


async def _list(opened: OpenIntake, person: str | None, *, over: bool, as_json: bool) -> None:
    context = opened.intake.context
    async with context.store.reading() as session:
        listed = await stored.listed(session, context.now(), person=person, over=over)
    if as_json:
        for each in listed:
            print_json(each.to_json(context.now()))
        return
    say(*absence_lines(listed, context.now()))
    if not listed:
        say(f"Nobody is away. `{_EXAMPLE}` says that somebody will be.")


def _print(opened: OpenIntake, result: RecordedAbsence, *, as_json: bool) -> None:
    now = opened.intake.context.now()
    if as_json:
        print_json(result.absence.to_json(now))
    else:
        say(*absence_lines([result.absence], now))
    if result.customers and opened.away is not None:
        aside(f"The customers' timelines say so {opened.later}")
