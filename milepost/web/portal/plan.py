"""The customer's plan: what you do, what we ask, what we do, what is next. Looking at it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from milepost.explain import local_time
from milepost.explain.overview import OutcomeRecord
from milepost.explain.sentences import Wording
from milepost.language.steps import Action, Figures, Outcome, Touchpoint
from milepost.language.templates.renderer import render_address, render_text
from milepost.language.templates.source import TemplateError
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StageStatus, StepStatus
from milepost.planner.fact_checks import asks_of
from milepost.planner.situation import Situation
from milepost.planner.state import StepState
from milepost.store import outcomes
from milepost.web import forms, undo
from milepost.web.pages import notice, render
from milepost.web.portal import answer_form
from milepost.web.portal.answer_form import AnswerForm
from milepost.web.portal.plan_link import Opened, open_link
from milepost.web.portal.plan_texts import plan_context
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services
from milepost.web.undo import UndoLine

router = APIRouter(prefix="/plan", include_in_schema=False)
DONE_SHOWN = 12


@router.get("/{token}")
async def plan(request: Request, served: Served, token: str) -> Response:
    """The plan that a link opens."""
    opened = await open_link(served, token)
    values = _values(await Plan.of(served, opened))
    page = {**values, "notice": notice(request), "undo": await _undo(served, opened)}
    return render("portal/plan.html", page)


async def _undo(served: Services, opened: Opened) -> list[UndoLine]:
    """Returns what the reader just did on the plan and can take back."""
    customer, contact = opened.state.customer.id, opened.contact.email
    return await undo.by_contact(served, customer, contact, opened.token, opened.zone)


@router.get("/{token}/outcomes/{outcome}")
async def question(request: Request, served: Served, token: str, outcome: str) -> Response:
    """The question about one outcome."""
    shared_plan = await Plan.of(served, await open_link(served, token))
    step = shared_plan.opened.compiled_map.steps.get(outcome)
    if step is None or not isinstance(step.step, Outcome):
        raise ProblemError(404, "not_found", "This question isn't on your plan.", "Open your plan to see what is.")
    page = {"plan": shared_plan, "step": step, "notice": notice(request)}
    return render("portal/question.html", {**page, "undo": await _undo(served, shared_plan.opened)})


@router.get("/{token}/steps/{step}")
async def form(request: Request, served: Served, token: str, step: str) -> Response:
    """The form of one step, with the answers that were sent last."""
    shared_plan = await Plan.of(served, await open_link(served, token))
    compiled = shared_plan.opened.compiled_map.steps.get(step)
    if compiled is None or not asks_of(compiled) or shared_plan.done_form(compiled) is None:
        raise ProblemError(404, "not_found", "This form isn't on your plan.", "Open your plan to see what is.")
    filled = answer_form.filled_in(compiled, shared_plan.answers_of(compiled), shared_plan.opened.locale)
    page = {"plan": shared_plan, "step": compiled, "form": filled, "notice": notice(request)}
    return render("portal/step.html", page)


def _values(plan: Plan) -> dict[str, Any]:
    steps = [step for step in plan.opened.compiled_map.steps.values() if plan.situation.is_container_open(step)]
    open_steps = [step for step in steps if plan.record(step).is_open]
    return {
        "plan": plan,
        "stages": list(_stages(plan.opened)),
        "todos": [step for step in open_steps if isinstance(step.step, Action)],
        "questions": list(plan.questions()),
        "ours": [step for step in open_steps if step.is_task and _is_shown(step)],
        # Steps that are still to come in open stages.
        "ahead": [step for step in steps if plan.record(step).is_waiting and not step.in_play and _is_shown(step)],
        "done": plan.done(),
        "zone": local_time.zone_text(plan.opened.zone, plan.served.now()),
        "preferences": plan.preferences_path,
    }


def _is_shown(step: CompiledStep) -> bool:
    """Returns whether the customer sees a step: of ours no mails, nothing internal, and nothing of plays."""
    ours = step.step if isinstance(step.step, Touchpoint) else None
    return ours is None or not (step.is_mail or step.in_play or ours.internal)


def _stages(opened: Opened) -> Iterator[tuple[str, str]]:
    """Yields the stages with their states, without those that the journey skipped."""
    compiled_map, state = opened.compiled_map, opened.state
    sequence = [stage_id for stage_id, stage in compiled_map.stages.items() if stage.in_sequence]
    come_to = max(
        (at for at, stage_id in enumerate(sequence) if state.stage(stage_id).status is not StageStatus.WAITING),
        default=0,
    )
    passed = {stage_id for stage_id in sequence[:come_to] if state.stage(stage_id).status is StageStatus.WAITING}
    for stage_id, stage in compiled_map.stages.items():
        if stage_id not in passed:
            yield stage.stage.title_for_customers, state.stage(stage_id).status


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan, with the texts that its pages show about a step."""

    served: Services
    opened: Opened
    situation: Situation
    say: Wording
    pending: dict[tuple[str, str], str]
    answers: dict[str, OutcomeRecord]

    @staticmethod
    async def of(served: Services, opened: Opened) -> Plan:
        state = opened.state
        pending = await forms.pending_facts(served, [state.customer.id])
        async with served.store.reading() as session:
            records = await outcomes.of_journey(session, opened.journey)
        answers = {record.outcome: record for record in records}  # the last occurrence counts
        situation = Situation.of(opened.compiled_map, state, served.now())
        return Plan(served, opened, situation, Wording(opened.compiled_map, opened.zone), pending, answers)

    @property
    def preferences_path(self) -> str:
        """The page on which the contact chooses which mail to get."""
        token = self.served.links.preferences_token(self.opened.journey, self.opened.contact.email)
        return f"/preferences/{token}"

    def record(self, step: CompiledStep) -> StepState:
        return self.opened.state.step(step.id)

    def who(self, step: CompiledStep) -> str:
        """Returns who is to do a step: the contact and its persona, or the persona alone."""
        contact = self.situation.contact_of(step)
        title = self.say.persona(step.persona)
        return f"{contact.name} ({title})" if contact else title

    def due(self, step: CompiledStep) -> str | None:
        """Returns the day by which a step is due."""
        at = self.record(step).due_at
        return None if at is None else local_time.due_day_of(at, self.opened.zone)

    def is_late(self, step: CompiledStep) -> bool:
        at = self.record(step).due_at
        return at is not None and at < self.situation.at

    def may_act(self, step: CompiledStep) -> bool:
        """Returns whether the contact may do a step, and not only look at it."""
        return self.situation.may_act(step, self.opened.contact.email)

    def done_form(self, step: CompiledStep) -> str | None:
        """Returns the token of the form that reports a step as done, or changes its answers; None if that can't be."""
        may_send = self.record(step).is_open or self.may_change(step)
        return self._form("done", step) if may_send and self.may_act(step) and not self._pending(step) else None

    def may_change(self, step: CompiledStep) -> bool:
        """Returns whether the answers of a step that is done may still be changed."""
        is_done = self.record(step).status is StepStatus.DONE
        return is_done and bool(asks_of(step)) and self.situation.is_container_open(step)

    def answers_of(self, step: CompiledStep) -> Mapping[str, Any]:
        """Returns the form that was sent last for a step."""
        return self.opened.state.answers.get(step.id, {})

    def empty_form(self, step: CompiledStep) -> AnswerForm:
        """Returns the form of a step as it is filled in so far."""
        return answer_form.filled_in(step, self.answers_of(step), self.opened.locale)

    def how(self, step: CompiledStep) -> Markup | None:
        """Returns the text about how a step is done; None where there is none, or it needs a value nobody has told."""
        text = None if isinstance(step.step, Outcome) else step.step.how
        try:
            html = render_text(text, plan_context(self.opened, self.situation, step)) if text else None
        except TemplateError:
            return None
        return Markup(html) if html else None  # noqa: S704 - the renderer escapes every value, and knows no HTML

    def link(self, step: CompiledStep) -> str | None:
        """Returns the address at which a step is done; None where there is none, or it isn't on the web."""
        link = None if isinstance(step.step, Outcome) else step.step.link
        try:
            return render_address(link.url, plan_context(self.opened, self.situation, step)) if link else None
        except TemplateError:
            return None

    def figures(self, step: CompiledStep) -> Figures | None:
        """Returns what an outcome is measured by, with the figures of the customer."""
        metric = step.step.metric if isinstance(step.step, Outcome) else None
        return metric.for_customer(self.opened.state.customer.attributes) if metric else None

    def answer_form(self, step: CompiledStep) -> str | None:
        """Returns the token of the form that answers an outcome; None if it can't be answered now."""
        record = self.record(step)
        may_answer = (record.is_open or record.status is StepStatus.SILENT) and self.may_act(step)
        return self._form("answer", step) if may_answer and self._pending(step) != "answer" else None

    def answered(self, step: CompiledStep) -> str | None:
        """Returns how an outcome has been answered so far."""
        if self._pending(step) == "answer":
            return "We have noted your answer. Thank you."
        outcome = self.answers.get(step.id)
        last = outcome.last if outcome else None
        if last is None or last.verdict == StepStatus.SILENT:
            return None
        return f"On {local_time.day_of(last.at, self.opened.zone)}: {_ENDED[last.verdict]}."

    def questions(self) -> Iterator[CompiledStep]:
        """Yields the outcomes that are asked, or went unanswered and may still be answered."""
        for step in self.opened.compiled_map.steps.values():
            is_asked = self.record(step).status in (StepStatus.ASKED, StepStatus.SILENT)
            if isinstance(step.step, Outcome) and (is_asked or self._pending(step) == "answer"):
                yield step

    def done(self) -> list[tuple[CompiledStep, str]]:
        """Returns the steps that are finished or confirmed, in the order of the map, with how they ended."""
        ended = []
        for step in self.opened.compiled_map.steps.values():
            status = self.record(step).status
            if status in _ENDED and _is_shown(step):
                ended.append((step, _ENDED[status]))
        return ended[-DONE_SHOWN:]

    def _pending(self, step: CompiledStep) -> str | None:
        """Returns the kind of the fact about a step that the journey has yet to take in."""
        return self.pending.get((self.opened.state.customer.id, step.id))

    def _form(self, kind: str, step: CompiledStep) -> str:
        return forms.token(self.served, self.opened.token, kind, step.id, str(self.record(step).occurrence))


_ENDED = {
    "done": "done",
    "verified": "confirmed",
    "partial": "partly confirmed",
    "disputed": "not there yet",
}
