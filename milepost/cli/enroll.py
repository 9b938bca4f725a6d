"""`milepost enroll`: begins journeys, for one customer or for all that a map is for."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import OpenIntake, open_intake
from milepost.cli.support.output import AsJson, print_json, say, table, unmatched
from milepost.intake.book import enrol_all
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.import_account import Unmatched
from milepost.intake.typed_entry import read_entry
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.text import count_of

Result = Enrolment | NoEnrolment
_REASONS = 5  # that are named


async def enroll(
    customer: Annotated[str | None, typer.Argument(metavar="CUSTOMER", help="The customer's id.")] = None,
    *,
    context: typer.Context,
    map_id: Annotated[
        str | None, typer.Option("--map", metavar="ID", help="Use this map, whatever its segment says.")
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="Every customer that a map is for and that has no open journey.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Begin again, whatever the map's reenter says; needs --reason.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why it begins again; it stands on the timeline.")] = None,
    enters: Annotated[
        Path | None,
        typer.Option("--enters", metavar="FILE", help="Where the customer stands: stage, since, done, ... as YAML."),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who begins it again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Begin the journey of a customer, or with --all of every customer that a map is for.

    Prints who got which map, and why others got none. A map's `reenter` applies to everybody, unless
    --again takes back an ending by mistake: a new journey begins at the first stage, or where --enters says.
    With --all, customers whose journey had ended when they were imported are left alone, and counted.
    """
    if (customer is None) is not everyone:
        raise typer.BadParameter("name one customer, or use --all", param_hint="CUSTOMER")
    if everyone and map_id is not None:
        raise typer.BadParameter("goes with one customer; with --all each map's segment decides", param_hint="--map")
    if everyone and (again or enters):
        raise typer.BadParameter("--again and --enters go with one customer", param_hint="--all")
    if again is not bool(reason and reason.strip()):
        raise typer.BadParameter("--again and --reason go together", param_hint="--reason")
    start = JourneyStart(_entry_point(enters) if enters else None, reason, by if again else None)
    async with open_intake(settings_of(context)) as opened:
        if customer is not None:
            await _enrol_one(opened, customer, map_id, start, as_json=as_json)
        else:
            await _enrol_everyone(opened, as_json=as_json)


def _entry_point(file: Path) -> EntryPoint:
    """Reads where a customer enters."""
    try:
        return read_entry(file.read_text("utf-8"), repr(str(file)))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{str(file)!r} can't be read: {error}.") from None


async def _enrol_one(
    opened: OpenIntake, customer: str, map_id: str | None, start: JourneyStart, *, as_json: bool
) -> None:
    result = await opened.intake.enrol(customer, map_id=map_id, start=start)
    if as_json:
        print_json(_data(result))
    if isinstance(result, NoEnrolment):
        raise CommandError(
            f"No map is for {customer!r}: {result.why}.",
            f"Correct its attributes (`milepost tell {customer} set NAME=VALUE`), or name a map with --map.",
        )
    if not as_json:
        say(f"{customer} has begun journey {result.journey} on map {result.map}.")
        say(f"Next: `milepost show {customer}`." if result.started else f"It begins {opened.later}")


async def _enrol_everyone(opened: OpenIntake, *, as_json: bool) -> None:
    swept = await opened.intake.sweeper.sweep() if opened.away is None else None
    results: list[Result] = []
    async for result in enrol_all(opened.intake):
        results.append(result)
        if as_json:
            print_json(_data(result))
    if as_json:
        return
    begun = [each for each in results if isinstance(each, Enrolment)]
    waiting = sum(not each.started for each in begun)
    if begun:
        table(None, ["Customer", "Journey", "Map"], [(each.customer, each.journey, each.map) for each in begun])
    whys, ends = Unmatched(), Counter[str]()
    for each in results:
        if isinstance(each, NoEnrolment) and each.ended_before is not None:
            ends[each.ended_before] += 1
        elif isinstance(each, NoEnrolment):
            whys.add(each.customer, each.why)
    unmatched(whys)
    if ends:
        reasons = ", ".join(f"{count} {reason}" for reason, count in ends.most_common(_REASONS))
        say(f"{count_of(ends.total(), 'customer')} left alone: their journeys had ended before the import ({reasons}).")
        say("One of them begins again with `milepost enroll CUSTOMER --again --reason WHY`.")
    say(f"{count_of(len(begun), 'journey')} began; {count_of(len(results) - len(begun), 'customer')} got none.")
    if swept:
        say(f"{count_of(swept, 'journey')} that had not started, or were late, got a nudge.")
    if waiting:
        say(f"{count_of(waiting, 'journey')} of them begin by themselves {opened.later}")
    say("Next: `milepost customers` shows where everybody stands.")


def _data(result: Result) -> dict[str, Any]:
    data = {"customer": result.customer, "journey": None, "map": None, "started": False, "why_not": None}
    return data | ({"why_not": result.why} if isinstance(result, NoEnrolment) else asdict(result))
