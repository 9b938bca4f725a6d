"""The customer's plan: what you do, what we ask, what we do, what is next. Looking at it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.explain import local_time
from milepost.explain.overview import OutcomeRecord
from milepost.explain.sentences import Wording
from milepost.language.model import Action, Outcome, Touchpoint
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StageStatus, StepStatus
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.store import outcomes
from milepost.web import forms
from milepost.web.pages import notice, render
from milepost.web.pending_facts import pending_facts
from milepost.web.portal.plan_link import Opened, open_link
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/plan", include_in_schema=False)
DONE_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Todo:
    """Something for the customer to do. `form` is None once it has been reported as done."""

    anchor: str
    title: str
    who: str
    due: str | None
    is_late: bool
    form: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """An outcome to confirm. `answered` says how it was answered so far; `form` is None where it is not asked now."""

    outcome: str
    statement: str
    who: str
    metric: str | None
    unit: str | None
    answer_by: str | None
    answered: str | None
    form: str | None


@router.get("/{token}")
async def plan(request: Request, served: Served, token: str) -> Response:
    """The plan that a link opens."""
    opened = await open_link(served, token)
    values = await _values(served, opened)
    return render("portal/plan.html", {**values, "notice": notice(request)})


@router.get("/{token}/outcomes/{outcome}")
async def question(request: Request, served: Served, token: str, outcome: str) -> Response:
    """The question about one outcome."""
    opened = await open_link(served, token)
    builder = await PlanBuilder.of(served, opened)
    step = opened.compiled_map.steps.get(outcome)
    if step is None or not isinstance(step.step, Outcome):
        raise ProblemError(404, "not_found", "This question is not on your plan.", "Open your plan to see what is.")
    page = {"opened": opened, "question": builder.question(step), "notice": notice(request)}
    return render("portal/question.html", page)


async def _values(served: Services, opened: Opened) -> dict[str, Any]:
    builder = await PlanBuilder.of(served, opened)
    compiled_map, state = opened.compiled_map, opened.state
    steps = [step for step in compiled_map.steps.values() if builder.situation.is_container_open(step)]
    open_steps = [step for step in steps if state.step(step.id).is_open]
    return {
        "opened": opened,
        "stages": list(_stages(opened)),
        "todos": [builder.todo(step) for step in open_steps if isinstance(step.step, Action)],
        "questions": list(builder.questions()),
        "ours": [builder.ours(step) for step in open_steps if step.is_task and not step.in_play],
        "ahead": list(_ahead(steps, builder)),
        "done": builder.done(),
        "zone": local_time.zone_text(opened.zone, served.now()),
    }


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
            yield stage.stage.title, state.stage(stage_id).status


def _ahead(steps: list[CompiledStep], builder: PlanBuilder) -> Iterator[str]:
    """Yields the steps that are still to come in open stages, without our own plays."""
    for step in steps:
        if builder.opened.state.step(step.id).is_waiting and not (step.in_play or step.is_mail):
            yield builder.say.step(step.id)


@dataclass(frozen=True, slots=True)
class PlanBuilder:
    """Builds the parts of one plan."""

    served: Services
    opened: Opened
    situation: Situation
    say: Wording
    pending: dict[tuple[str, str], str]
    answers: dict[str, OutcomeRecord]

    @staticmethod
    async def of(served: Services, opened: Opened) -> PlanBuilder:
        state = opened.state
        pending = await pending_facts(served, [state.customer.id])
        async with served.store.reading() as session:
            records = await outcomes.of_journey(session, opened.journey)
        answers = {record.outcome: record for record in records}  # the last occurrence counts
        situation = Situation.of(opened.compiled_map, state, served.now())
        return PlanBuilder(served, opened, situation, Wording(opened.compiled_map, opened.zone), pending, answers)

    def todo(self, step: CompiledStep) -> Todo:
        record = self.opened.state.step(step.id)
        is_pending = (self.opened.state.customer.id, step.id) in self.pending
        return Todo(
            anchor=step.id,
            title=self.say.step(step.id),
            who=self._who(step),
            due=self._day(record.due_at),
            is_late=record.due_at is not None and record.due_at < self.situation.at,
            form=None if is_pending else self._form("done", step),
        )

    def questions(self) -> Iterator[Question]:
        """Yields the outcomes that are asked, or went unanswered and may still be answered."""
        for step in self.opened.compiled_map.steps.values():
            status = self.opened.state.step(step.id).status
            if isinstance(step.step, Outcome) and (
                status in (StepStatus.ASKED, StepStatus.SILENT) or self._is_pending(step)
            ):
                yield self.question(step)

    def question(self, step: CompiledStep) -> Question:
        outcome, record = step.step, self.opened.state.step(step.id)
        assert isinstance(outcome, Outcome)
        may_answer = (record.is_open or record.status is StepStatus.SILENT) and not self._is_pending(step)
        metric = outcome.metric
        return Question(
            outcome=step.id,
            statement=outcome.statement,
            who=self._who(step),
            metric=metric.name if metric else None,
            unit=metric.unit if metric else None,
            answer_by=self._day(record.due_at) if record.status is StepStatus.ASKED else None,
            answered=self._answered(step),
            form=self._form("answer", step) if may_answer else None,
        )

    def ours(self, step: CompiledStep) -> tuple[str, str, str | None]:
        """Returns the title of a task of ours, who does it, and when it is due."""
        touchpoint, record = step.step, self.opened.state.step(step.id)
        assert isinstance(touchpoint, Touchpoint)
        return touchpoint.title, self.say.role(touchpoint.role), self._day(record.due_at)

    def done(self) -> list[tuple[str, str]]:
        """Returns the steps that are finished or confirmed, in the order of the map, with how they ended."""
        ended = []
        for step in self.opened.compiled_map.steps.values():
            status = self.opened.state.step(step.id).status
            if status in _ENDED and not step.is_mail and not (step.in_play and step.is_task):
                ended.append((self.say.step(step.id), _ENDED[status]))
        return ended[-DONE_SHOWN:]

    def _is_pending(self, step: CompiledStep) -> bool:
        return self.pending.get((self.opened.state.customer.id, step.id)) == "answer"

    def _answered(self, step: CompiledStep) -> str | None:
        if self._is_pending(step):
            return "We have noted your answer. Thank you."
        outcome = self.answers.get(step.id)
        last = outcome.last if outcome else None
        if last is None or last.verdict == StepStatus.SILENT:
            return None
        return f"On {local_time.day_of(last.at, self.opened.zone)}: {_ENDED[last.verdict]}."

    def _who(self, step: CompiledStep) -> str:
        contact = self.situation.contact_of(step)
        title = self.say.persona(step.persona)
        return f"{contact.name} ({title})" if contact else title

    def _day(self, at: Instant | None) -> str | None:
        return None if at is None else local_time.day_of(at, self.opened.zone)

    def _form(self, what: str, step: CompiledStep) -> str:
        record = self.opened.state.step(step.id)
        owner = self.opened.token
        return forms.token(self.served, owner, what, step.id, str(record.occurrence))


_ENDED = {
    "done": "done",
    "verified": "confirmed",
    "partial": "partly confirmed",
    "disputed": "not there yet",
}
