"""What a customer does on the plan: says that a step is done, and answers whether an outcome is there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from milepost.language.model import Outcome, Verdict
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.written_facts import WrittenFact
from milepost.web import forms
from milepost.web.fact_forms import record_fact
from milepost.web.form_values import locale_of, number_or_text
from milepost.web.pages import back_to
from milepost.web.portal.plan_link import Opened, open_link
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = APIRouter(prefix="/plan", include_in_schema=False)
SOURCE = "portal"
Token = Annotated[str, Form(max_length=1000)]
Line = Annotated[str, Form(max_length=200)]
Text = Annotated[str, Form(max_length=10_000)]


@router.post("/{token}/done")
async def done(served: Served, token: str, form: Token, note: Text = "") -> Response:
    """The customer has done a step."""
    opened = await open_link(served, token)
    given = forms.read(served, token, form)
    step = _step(opened, given, "done")
    if not _is_current(opened, step, given) or not opened.state.step(step.id).is_open:
        return back_to(opened.path, "closed")
    fact = WrittenFact(id=f"{SOURCE}/{given.id}", step_done=step.id, note=note.strip() or None)
    notice = await record_fact(served, opened.state.customer.id, fact, by=opened.contact.email, source=SOURCE)
    return back_to(opened.path, notice)


@router.post("/{token}/answer")
async def answer(
    served: Served, token: str, form: Token, *, verdict: Line = "", value: Line = "", comment: Text = ""
) -> Response:
    """The customer says whether an outcome is there."""
    opened = await open_link(served, token)
    given = forms.read(served, token, form)
    step = _step(opened, given, "answer")
    if not isinstance(step.step, Outcome):
        raise forms.FormRefusedError
    if verdict not in set(Verdict):
        raise ProblemError(
            422, "verdict_missing", "The answer is missing.", "Go back and choose one of the three buttons."
        )
    path = f"{opened.path}/outcomes/{step.id}"
    record = opened.state.step(step.id)
    if not _is_current(opened, step, given) or not (record.is_open or record.status is StepStatus.SILENT):
        return back_to(path, "closed")
    fact = WrittenFact(
        id=f"{SOURCE}/{given.id}",
        answer=step.id,
        verdict=verdict,
        value=_measured(opened, step.step, value),
        comment=comment.strip() or None,
        method="portal",
    )
    notice = await record_fact(served, opened.state.customer.id, fact, by=opened.contact.email, source=SOURCE)
    return back_to(path, notice)


def _measured(opened: Opened, outcome: Outcome, text: str) -> float | str | None:
    """Returns what was measured, which is a number if the outcome has a metric."""
    contact, customer = opened.contact, opened.state.customer
    locale = locale_of(contact.language or customer.language, contact.country or customer.country)
    return number_or_text(text, locale, only_number=outcome.metric is not None)


def _step(opened: Opened, given: forms.Form, what: str) -> CompiledStep:
    match given.subject:
        case (kind, step, _) if kind == what and step in opened.compiled_map.steps:
            return opened.compiled_map.steps[step]
        case _:
            raise forms.FormRefusedError


def _is_current(opened: Opened, step: CompiledStep, given: forms.Form) -> bool:
    """Whether the page that the form stood on showed the occurrence that is open now."""
    return given.subject[2] == str(opened.state.step(step.id).occurrence)
