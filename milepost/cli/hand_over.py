"""`milepost hand-over`: hands a colleague's customers over to another one, for good or while the colleague is away."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from milepost.cli.support.absence_text import absence_lines
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import OpenIntake, open_intake
from milepost.cli.support.local_timezone import iso_due_day
from milepost.cli.support.output import AsJson, aside, print_json, say, table
from milepost.explain.local_time import date_text, effort_text, zone_text
from milepost.explain.people_names import colleague_name
from milepost.intake import absences
from milepost.intake.absences import NewAbsence
from milepost.intake.colleagues import working_zone
from milepost.intake.hand_over import HandOver, HandOverPreview, preview
from milepost.intake.hand_over_runs import HandOverResult, carry_out
from milepost.language.attribute_values import parse_date
from milepost.planner.zones import is_zone
from milepost.text import count_of, listing

_LISTED = 20


def day_of(text: str | None) -> date | None:
    """Reads a date that somebody typed.

    Raises:
        BadParameter: it isn't one.
    """
    day = parse_date(text)
    if text is not None and day is None:
        raise typer.BadParameter(f"{text!r} isn't a date; write one, such as 2026-12-21")
    return day


def _zone(text: str | None) -> str | None:
    if text is not None and not is_zone(text):
        raise typer.BadParameter(f"unknown time zone {text!r}; write an IANA name, such as Europe/Berlin")
    return text


Customers = Annotated[
    list[str] | None,
    typer.Option("--customers", metavar="IDS", help="Only these customers: ids with commas between, or repeated."),
]
Timezone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="NAME", callback=_zone, help="Where the days are. Default: as maps work."),
]


async def hand_over(
    former: Annotated[str, typer.Argument(metavar="FROM", help="The address of the colleague who leaves or is away.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="The address of the colleague who takes over or stands in.")],
    *,
    context: typer.Context,
    first_day: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="The first day away. Default: today; goes with --until."),
    ] = None,
    last_day: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="The last day away: then everything comes back by itself."),
    ] = None,
    customers: Customers = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help="Only this role; may be repeated.")
    ] = None,
    introduce: Annotated[
        bool, typer.Option("--introduce", help="Let the customers' maps introduce the new colleague to them.")
    ] = False,
    timezone: Timezone = None,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who says so; it stands on the timelines.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would move, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hand over what a colleague has, for good; or with --until, while the colleague is away.

    For good, the roles change in the customers' teams, and tasks go along. For days, open and new tasks go to the
    delegate and come back by themselves. `milepost away` lists absences, ends and changes them.
    """
    ids = tuple(each.strip() for text in customers or () for each in text.split(",") if each.strip()) or None
    wish = HandOver(former.strip(), to.strip(), tuple(role or ()) or None, ids, introduce)
    first, last = day_of(first_day), day_of(last_day)
    if last is None and (first is not None or timezone is not None):
        raise typer.BadParameter("goes with --until; a hand-over for good has no days", param_hint="--from, --timezone")
    async with open_intake(settings_of(context)) as opened:
        if last is None:
            await _for_good(opened, wish, by, dry_run=dry_run, as_json=as_json)
            return
        if introduce:
            raise typer.BadParameter(
                "is for a hand-over for good; a delegate isn't introduced", param_hint="--introduce"
            )
        if role and len(role) > 1:
            raise typer.BadParameter("name one role at a time with --until", param_hint="--role")
        away = NewAbsence(wish.former, wish.to, last, first, role[0] if role else None, ids, timezone)
        await _for_days(opened, wish, away, by, dry_run=dry_run, as_json=as_json)


async def _for_good(opened: OpenIntake, wish: HandOver, by: str | None, *, dry_run: bool, as_json: bool) -> None:
    context = opened.intake.context
    shown = await preview(context, wish)
    result = HandOverResult() if dry_run else await carry_out(context, wish, by=by, source="cli")
    if as_json:
        done = {"dry_run": dry_run, "done": result.done, "failed": result.failed}
        print_json(shown.to_json() | done)
    elif not shown.customers:
        say(f"{colleague_name(wish.former)} has nothing to hand over.")
    else:
        _print(shown, await working_zone(context), would=dry_run)
    _print_result(opened, shown, result, dry_run=dry_run)


