"""The form of a customer's step, sent by a colleague with what the customer said elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost import limits
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.fact_checks import asks_of
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store import journeys
from milepost.text import storable
from milepost.web.file_form import FileForm, read_file_form
from milepost.web.form_values import required
from milepost.web.identity import Acting
from milepost.web.ops.act_route import ActRoute
from milepost.web.ops.actions import CustomerForm
from milepost.web.ops.asked_form import AskedForm, opened_by
from milepost.web.ops.customer import RefusedAct, customer_page
from milepost.web.ops.customer_tabs import RESULTS
from milepost.web.portal import answer_form
from milepost.web.portal.file_answers import sent_files
from milepost.web.portal.plan_link import Opened
from milepost.web.problems import Problem, ProblemError
from milepost.web.refused_forms import in_place
from milepost.web.services import Served

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False, route_class=ActRoute)
_KEY = "step-form"


@router.post("/step-form")
async def fill_in(request: Request, served: Served, person: Acting, customer: str) -> Response:
    """A step is done with the answers that its map asks for, or without them; it is the colleague who tells it."""
    form = await read_file_form(request, served.intake.context.files.most_bytes)
    sent = CustomerForm(customer, served, person, _text(form, "form", limits.VALUE))
    opened, step = await _opened(sent, _text(form, "step", limits.NAME))
    files = await sent_files(served, opened, step, form)
    filled = answer_form.sent(step, form.texts, opened, files, served.intake.context.files)
    without = bool(form.texts.get("without"))
    problem = _problem(form, filled, without=without)
    if problem is not None:
        refused = RefusedAct(_KEY, form.texts, in_place(problem), AskedForm(step, filled))
        return await customer_page(request, served, person, customer, refused=refused)
    fact = WrittenFact(
        step_done=step.id,
        answers=None if without else dict(filled.answers),
        note=_text(form, "note", limits.TEXT) or None,
        evidence=_text(form, "evidence", limits.TEXT),
    )
    return await sent.record(fact, RESULTS, "forms")


def _problem(form: FileForm, filled: answer_form.AnswerForm, *, without: bool) -> Problem | None:
    """Returns what is wrong with the form as a whole."""
    if filled.is_wrong and not without:
        hint = "Look at what is marked; what you typed is still here."
        return Problem(422, "answers_wrong", "Nothing was sent yet: some answers can't be taken.", hint)
    try:
        required(_text(form, "evidence", limits.TEXT), "evidence", "Write where they said so, such as: on the phone.")
    except ProblemError as error:
        return error.problem
    return None


async def _opened(sent: CustomerForm, step: str) -> tuple[Opened, CompiledStep]:
    """Returns the plan of the customer's open journey, and the step whose form was sent.

    Raises:
        ProblemError: no journey is open, or the step asks for nothing.
    """
    async with sent.served.store.reading() as session:
        journey = await journeys.open_of(session, sent.customer)
    if journey is None:
        raise ProblemError(409, "no_open_journey", "No journey is open, so no form is.", "Reload the page.")
    compiled_map, state = await sent.served.compiled_maps.of(journey.version), State.from_json(journey.state)
    compiled = compiled_map.steps.get(step)
    if compiled is None or not asks_of(compiled):
        message = f"The step {step!r} of this journey's map asks for nothing." if step else "No step was chosen."
        raise ProblemError(422, "step_missing", message, "Choose one of those below.")
    if not state.step(step).is_open:
        raise ProblemError(409, "closed", f"The step {step!r} isn't open any more; nothing has changed.", "Reload it.")
    return opened_by(sent.person, journey.id, compiled_map, state), compiled


def _text(form: FileForm, name: str, most: int) -> str:
    return storable(str(form.texts.get(name, ""))).strip()[:most]
