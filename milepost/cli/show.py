"""`milepost show CUSTOMER`: where one customer stands, why, and what comes next."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import open_database, read_overview
from milepost.cli.support.journey_text import journey_heading, pending_summary
from milepost.cli.support.local_timezone import TimeZone
from milepost.cli.support.output import AsJson, heading, print_json, say, table
from milepost.explain.answer_words import answered_by
from milepost.explain.journey import with_outlook_sentence
from milepost.explain.local_time import agreed_time_of, day_of, due_day_of, time_of, zone_text
from milepost.explain.overview import AnswerRecord, CustomerOverview, JourneyOverview, OutcomeRecord
from milepost.explain.sentences import Wording, outlook_sentence
from milepost.explain.vocabulary import VERDICTS
from milepost.explain.waits import WaitingStep
from milepost.planner.agreements import AgreedTime, agreed_json
from milepost.planner.enums import JourneyStatus
from milepost.planner.instants import Instant, optional_text, text
from milepost.planner.open_tasks import Task
from milepost.planner.timeline import Entry
from milepost.store.compiled_maps import CompiledMaps
from milepost.text import count_of, number, yes_or_no


async def show(
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
    async with open_database(settings_of(context)) as store:
        overview = await read_overview(store, CompiledMaps(store), customer, timezone)
    if as_json:
        print_json(_to_json(overview, last))
        return
    _print_customer(overview)
    if overview.journey is None:
        why = overview.unmatched_why
        say(f"It has no journey: {why or 'none has begun yet'}.", f"Next: `milepost enroll {customer}`.")
    else:
        _print_journey(overview.journey, last)


def _last(journey: JourneyOverview, count: int) -> tuple[Entry, ...]:
    return journey.entries[max(len(journey.entries) - count, 0) :]


def _print_customer(overview: CustomerOverview) -> None:
    customer = overview.customer
    heading(f"{customer.name} ({customer.id})")
    where = [customer.country, zone_text(customer.timezone, overview.now), customer.language]
    say(", ".join(part for part in where if part))
    if customer.attributes:
        say(", ".join(f"{name} {_value(value)}" for name, value in customer.attributes.items()))


def _print_journey(journey: JourneyOverview, last: int) -> None:
    say(_standing(journey))
    if journey.pending:
        say(pending_summary(journey.pending))
    if not journey.state.begun:
        say("A worker takes it up: `milepost up`, or `milepost worker`.")
        return
    zone = journey.zone
    waits = [
        (
            f"Stage: {each.title}" if each.status == "ahead" else each.title,
            "overdue" if each.overdue else each.status,
            _due(each.due_at, each.agreed, zone),
            each.waits_for,
        )
        for each in journey.waits
    ]
    _section("Open, and what it waits for", ["What", "Status", "Due", "Waits for"], waits)
    tasks = [
        (each.title, _who(each, journey.say), _due(each.due_at, each.agreed, zone), each.task) for each in journey.tasks
    ]
    _section("Tasks", ["Task", "Who", "Due", "Id"], tasks)
    outcomes = [_outcome(each, journey.say) for each in journey.outcomes]
    _section("Outcomes", ["Outcome", "Standing", "Value", "Who"], outcomes)
    past = [(time_of(entry.at, zone), journey.say.sentence(entry)) for entry in _last(journey, last)]
    _section("What happened last", ["When", "What"], past)
    _print_ahead(journey)


def _standing(journey: JourneyOverview) -> str:
    record = journey.record
    title = journey_heading(journey, f", {journey.version}")
    if record.ended_at is not None:
        return title
    where = ", ".join(stage.title for stage in journey.stages) or (
        "between stages" if journey.state.begun else "about to begin"
    )
    plays = ", ".join(play.title for play in journey.plays)
    beside = f"; beside it: {plays}" if plays else ""
    paused = " It is paused; `milepost tell CUSTOMER resumed` goes on." if record.status == JourneyStatus.PAUSED else ""
    blocked = ""
    if record.blocked_since is not None:
        since = time_of(record.blocked_since, journey.zone)
        page = "The customer's page in the web application says what to do."
        blocked = f"\nBlocked since {since}: {record.blocked_why}\n{page}"
    return f"{title}: {where}{beside}.{paused}{blocked}"


def _section(title: str, headings: list[str], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        table(title, headings, rows)


def _who(task: Task, say: Wording) -> str:
    return say.person(task.person) if task.person else f"team {say.role(task.role)}"


def _outcome(outcome: OutcomeRecord, say: Wording) -> tuple[Any, ...]:
    last = outcome.last
    if last is None:
        return outcome.statement, outcome.status, None, None
    return outcome.statement, VERDICTS.get(last.verdict, last.verdict), _value(last.value), _by(last, say)


def _by(answer: AnswerRecord, say: Wording) -> str | None:
    return answered_by(say, answer.by, answer.on_behalf_of, answer.reason) if answer.by else None


def _print_ahead(journey: JourneyOverview) -> None:
    ahead = journey.outlook
    if ahead is None or ahead.paused or journey.record.status == JourneyStatus.ENDED:
        return
    if not ahead.entries:
        say(f"Nothing happens by itself up to {day_of(ahead.until, journey.zone)}: the journey waits for people.")
        return
    rows = [(time_of(entry.at, journey.zone), outlook_sentence(journey.say, entry)) for entry in ahead.entries]
    _section("What comes next, if nobody does anything", ["When", "What"], rows)
    if ahead.more:
        say("... and more.")
    open_tasks = count_of(len(journey.tasks), "task")
    say(f"{open_tasks} open. Next: `milepost tell {journey.record.customer_id} step_done STEP` when one is done.")


def _due(at: Instant | None, agreed: AgreedTime | None, zone: str) -> str | None:
    if agreed is not None:
        return agreed_time_of(*agreed, zone)
    return None if at is None else due_day_of(at, zone)


def _value(value: Any) -> str | None:
    """A value for people: yes or no, a number without trailing zeros, or the text."""
    if value is None:
        return None
    return yes_or_no(value) if isinstance(value, bool) else number(value)


def _to_json(overview: CustomerOverview, last: int) -> dict[str, Any]:
    return {
        "customer": overview.customer.to_json(),
        "unmatched_why": overview.unmatched_why,
        "now": text(overview.now),
        "journey": _journey_json(overview.journey, last) if overview.journey else None,
    }


def _journey_json(journey: JourneyOverview, last: int) -> dict[str, Any]:
    record, ahead, since = journey.record, journey.outlook, journey.record.blocked_since
    return {
        "journey": record.id,
        "blocked": None if since is None else {"since": text(since), "why": record.blocked_why},
        "map": record.map,
        "version": record.version,
        "version_number": journey.number,
        "status": record.status,
        "reason": record.reason,
        "started_at": text(record.started_at),
        "ended_at": optional_text(record.ended_at),
        "planned_with": record.planned_with,
        "stages": [stage.stage for stage in journey.stages],
        "plays": [play.play for play in journey.plays],
        "steps": [_waits_json(each) for each in journey.waits],
        "tasks": [_task_json(each) for each in journey.tasks],
        "outcomes": [_outcome_json(each) for each in journey.outcomes],
        "timeline": [
            {**entry.to_json(), **journey.say.status_of(entry), "text": journey.say.sentence(entry)}
            for entry in _last(journey, last)
        ],
        "next": [with_outlook_sentence(journey.say, entry) for entry in ahead.entries] if ahead else [],
        "not_yet_taken_in": list(journey.pending),
    }


def _waits_json(each: WaitingStep) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.title,
        "in": each.container,
        "status": each.status,
        "waits_for": each.waits_for,
        "due_at": optional_text(each.due_at),
        **agreed_json(each.agreed),
        "overdue": each.overdue,
    }


def _task_json(each: Task) -> dict[str, Any]:
    return {
        "task": each.task,
        "title": each.title,
        "role": each.role,
        "person": each.person,
        "due_at": optional_text(each.due_at),
        "agreed_at": optional_text(each.agreed_at),
        "agreed_minutes": each.agreed_minutes,
        "results": list(each.results),
    }


def _outcome_json(each: OutcomeRecord) -> dict[str, Any]:
    last = each.last
    return {
        "outcome": each.outcome,
        "occurrence": each.occurrence,
        "statement": each.statement,
        "status": each.status,
        "verdict": last.verdict if last else None,
        "value": last.value if last else None,
        "asked_of": each.asked_of,
        "by": last.by if last else None,
        "on_behalf_of": last.on_behalf_of if last else None,
        "reason": last.reason if last else None,
        "how": last.method if last else None,
        "at": text(last.at) if last else None,
    }