def _print_result(opened: OpenIntake, shown: HandOverPreview, result: HandOverResult, *, dry_run: bool) -> None:
    for customer, why in result.failed.items():
        aside(f"{customer} could not be handed over: {why}")
    if result.done and opened.away is not None:
        aside(f"The journeys take it in {opened.later}")
    if dry_run and shown.customers:
        aside("Nothing has changed. Run it again without --dry-run.")
    if result.failed:
        stayed = f"{count_of(len(result.failed), 'customer')} of {len(shown.customers)}"
        raise CommandError(
            f"{stayed} stayed with {colleague_name(shown.hand_over.former)}.",
            "Run the same again: it goes on with what is left.",
        )


async def _for_days(
    opened: OpenIntake, wish: HandOver, away: NewAbsence, by: str | None, *, dry_run: bool, as_json: bool
) -> None:
    context = opened.intake.context
    absence = await absences.check(context, away)
    shown = await preview(context, wish)
    if not dry_run:
        absence = (await absences.record(context, away, by=by, source="cli")).absence
    if as_json:
        print_json({**shown.to_json(), "absence": absence.to_json(context.now()), "dry_run": dry_run})
        return
    say(*absence_lines([absence], context.now(), numbers=not dry_run))
    if shown.customers:
        _print(shown, absence.timezone, would=True, stays=True)
    if dry_run:
        aside("Nothing has changed. Run it again without --dry-run.")
    elif opened.away is not None:
        aside(f"The customers' timelines say so {opened.later}")


def _print(shown: HandOverPreview, zone: str, *, would: bool, stays: bool = False) -> None:
    names = listing([each.customer for each in shown.customers], most=_LISTED)
    verb = "To hand over" if would and not stays else "What is theirs now" if stays else "Handed over"
    say(f"{verb}: {count_of(len(shown.customers), 'customer')} ({names}).")
    if shown.roles and not stays:
        roles = listing([f"{role} of {count_of(many, 'customer')}" for role, many in shown.roles.items()])
        say(f"Roles that go to {colleague_name(shown.hand_over.to)}: {roles}.")
    effort = f", {effort_text(shown.minutes)}" if shown.minutes else ""
    say(f"Open tasks: {len(shown.tasks)}{effort}.")
    if shown.tasks:
        rows = [(iso_due_day(line.task.due_at, zone), line.task.customer_id, line.task.title) for line in shown.tasks]
        say(f"Days are those of {zone_text(zone, shown.tasks[0].task.opened_at)}.")
        table("Open tasks", ["Due", "Customer id", "Task"], rows[:_LISTED])
        if len(rows) > _LISTED:
            say(f"... and {len(rows) - _LISTED} more.")
    if shown.meetings:
        dates = [(iso_due_day(each.due_at, zone), each.customer, each.title) for each in shown.meetings]
        table("Dates that were agreed on with guests", ["Due", "Customer id", "Task"], dates)
    _print_remarks(shown)


def _print_remarks(shown: HandOverPreview) -> None:
    load, wish = shown.load, shown.hand_over
    former, to = colleague_name(wish.former), colleague_name(wish.to)
    has = f"{count_of(load.customers, 'customer')} and {count_of(load.tasks, 'open task')}"
    say(f"{to} had {has} before{f', {effort_text(load.minutes)}' if load.minutes else ''}.")
    if shown.away is not None:
        say(f"{to} is away until {date_text(shown.away.last_day)}; {colleague_name(shown.away.delegate)} stands in.")
    if wish.introduce and shown.without_introduction:
        say(f"{count_of(shown.without_introduction, 'customer')} get no introduction: their maps have none.")
    if shown.maps:
        say(f"{former} owns {listing(list(shown.maps))}: name another owner in the map and publish it.")
