"""A customer's request that is for others: one page with the kinds and the mail of each, and one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from milepost import limits
from milepost.intake.mail_text import draft_pointer
from milepost.planner.enums import TaskStatus
from milepost.planner.ids import began_as
from milepost.planner.pointers import kinds_of, recipient
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store import journeys, tasks, timeline
from milepost.store.tables import JourneyRow
from milepost.store.tasks import TaskLine
from milepost.web import forms
from milepost.web.desk.actions import SentForm
from milepost.web.desk.request_view import KINDS, RequestView, requests_of, who_asked
from milepost.web.desk.requests import request_of
from milepost.web.form_values import Line, Text, required
from milepost.web.identity import Acting, refuse_others
from milepost.web.pages import back_to, render_aside, shell
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk/not-mine", include_in_schema=False)
Id = Annotated[str, Query(max_length=limits.NAME)]


@dataclass(frozen=True, slots=True)
class Kind:
    """One place where a request can belong, and what the customer gets; without a text, `no_mail` says why."""

    id: str
    label: str
    to: str = ""
    subject: str = ""
    text: str = ""
    no_mail: str = ""


@router.get("")
async def ask(request: Request, served: Served, person: Acting, journey: Id, task: Id) -> Response:
    """The kinds, each with its mail as the customer gets it."""
    await refuse_others(served, person, customer=began_as(journey))
    async with served.store.reading() as session:
        line = await tasks.get(session, journey, task)
    if line is None:
        raise ProblemError(404, "not_found", "There is no such task.", "Go back and reload the page.")
    desk = f"/desk/{quote(person.address)}"
    wanted = await _wanted(served, line)
    if wanted is None or line.task.status != TaskStatus.OPEN:
        return back_to(desk, "closed")
    page = {
        "line": line,
        "said": wanted.said,
        "kinds": await _kinds(served, line, wanted),
        "form": forms.token(served, person.session, "task", journey, task),
        "back": f"{desk}?journey={quote(journey)}&task={quote(task)}",
        "onward": desk,
        "minutes": served.settings.undo_minutes,
    }
    zone = await served.zone([line.version])
    around = shell(request, served, person, "Not mine", "desk", zone=zone)
    return await render_aside("desk/not_mine.html", page, around)


@router.post("")
async def point(sent: SentForm, kind: Line = "", note: Text = "") -> Response:
    """The customer is pointed to others, and the task is done."""
    line = await sent.line()
    record = await request_of(sent, line.task)
    chosen = required(kind, "kind", "Go back and choose where it belongs.")
    async with sent.served.store.reading() as session:
        state = (await journeys.states(session, {line.task.journey_id}))[line.task.journey_id]
        said = await timeline.of_kinds(session, line.task.journey_id, KINDS, since=record.opened_at)
    contact = who_asked(record, said, state)
    fact = WrittenFact(responded=record.about, elsewhere=chosen, contact=contact, note=note or None)
    answer = await sent.record(line, fact)
    if "told=noted" in answer.headers.get("location", ""):
        return back_to(sent.onward, "not_mine")
    return answer


async def _wanted(served: Services, line: TaskLine) -> RequestView | None:
    """Returns what the customer wants; None where the task is about something else."""
    async with served.store.reading() as session:
        states = await journeys.states(session, {line.task.journey_id})
        zone = (await served.compiled_maps.of(line.version)).ours.timezone
        views = await requests_of(session, [line], states, zone) if line.task.journey_id in states else {}
    return views.get((line.task.journey_id, line.task.task))


async def _kinds(served: Services, line: TaskLine, wanted: RequestView) -> list[Kind]:
    async with served.store.reading() as session:
        journey = await journeys.get(session, line.task.journey_id)
        state = State.from_json(journey.state)
        record = state.tasks[line.task.task]
        said = await timeline.of_kinds(session, journey.id, KINDS, since=record.opened_at)
    compiled_map = await served.compiled_maps.of(journey.version)
    situation = Situation.of(compiled_map, state, served.now())
    step = situation.compiled_map.steps[wanted.step]
    to = recipient(situation, step, who_asked(record, said, state))
    return [await _kind(served, journey, wanted.step, kind, to) for kind in kinds_of(situation.compiled_map.map)]


async def _kind(served: Services, journey: JourneyRow, step: str, kind: str, to: str | None) -> Kind:
    label = kind.replace("_", " ").capitalize()
    pointer = (await served.compiled_maps.of(journey.version)).map.pointers.get(kind)
    if pointer is None:
        return Kind(kind, label, no_mail="The map has no mail for this: write to the customer yourself.")
    if to is None:
        return Kind(kind, label, no_mail="No mail reaches who asked: tell them yourself.")
    base_url = served.links.base_url
    context, template = served.intake.context, pointer.message
    draft = await draft_pointer(context, journey, base_url, step=step, template=template, contact=to)
    if draft.written is None:
        return Kind(kind, label, no_mail=f"The mail cannot be written ({draft.problem}).")
    return Kind(kind, label, draft.written.to_name, draft.written.subject, draft.written.text)
