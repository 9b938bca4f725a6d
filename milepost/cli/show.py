"""`milepost show CUSTOMER`: where one customer stands, why, and what comes next."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.customer_overview import Picture, Running, look
from milepost.cli.support.database import opened
from milepost.cli.support.local_timezone import TimeZone
from milepost.cli.support.output import AsJson, count_of, heading, number, print_json, say, table
from milepost.cli.support.pending_facts import underway_said
from milepost.explain.future_sentences import outlook_sentence
from milepost.explain.local_time import day_of, time_of, zone_said
from milepost.explain.sentences import spaced
from milepost.explain.vocabulary import ENDINGS, VERDICTS
from milepost.planner.instants import Instant
from milepost.settings import Settings
from milepost.store.outcomes import OutcomeLine


def show(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")],
    *,
    context: typer.Context,
    last: Annotated[int, typer.Option(min=0, metavar="N", help="How many of the last happenings.")] = 10,
    timezone: TimeZone = None,
    as_json: AsJson = False,
) -> None:
    """Show a customer's journey: what is open, what was confirmed, what happened last, what comes next and why.

    Times are on the customer's own clock, unless --timezone says another.
    """
    picture = asyncio.run(_look(settings_of(context), customer, last, timezone))
    if as_json:
        print_json(picture.to_json())
        return
    _print_customer(picture)
    if picture.journey is None:
        why = picture.unmatched_why
        say(f"It has no journey: {why or 'none was begun yet'}.", f"Next: `milepost enroll {customer}`.")
    else:
        _print_journey(picture.journey)


async def _look(settings: Settings, customer: str, last: int, timezone: str | None) -> Picture:
    async with opened(settings) as store:
        return await look(store, customer, last, timezone)


def _print_customer(picture: Picture) -> None:
    customer = picture.customer
    heading(f"{customer.name} ({customer.id})")
    where = [part for part in (customer.country, zone_said(customer.timezone, picture.now), customer.language) if part]
    say(", ".join(where))
    if customer.attributes:
        say(", ".join(f"{name} {_value(value)}" for name, value in customer.attributes.items()))


def _print_journey(journey: Running) -> None:
    say(_standing(journey))
    if journey.underway:
        say(underway_said(journey.underway))
    if not journey.state.begun:
        say("A worker takes it up: `milepost up`, or `milepost worker`.")
        return
    _section("Open, and what it waits for", ["What", "Status", "Due", "Waits for"], _open(journey))
    _section("Tasks", ["Task", "Who", "Due", "Id"], _tasks(journey))
    _section("Outcomes", ["Outcome", "Standing", "Value", "Who"], [_outcome(each) for each in journey.outcomes])
    happened = [(time_of(entry.at, journey.zone), journey.say.sentence(entry)) for entry in journey.happened]
    _section("What happened last", ["When", "What"], happened)
    _print_ahead(journey)


def _standing(journey: Running) -> str:
    row, say_of = journey.row, journey.say
    title = f"Journey {row.id} on {journey.compiled_map.map.title!r}, {journey.version}, "
    title += f"since {day_of(row.started_at, journey.zone)}"
    if row.status == "ended":
        reason = row.reason or ""
        return (
            f"{title}: ended {day_of(row.ended_at or row.clock, journey.zone)}, {ENDINGS.get(reason, spaced(reason))}."
        )
    where = ", ".join(say_of.stage(stage) for stage in journey.stages) or (
        "between stages" if journey.state.begun else "about to begin"
    )
    plays = ", ".join(say_of.play(play) for play in journey.plays)
    beside = f"; beside it: {plays}" if plays else ""
    paused = " It is paused; `milepost tell CUSTOMER resumed` goes on." if row.status == "paused" else ""
    return f"{title}: {where}{beside}.{paused}{_blocked(journey)}"


def _blocked(journey: Running) -> str:
    """What keeps the journey from being planned, if anything does."""
    row = journey.row
    if row.blocked_since is None:
        return ""
    since = time_of(row.blocked_since, journey.zone)
    return (
        f"\nIt is blocked since {since}: {row.blocked_why}\nThe customer's page in the web application says what to do."
    )


def _section(title: str, headings: list[str], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        heading(title)
        table(None, headings, rows)


def _open(journey: Running) -> list[tuple[Any, ...]]:
    return [
        (
            f"Stage: {each.title}" if each.status == "ahead" else each.title,
            "overdue" if each.overdue else each.status,
            _day(each.due_at, journey.zone),
            each.waits_for,
        )
        for each in journey.standing
    ]


def _tasks(journey: Running) -> list[tuple[Any, ...]]:
    return [
        (each.title, each.person or f"team {journey.say.role(each.role)}", _day(each.due_at, journey.zone), each.task)
        for each in journey.tasks
    ]


def _outcome(line: OutcomeLine) -> tuple[Any, ...]:
    last = line.last
    if last is None:
        return line.outcome.statement, line.outcome.status, None, None
    return line.outcome.statement, VERDICTS.get(last.verdict, last.verdict), _value(last.value), last.said_by


def _print_ahead(journey: Running) -> None:
    ahead = journey.ahead
    if ahead.paused or journey.row.status == "ended":
        return
    if not ahead.entries:
        say(f"Nothing comes by itself up to {day_of(ahead.until, journey.zone)}: the journey waits for somebody.")
        return
    rows = [(time_of(entry.at, journey.zone), outlook_sentence(journey.say, entry)) for entry in ahead.entries]
    _section("What comes next, if nobody does anything", ["When", "What"], rows)
    if ahead.more:
        say("... and more.")
    open_tasks = count_of(len(journey.tasks), "task")
    say(f"{open_tasks} open. Next: `milepost tell {journey.row.customer_id} step_done STEP` when one is done.")


def _day(at: Instant | None, zone: str) -> str | None:
    return None if at is None else day_of(at, zone)


def _value(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else value
