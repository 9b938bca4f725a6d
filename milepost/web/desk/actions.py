"""Forms of colleagues about a task: finish, skip, put off or hand over. Each records one fact."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from milepost.explain import local_time
from milepost.intake.colleagues import is_colleague
from milepost.language.attribute_values import parse_date
from milepost.planner.enums import TaskStatus
from milepost.planner.written_facts import WrittenAgreement, WrittenFact
from milepost.store import facts, tasks
from milepost.store.tasks import TaskLine
from milepost.web import forms
from milepost.web.attachment import Attachment
from milepost.web.desk.task_route import TaskRoute
from milepost.web.desk.typed_dates import TypedDate
from milepost.web.form_values import Address, Line, Onward, Text, Token, required
from milepost.web.identity import Acting, refuse_others, safe_onward
from milepost.web.pages import back_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = APIRouter(prefix="/desk/tasks", include_in_schema=False, route_class=TaskRoute)
_SOURCE = "desk"


class TaskForm:
    """A checked form about a task: who sends it, which task, and where to go next."""

    def __init__(
        self,
        served: Served,
        person: Acting,
        form: Token,
        onward: Onward = "/desk",
    ) -> None:
        self.served = served
        self.person = person
        self.form = forms.read(served, person.session, form, "task")
        self.onward = safe_onward(onward)

    async def line(self) -> TaskLine:
        """Returns the task of the form.

        Raises:
            ProblemError: it is gone.
            NotInBookError: it is open, and its customer went to somebody else since the form was made.
        """
        journey, task = self.form.subject
        async with self.served.store.reading() as session:
            line = await tasks.get(session, journey, task)
        if line is None:
            message = "This task is no longer there; its customer may have been forgotten."
            raise ProblemError(404, "not_found", message, "Go back and reload the page.")
        if line.task.status == TaskStatus.OPEN:  # one that is closed may have been all that they had of the customer
            await refuse_others(self.served, self.person, customer=line.task.customer_id)
        return line

    async def record(self, line: TaskLine, fact: WrittenFact, *, told: str = "noted") -> Response:
        """Records the fact, unless somebody else has closed the task in the meantime; goes on to say what was `told`.

        What was written about a task that is closed becomes a note: nobody has to type it again.
        """
        notice = "closed"
        if line.task.status == TaskStatus.OPEN:
            notice = await self._record(line, fact)
        elif await self._was_sent(line, fact):
            notice = "again"
        elif fact.note:
            about = {"about": line.task.step} if line.task.step else {}
            await self._record(line, WrittenFact(note=fact.note, **about))
            notice = "note_kept"
        return back_to(self.onward, told if notice == "noted" else notice)

    async def _record(self, line: TaskLine, fact: WrittenFact) -> str:
        customer, by = line.task.customer_id, self.person.address
        return await forms.record_fact(self.served, self.form, customer, fact, by=by, source=_SOURCE)

    async def _was_sent(self, line: TaskLine, fact: WrittenFact) -> bool:
        """Tells whether this very form has closed the task: a double click, or the page before."""
        async with self.served.store.reading() as session:
            known = await facts.get(session, line.task.customer_id, forms.fact_id(self.form, fact, _SOURCE))
        return known is not None


SentForm = Annotated[TaskForm, Depends()]


@router.post("/done")
async def done(sent: SentForm, result: Line = "", note: Text = "", evidence: Text = "") -> Response:
    """The task is done, with one of its results if it has any."""
    line = await sent.line()
    if line.task.step is None:
        return await sent.record(line, WrittenFact(task_done=line.task.task, note=note or None))
    if line.task.results and result not in line.task.results:
        raise ProblemError(422, "result_missing", "This task needs a result.", "Go back and choose how it ended.")
    fact = WrittenFact(
        step_done=line.task.step,
        result=result if line.task.results else None,
        note=note or None,
        evidence=evidence or None,
    )
    return await sent.record(line, fact)


@router.post("/files")
async def attach(request: Request, served: Served, person: Acting) -> Response:
    """A file is attached to the task, with a note; the task stays open."""
    attachment = await Attachment.read(request, served)
    sent = TaskForm(served, person, attachment.token, attachment.onward)
    line = await sent.line()
    if line.task.status != TaskStatus.OPEN:
        return back_to(sent.onward, "closed")
    fact = await attachment.keep(served, line.task.customer_id, line.task.step, person.address)
    return await sent.record(line, fact)


@router.post("/skip")
async def skip(sent: SentForm, reason: Text = "") -> Response:
    """The task is not needed, for a reason."""
    line = await sent.line()
    return await sent.record(line, WrittenFact(step_skipped=_step(line), reason=required(reason, "reason")))


@router.post("/snooze")
async def snooze(sent: SentForm, until: Line = "", reason: Text = "") -> Response:
    """The task is put off until a date: nobody is reminded before."""
    line = await sent.line()
    day = parse_date(until)
    if day is None:
        raise ProblemError(422, "date_missing", "That isn't a date.", "Go back and choose until when.")
    compiled_map = await sent.served.compiled_maps.of(line.version)
    if day <= local_time.local(sent.served.now(), compiled_map.ours.timezone).date():
        raise ProblemError(422, "date_past", "That day isn't in the future.", "Go back and choose a later one.")
    fact = WrittenFact(snoozed=_step(line), until=day.isoformat(), reason=reason or None)
    return await sent.record(line, fact)


@router.post("/hand-over")
async def hand_over(sent: SentForm, person: Address = "") -> Response:
    """Somebody else takes the task."""
    line = await sent.line()
    address = person.lower()
    if "@" not in address.strip("@") or any(char.isspace() for char in address):
        message = "That isn't a mail address."
        raise ProblemError(422, "person_missing", message, "Go back and write one, such as bo@vendor.example.")
    told = "handed_on" if await is_colleague(sent.served.intake.context, address) else "handed_to_stranger"
    return await sent.record(line, WrittenFact(agreed={_step(line): WrittenAgreement(person=address)}), told=told)


@router.post("/agree")
async def agree(sent: SentForm, due: Line = "", time: Line = "", minutes: Line = "") -> Response:
    """People agreed on the task's date: a day, or a time of day by the clock of our working time."""
    line = await sent.line()
    compiled_map = await sent.served.compiled_maps.of(line.version)
    date, wrong = TypedDate(due, time, minutes).read(sent.served.now(), compiled_map.ours.timezone)
    for message in wrong.values():
        raise ProblemError(422, "date_wrong", message, "Go back; what you typed is still there.")
    return await sent.record(line, WrittenFact(agreed={_step(line): WrittenAgreement(**date)}))


def _step(line: TaskLine) -> str:
    """Returns the step of the task; a system task has none and can only be marked as done."""
    if line.task.step is None:
        raise ProblemError(422, "system_task", "This task can only be done.", "Go back and mark it as done.")
    return line.task.step
