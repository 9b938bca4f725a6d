"""`milepost tasks`: lists the tasks of colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import check_in_use, now_of, open_database
from milepost.cli.support.errors import CommandError
from milepost.cli.support.local_timezone import TimeZone, iso_due_day, local_timezone
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.explain.local_time import agreed_time_of, zone_text
from milepost.explain.people_names import colleague_name
from milepost.intake.context import customer_of
from milepost.language.names import nearest
from milepost.planner.instants import Instant, optional_text, text
from milepost.store import absences, customers, reviews
from milepost.store import tasks as task_rows
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.reviews import MapReview
from milepost.store.stand_ins import StandIns
from milepost.store.tasks import Day, TaskFilter, TaskLine
from milepost.text import count_of

_ALL = 10_000_000


async def tasks(
    *,
    context: typer.Context,
    person: Annotated[
        str | None,
        typer.Option(metavar="EMAIL", help="Only a colleague's, including those escalated to the colleague."),
    ] = None,
    role: Annotated[str | None, typer.Option(metavar="ROLE", help="Only those of a role.")] = None,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="Only those of a customer.")] = None,
    timezone: TimeZone = None,
    as_json: AsJson = False,
) -> None:
    """List open tasks: overdue, due today, next; and maps that their owner should review.

    Filters are combined; maps have neither role nor customer. Days are those of this machine's time zone, unless
    --timezone names another.
    """
    zone = timezone or local_timezone()
    address = person.strip().lower() if person else None
    async with open_database(settings_of(context)) as store:
        if role is not None:
            await check_in_use(store, "role", role, lambda compiled_map: compiled_map.map.roles)
        async with store.reading() as session:
            if customer is not None:
                customer = (await customer_of(session, customer)).id
            now = await now_of(session)
            in_force = await absences.in_force(session, now)
            wanted = TaskFilter(person=person, role=role, customer=customer, stand_ins=in_force)
            lines = (await task_rows.list_open(session, wanted, limit=_ALL)).lines
        owned = [] if role or customer else await reviews.current_reviews(store, CompiledMaps(store), now)
        due = reviews.due_for(owned, person)
        if address is not None and not lines and not due:
            await _check_person(store, address, now)
    day = task_rows.arrange(lines, now, zone)
    if not as_json:
        _print(day, due, zone, in_force)
        return
    for when, part in (("overdue", day.overdue), ("today", day.today), ("next", day.next)):
        for line in part:
            print_json({"when": when, **_to_json(line, in_force)})
    for each in due:
        print_json(_review_to_json(each))


async def _check_person(store: Store, address: str, now: Instant) -> None:
    """Refuse an address that nobody has: somebody without tasks may be misspelled."""
    async with store.reading() as session:
        people = set(await customers.colleagues(session)) | set(await task_rows.people(session))
    people |= {each.owner for each in await reviews.current_reviews(store, CompiledMaps(store), now)}
    if address not in people:
        near = nearest(address, people)
        hint = f"Did you mean {near!r}?" if near else "`milepost customers` shows the customers and their teams."
        raise CommandError(f"Nobody with the address {address!r} is on a customer's team or owns a map.", hint)


def _print(day: Day, due: Sequence[MapReview], zone: str, in_force: StandIns) -> None:
    for title, lines in (("Overdue", day.overdue), ("Due today", day.today), ("Next", day.next)):
        if lines:
            table(title, ["Due", "Customer id", "Task", "Who"], (_row(line, zone, in_force) for line in lines))
    if shown := [*day.overdue, *day.today, *day.next]:
        say(f"{count_of(len(shown), 'task')}, on days in {zone_text(zone, shown[0].task.opened_at)}.")
        say("Done with one? `milepost tell CUSTOMER step_done STEP`; STEP is the part in brackets before the last `/`.")
    elif not due:
        say("No task is open. `milepost customers` shows where everybody stands.")
    if due:
        table("Maps to review", ["Due", "Map", "Owner", "Hypothesis"], (_review_row(each, zone) for each in due))
        say("Reviewed one? Say so on its owner's day in the web application, or in the team queues.")


def _row(line: TaskLine, zone: str, in_force: StandIns) -> tuple[Any, ...]:
    task = line.task
    who = colleague_name(task.person) if task.person else f"team {task.role}"
    if (stand_in := in_force.for_task(task.person, task.role, task.customer_id)) is not None:
        who = f"{colleague_name(stand_in.delegate)}\nfor {who}, away until {stand_in.absence.last_day}"
    if task.escalated_to:
        who += f"\nand {colleague_name(task.escalated_person or task.escalated_to)}"
    due = "paused" if line.paused else iso_due_day(task.due_at, zone)
    if task.agreed_at is not None and not line.paused:
        due = f"{due}\nagreed for {agreed_time_of(task.agreed_at, task.agreed_minutes, zone)}"
    return due, task.customer_id, f"{task.title} ({task.task})", who


def _to_json(line: TaskLine, in_force: StandIns) -> dict[str, Any]:
    task = line.task
    stand_in = in_force.for_task(task.person, task.role, task.customer_id)
    return {
        "customer": task.customer_id,
        "customer_name": line.customer_name,
        "journey": task.journey_id,
        "map": line.map,
        "task": task.task,
        "step": task.step,
        "title": task.title,
        "role": task.role,
        "person": task.person,
        "stand_in": stand_in.delegate if stand_in else None,
        "away_until": stand_in.absence.last_day.isoformat() if stand_in else None,
        "why": task.why,
        "about": task.about,
        "opened_at": text(task.opened_at),
        "due_at": optional_text(task.due_at),
        "agreed_at": optional_text(task.agreed_at),
        "agreed_minutes": task.agreed_minutes,
        "escalated_to": task.escalated_to,
        "escalated_person": task.escalated_person,
        "results": task.results,
        "playbook": task.playbook,
        "effort_minutes": task.effort_minutes,
        "paused": line.paused,
    }


def _review_row(each: MapReview, zone: str) -> tuple[Any, ...]:
    due = iso_due_day(each.review.due_at, zone) if each.review else None
    return due, each.map.title, each.map.owner, each.map.hypothesis


def _review_to_json(each: MapReview) -> dict[str, Any]:
    return {
        "when": "overdue",
        "customer": None,
        "map": each.map.map,
        "task": f"review/{each.map.map}",
        "title": f"Review the map {each.map.title!r}",
        "person": each.owner,
        "why": "review",
        "about": each.map.hypothesis,
        "due_at": text(each.review.due_at) if each.review else None,
    }
