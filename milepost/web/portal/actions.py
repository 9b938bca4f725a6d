"""Forms of the customer's plan: a step is done, or an outcome is answered."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.intake.undo_errors import UndoRefusedError
from milepost.language.field_types import Verdict
from milepost.language.steps import Outcome
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.fact_checks import asks_of
from milepost.planner.written_facts import WrittenFact
from milepost.web import forms, undo
from milepost.web.form_values import Line, Text, Token, Value, number_or_text
from milepost.web.pages import back_to, render
from milepost.web.portal import answer_form
from milepost.web.portal.plan import Plan
from milepost.web.portal.plan_link import Opened, open_link
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/plan", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PlanForm:
    """A checked form on an opened plan: about which step."""

    served: Services
    opened: Opened
    form: forms.Form
    step: CompiledStep

    @staticmethod
    async def read(served: Services, token: str, form: str, kind: str) -> PlanForm:
        """Opens the plan and reads the form.

        Raises:
            PlanClosedError: the link opens no plan.
            FormRefusedError: the form isn't from this plan, or is about a step that the map no longer has.
        """
        opened = await open_link(served, token)
        sent = forms.read(served, token, form, kind)
        step = opened.compiled_map.steps.get(sent.subject[0])
        if step is None:
            raise forms.FormRefusedError
        return PlanForm(served, opened, sent, step)

    async def record(self, path: str, fact: WrittenFact, *, late: bool = False) -> Response:
        """Records the fact, if the step's occurrence that the page showed is open; `late`: or was, and may change."""
        record = self.opened.state.step(self.step.id)
        may_answer = record.is_open or (late and record.status in (StepStatus.SILENT, StepStatus.DONE))
        notice = "closed"
        if may_answer and self.form.subject[1] == str(record.occurrence):
            customer, by = self.opened.state.customer.id, self.opened.contact.email
            notice = await forms.record_fact(self.served, self.form, customer, fact, by=by, source="portal")
        return back_to(path, notice)


@router.post("/{token}/done")
async def done(request: Request, served: Served, token: str, form: Token, note: Text = "") -> Response:
    """The customer has done a step, or sends its form; one with mistakes comes back with all that was typed."""
    filled = await PlanForm.read(served, token, form, "done")
    opened, step = filled.opened, filled.step
    if not asks_of(step):
        return await filled.record(opened.path, WrittenFact(step_done=step.id, note=note or None))
    sent = answer_form.sent(step, await request.form(), opened.compiled_map.map.attributes, opened.locale)
    if sent.is_wrong:
        page = {"plan": await Plan.of(served, opened), "step": step, "form": sent, "notice": None}
        return render("portal/step.html", page, status=422)
    return await filled.record(opened.path, WrittenFact(step_done=step.id, answers=dict(sent.answers)), late=True)


@router.post("/{token}/undo")
async def take_back(served: Served, token: str, form: Token) -> Response:
    """The customer takes back what they just did."""
    opened = await open_link(served, token)
    customer, fact = forms.read(served, token, form, undo.KIND).subject
    if customer != opened.state.customer.id:
        raise forms.FormRefusedError
    try:
        await served.intake.undo_fact(customer, fact, by=opened.contact.email, only_own=True)
    except UndoRefusedError:
        return back_to(opened.path, "undo_over")
    return back_to(opened.path, "undone")


@router.post("/{token}/answer")
async def answer(
    served: Served, token: str, form: Token, *, verdict: Line = "", value: Value = "", comment: Text = ""
) -> Response:
    """The customer says whether an outcome is there."""
    sent = await PlanForm.read(served, token, form, "answer")
    step = sent.step.step
    if not isinstance(step, Outcome):
        raise forms.FormRefusedError
    if verdict not in set(Verdict):
        hint = "Go back and choose one of the three buttons."
        raise ProblemError(422, "verdict_missing", "The answer is missing.", hint)
    fact = WrittenFact(
        answer=step.id,
        verdict=verdict,
        value=_measured(sent.opened, step, value),
        comment=comment or None,
        method="portal",
    )
    return await sent.record(f"{sent.opened.path}/outcomes/{step.id}", fact, late=True)


def _measured(opened: Opened, outcome: Outcome, text: str) -> float | str | None:
    """Returns the measured value, which is a number if the outcome has a metric."""
    return number_or_text(text, opened.locale, only_number=outcome.metric is not None)
