"""A manager shares a queue out: each task goes to one of the team who has the role, by the hours that are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.explain import local_time
from milepost.explain.assignments import NO_ESTIMATE, Key, QueuedTask, assign
from milepost.explain.sentences import spaced
from milepost.planner.written_facts import WrittenAgreement, WrittenFact
from milepost.store import books, tasks
from milepost.store.equal_tasks import MOST
from milepost.store.tables import TaskRow
from milepost.store.tasks import TaskFilter, TaskLine
from milepost.web import forms
from milepost.web.desk import batch
from milepost.web.desk.batch import SentBatch
from milepost.web.desk.rows import key_of
from milepost.web.desk.team import Colleague, colleagues
from milepost.web.form_values import Line, Tick
from milepost.web.identity import Acting, Person, book_of
from milepost.web.pages import Values, back_to, render_aside, shell
from milepost.web.services import Served, Services

ADDRESS = "/desk/queues/share"
router = APIRouter(include_in_schema=False)
_MOST_PEOPLE = 200
"""Colleagues on the page, the first by name."""
Addresses = list[Annotated[str, Field(max_length=limits.ADDRESS)]]


class Choice(BaseModel):
    """What the page shows: the queue of which role, to whom it goes (None: to all who are there), and how far."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: Annotated[str, Field(max_length=limits.NAME)]
    to: Addresses | None = None
    beyond: Tick = None

    def has(self, colleague: Colleague) -> bool:
        return colleague.away is None if self.to is None else colleague.address in self.to


@dataclass(frozen=True, slots=True)
class Share:
    """What a colleague would get: how many tasks, and the minutes that they take."""

    colleague: Colleague
    is_chosen: bool
    tasks: int
    minutes: int


def address_of(role: str) -> str:
    """Returns the address of the page that shares out the queue of a role."""
    return f"{ADDRESS}?{urlencode({'role': role})}"


@router.get(ADDRESS)
async def proposed(request: Request, served: Served, person: Acting, choice: Annotated[Choice, Query()]) -> Response:
    """Who would get how much, among all who have the role or those who are chosen of them."""
    zone, role = await served.zone(), choice.role
    lines = await _queue(served, person, role)
    team = await _who_may(served, person, role, zone)
    chosen = {each.address for each in team if choice.has(each)}
    given = _assigned(lines, team, chosen, beyond=bool(choice.beyond))
    page: Values = {
        "role": role,
        "title": spaced(role).capitalize(),
        "lines": lines,
        "minutes": sum(_minutes(line) for line in lines),
        "most": MOST,
        "shares": _shares(team, chosen, lines, given),
        "stay": len(lines) - len(given),
        "beyond": bool(choice.beyond),
        "has_hours": any(each.has is not None for each in team),
        "tokens": [forms.token(served, person.session, "task", *key_of(line)) for line in lines],
        "form": forms.token(served, person.session, batch.FORM),
        "text": local_time.effort_text,
    }
    around = shell(request, served, person, "Share out a queue", "queues", zone=zone)
    return await render_aside("desk/queue_shares.html", page, around)


@router.post(ADDRESS)
async def share(
    sent: Annotated[SentBatch, Depends()],
    role: Line,
    to: Annotated[Addresses | None, Form()] = None,
    beyond: Annotated[Tick, Form()] = None,
    again: Annotated[Tick, Form()] = None,
) -> Response:
    """Gives the tasks to those who were chosen, but for what somebody has by now; it can be undone as one.

    With `again` it only shows what those who are chosen now would get.
    """
    if not to:
        return back_to(address_of(role), "nobody_chosen")
    if again:
        return RedirectResponse(f"{address_of(role)}&{urlencode({'to': to, 'beyond': beyond or ''}, doseq=True)}", 303)
    lines = {
        number: line
        for number, line in (await sent.open_lines(_has_step)).items()
        if line.task.person is None and line.task.role == role
    }
    team = await _who_may(sent.served, sent.person, role, await sent.served.zone())
    given = _assigned(list(lines.values()), team, {each.strip().lower() for each in to}, beyond=bool(beyond))
    those = {number: line for number, line in lines.items() if key_of(line) in given}

    def fact_of(line: TaskLine) -> WrittenFact:
        return WrittenFact(agreed={line.task.step or "": WrittenAgreement(person=given[key_of(line)])})

    notice = await sent.record(those, fact_of)
    if notice == "noted":
        notice = "shared_out" if len(those) == len(set(sent.chosen)) else "shared_in_part"
    return back_to("/desk/queues", notice if those else "not_shared")


async def _queue(served: Services, viewer: Person, role: str) -> list[TaskLine]:
    """Returns the most urgent tasks of a role's queue that the viewer sees and that are of a step."""
    async with served.store.reading() as session:
        page = await tasks.list_open(session, TaskFilter(unowned=(role,)), limit=MOST)
        book = await book_of(session, served, viewer)
        own = await books.among(session, book, {line.task.customer_id for line in page.lines})
    return [line for line in page.lines if line.task.customer_id in own and _has_step(line.task)]


def _has_step(task: TaskRow) -> bool:
    return task.step is not None


async def _who_may(served: Services, viewer: Person, role: str, zone: str) -> list[Colleague]:
    """Returns to whom the viewer can give tasks of a role: who has it at some customer; where nobody has, to all."""
    team = await colleagues(served, viewer, zone, role)
    return sorted(team, key=lambda each: each.name.casefold())[:_MOST_PEOPLE]


def _assigned(
    lines: Sequence[TaskLine], team: Sequence[Colleague], chosen: Collection[str], *, beyond: bool
) -> Mapping[Key, str]:
    """Returns to whom each task goes; where nobody has told their hours, to whoever has least to do."""
    queue = [QueuedTask(key_of(line), line.task.customer_id, line.task.effort_minutes) for line in lines]
    those = [each for each in team if each.address in chosen]
    if not any(each.has is not None for each in those):
        return assign(queue, {each.address: -each.load.minutes for each in those}, beyond=True)
    return assign(queue, {each.address: each.left for each in those}, beyond=beyond)


def _minutes(line: TaskLine) -> int:
    return NO_ESTIMATE if line.task.effort_minutes is None else line.task.effort_minutes


def _shares(
    team: Sequence[Colleague], chosen: Collection[str], lines: Sequence[TaskLine], given: Mapping[Key, str]
) -> list[Share]:
    """Returns what each would get, whoever gets most first."""
    many = Counter(given.values())
    minutes = Counter[str]()
    for line in lines:
        if (address := given.get(key_of(line))) is not None:
            minutes[address] += _minutes(line)
    shares = [Share(each, each.address in chosen, many[each.address], minutes[each.address]) for each in team]
    return sorted(shares, key=lambda share: -share.tasks)
