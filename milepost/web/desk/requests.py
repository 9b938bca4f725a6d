"""The forms with which colleagues answer what a customer wants about a step."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from milepost.planner.enums import SystemTaskReason, Wish
from milepost.planner.task_records import SystemTask
from milepost.planner.written_facts import WrittenAgreement, WrittenFact, WrittenPerson
from milepost.store import journeys
from milepost.store.tables import TaskRow
from milepost.web.desk.actions import SentForm
from milepost.web.desk.task_route import TaskRoute
from milepost.web.form_values import Address, Line, Text, required
from milepost.web.problems import ProblemError

router = APIRouter(prefix="/desk/tasks", include_in_schema=False, route_class=TaskRoute)


@router.post("/accept")
async def accept(sent: SentForm, wish: Line = "", due: Line = "", person: Address = "") -> Response:
    """The colleague agrees to the date or the person that the customer proposes; `due` and `person` are those seen."""
    line = await sent.line()
    record = await request_of(sent, line.task)
    proposed = record.person or {}
    if (wish, due) == (Wish.DATE, record.day):
        agreement = WrittenAgreement(due=due)
    elif wish == Wish.PERSON and person and person == proposed.get("email"):
        agreement = WrittenAgreement(person=WrittenPerson(name=proposed.get("name"), email=person))
    else:
        message = "The customer proposes something else by now; nothing was agreed."
        raise ProblemError(409, "proposal_changed", message, "Go back, reload the page and look again.")
    return await sent.record(line, WrittenFact(agreed={record.about: agreement}))


@router.post("/answer")
async def answer(sent: SentForm, note: Text = "", declined: Annotated[bool, Form()] = False) -> Response:  # noqa: FBT002
    """The colleague answers the customer in a sentence that stands on the plan, perhaps with a no."""
    line = await sent.line()
    record = await request_of(sent, line.task)
    words = required(note, "answer", "Go back and write a sentence; the customer reads it on the plan.")
    return await sent.record(line, WrittenFact(responded=record.about, note=words, declined=declined or None))


async def request_of(sent: SentForm, task: TaskRow) -> SystemTask:
    """Returns what the task holds of the customer's wishes.

    Raises:
        ProblemError: it is none of them, or is closed.
    """
    async with sent.served.store.reading() as session:
        state = (await journeys.states(session, {task.journey_id}))[task.journey_id]
    record = state.tasks.get(task.task)
    if record is None or record.why is not SystemTaskReason.REQUEST:
        message = "This was answered or closed in the meantime; nothing has changed."
        raise ProblemError(409, "closed", message, "Go back and reload the page.")
    return record
