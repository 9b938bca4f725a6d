"""Forms of the customer's plan: a step is done, or an outcome is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from milepost.intake.files import answer_of
from milepost.intake.undo_errors import UndoRefusedError
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.fact_checks import asks_of
from milepost.planner.written_facts import WrittenFact
from milepost.store import form_drafts
from milepost.web import forms, undo
from milepost.web.file_form import read_file_form
from milepost.web.form_values import Text, Token
from milepost.web.pages import back_to, render_for
from milepost.web.portal import answer_form
from milepost.web.portal.file_answers import SentFile, sent_files
from milepost.web.portal.plan_link import Opened, mark_used, open_link, open_plan_or_history
from milepost.web.portal.shared_plan import Plan
from milepost.web.portal.throttle import let_through
from milepost.web.services import Served, Services

router = APIRouter(prefix="/plan", include_in_schema=False, dependencies=[Depends(let_through)])


@dataclass(frozen=True, slots=True)
class PlanForm:
    """A checked form on an opened plan: about which step."""

    served: Services
    opened: Opened
    form: forms.Form
    step: CompiledStep

    @staticmethod
    async def read(request: Request, served: Services, token: str, form: str, kind: str) -> PlanForm:
        """Opens the plan and reads the form.

        Raises:
            PlanClosedError: the link opens no plan.
            FormRefusedError: the form isn't from this plan, or is about a step that the map no longer has.
        """
        return PlanForm.of(served, await open_link(request, served, token), form, kind)

    @staticmethod
    def of(served: Services, opened: Opened, form: str, kind: str) -> PlanForm:
        """Reads the form on an opened plan.

        Raises:
            FormRefusedError: as `read`.
        """
        sent = forms.read(served, opened.owner, form, kind)
        step = opened.compiled_map.steps.get(sent.subject[0])
        if step is None:
            raise forms.FormRefusedError
        return PlanForm(served, opened, sent, step)

    async def record(self, path: str, fact: WrittenFact, *, late: bool = False) -> Response:
        """Records the fact, as `tell` does, and redirects to a page that says so."""
        return back_to(path, await self.tell(fact, late=late))

    async def tell(self, fact: WrittenFact, *, late: bool = False) -> str:
        """Records the fact, if the step's occurrence that the page showed is open; `late`: or was, and may change.

        Returns the key of the notice for its reader, `closed` where nothing was recorded.
        """
        record = self.opened.state.step(self.step.id)
        may_answer = record.is_open or (late and record.status in (StepStatus.SILENT, StepStatus.DONE))
        await mark_used(self.served, self.opened)
        if not may_answer or self.form.subject[1] != str(record.occurrence):
            return "closed"
        customer, by = self.opened.state.customer.id, self.opened.contact.email
        return await forms.record_fact(self.served, self.form, customer, fact, by=by, source="portal")


@router.post("/{token}/done")
async def done(request: Request, served: Served, token: str, form: Token, note: Text = "") -> Response:
    """The customer has done a step, or sends its form; one with mistakes comes back with all that was typed."""
    filled = await PlanForm.read(request, served, token, form, "done")
    opened, step = filled.opened, filled.step
    if not asks_of(step):
        return await filled.record(opened.path, WrittenFact(step_done=step.id, note=note or None))
    return await _take_answers(filled, await request.form(), {})


@router.post("/{token}/upload")
async def upload(request: Request, served: Served, token: str) -> Response:
    """The customer sends a form that may have files. Nothing of it is read before the link has been looked at."""
    opened = await open_link(request, served, token)
    form = await read_file_form(request, served.intake.context.files.most_bytes)
    filled = PlanForm.of(served, opened, str(form.texts.get("form", "")), "done")
    plan = await Plan.of(served, opened)
    if not plan.can_send(filled.step):
        return back_to(opened.path, "again" if plan.pending_kind(filled.step) else "closed")
    sent = await sent_files(served, opened, filled.step, form)
    if form.texts.get("later") and not any(file.complaint for file in sent.values()):
        return await _keep_for_later(filled, form.texts, sent)
    return await _take_answers(filled, form.texts, sent)


async def _keep_for_later(filled: PlanForm, data: FormData, files: Mapping[str, SentFile]) -> Response:
    """Keeps a form with its files until it is sent, as `drafts.save` does with one that has none."""
    opened, step, served = filled.opened, filled.step, filled.served
    typed = answer_form.typed(step, data) | {
        name: (answer_of(file.row),) for name, file in files.items() if file.row is not None
    }
    place, occurrence = (opened.journey, step.id, opened.contact.email), opened.state.step(step.id).occurrence
    now = served.now()
    await served.store.write(
        lambda session: form_drafts.save(session, *place, occurrence=occurrence, typed=typed, now=now)
    )
    return back_to(opened.path, "saved", step.id)


async def _take_answers(filled: PlanForm, data: FormData, files: Mapping[str, SentFile]) -> Response:
    """Records the answers of a form; one with mistakes comes back with all that was typed and its files."""
    served, opened, step = filled.served, filled.opened, filled.step
    sent = answer_form.sent(step, data, opened, files, served.intake.context.files)
    if sent.is_wrong:
        page = {"plan": await Plan.of(served, opened), "step": step, "form": sent, "notice": None}
        return render_for(served, opened.reader, "portal/step.html", page, status=422)
    told = await filled.tell(WrittenFact(step_done=step.id, answers=dict(sent.answers)), late=True)
    if told != "closed":
        place = (opened.journey, step.id, opened.contact.email)
        await served.store.write(lambda session: form_drafts.forget(session, *place))
    return back_to(opened.path, told)


@router.post("/{token}/undo")
async def take_back(request: Request, served: Served, token: str, form: Token) -> Response:
    """The customer takes back what they just did, which may have ended the journey."""
    opened = await open_plan_or_history(request, served, token)
    customer, fact = forms.read(served, opened.owner, form, undo.KIND).subject
    await mark_used(served, opened)
    if customer != opened.state.customer.id:
        raise forms.FormRefusedError
    try:
        await served.intake.undo_fact(customer, fact, by=opened.contact.email, only_own=True)
    except UndoRefusedError:
        return back_to(opened.path, "undo_over")
    return back_to(opened.path, "undone")
