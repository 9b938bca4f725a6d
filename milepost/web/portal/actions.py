"""Forms of the customer's plan: a step is done, or an outcome is answered."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from milepost.language.field_types import Verdict
from milepost.language.steps import Outcome
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.written_facts import WrittenFact
from milepost.web import forms
from milepost.web.fact_forms import record_fact
from milepost.web.form_values import Line, Text, Token, locale_of, number_or_text
from milepost.web.pages import back_to
from milepost.web.portal.plan_link import Opened, open_link
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = APIRouter(prefix="/plan", include_in_schema=False)
SOURCE = "portal"


@router.post("/{token}/done")
async def done(served: Served, token: str, form: Token, note: Text = "") -> Response:
    """The customer has done a step."""
    opened = await open_link(served, token)
    sent = forms.read(served, token, form, "done")
    step = _step(opened, sent)
    if not _is_current(opened, step, sent) or not opened.state.step(step.id).is_open:
        return back_to(opened.path, "closed")
    fact = WrittenFact(id=f"{SOURCE}/{sent.id}", step_done=step.id, note=note or None)
    notice = await record_fact(served, opened.state.customer.id, fact, by=opened.contact.email, source=SOURCE)
    return back_to(opened.path, notice)


@router.post("/{token}/answer")
async def answer(
    served: Served, token: str, form: Token, *, verdict: Line = "", value: Line = "", comment: Text = ""
) -> Response:
    """The customer says whether an outcome is there."""
    opened = await open_link(served, token)
    sent = forms.read(served, token, form, "answer")
    step = _step(opened, sent)
    if not isinstance(step.step, Outcome):
        raise forms.FormRefusedError
    if verdict not in set(Verdict):
        raise ProblemError(
            422, "verdict_missing", "The answer is missing.", "Go back and choose one of the three buttons."
        )
    path = f"{opened.path}/outcomes/{step.id}"
    record = opened.state.step(step.id)
    if not _is_current(opened, step, sent) or not (record.is_open or record.status is StepStatus.SILENT):
        return back_to(path, "closed")
    fact = WrittenFact(
        id=f"{SOURCE}/{sent.id}",
        answer=step.id,
        verdict=verdict,
        value=_measured(opened, step.step, value),
        comment=comment or None,
        method="portal",
    )
    notice = await record_fact(served, opened.state.customer.id, fact, by=opened.contact.email, source=SOURCE)
    return back_to(path, notice)


def _measured(opened: Opened, outcome: Outcome, text: str) -> float | str | None:
    """Returns the measured value, which is a number if the outcome has a metric."""
    contact, customer = opened.contact, opened.state.customer
    locale = locale_of(contact.language or customer.language, contact.country or customer.country)
    return number_or_text(text, locale, only_number=outcome.metric is not None)


def _step(opened: Opened, sent: forms.Form) -> CompiledStep:
    step = opened.compiled_map.steps.get(sent.subject[0])
    if step is None:
        raise forms.FormRefusedError
    return step


def _is_current(opened: Opened, step: CompiledStep, sent: forms.Form) -> bool:
    """Tells whether the page with the form showed the occurrence that is open now."""
    return sent.subject[1] == str(opened.state.step(step.id).occurrence)
