"""The customer's plan: what you do, what we ask, what we do, what is next. It is looked at; nothing changes by that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.explain import local_time
from milepost.explain.overview import OutcomeRecord
from milepost.explain.sentences import Wording
from milepost.language.model import Action, Outcome, Touchpoint
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.instants import Instant
from milepost.planner.turn import Turn
from milepost.store import outcomes
from milepost.web import forms
from milepost.web.pages import render, told
from milepost.web.pending_facts import noted
from milepost.web.portal.plan_link import Opened, open_link
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/plan", include_in_schema=False)
DONE_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Todo:
    """Something for the customer to do. `form` is None once it was said to be done."""

    anchor: str
    title: str
    who: str
    due: str | None
    is_late: bool
    form: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """An outcome to confirm. `said` is what was answered so far; `form` is None where it is not asked now."""

    outcome: str
    statement: str
    who: str
    metric: str | None
    unit: str | None
    answer_by: str | None
    said: str | None
    form: str | None


@dataclass(frozen=True, slots=True)
class Ours:
    """Something that we do."""

    title: str
    who: str
    due: str | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The whole plan, in plain words."""

    path: str
    customer: str
    reader: str
    title: str
    stages: tuple[tuple[str, str], ...]
    todos: tuple[Todo, ...]
    questions: tuple[Question, ...]
    ours: tuple[Ours, ...]
    ahead: tuple[str, ...]
    done: tuple[tuple[str, str], ...]
    is_paused: bool
    zone: str
    told: str | None


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One outcome by itself, as the link in a request opens it."""

    path: str
    customer: str
    question: Question
    told: str | None


@router.get("/{token}")
async def plan(request: Request, served: Served, token: str) -> Response:
    """The plan that a link opens."""
    opened = await open_link(served, token)
    return render("portal/plan.html", await _page(served, opened, told(request)))


@router.get("/{token}/outcomes/{outcome}")
async def question(request: Request, served: Served, token: str, outcome: str) -> Response:
    """The question whether one outcome is there."""
    opened = await open_link(served, token)
    shower = await Shower.of(served, opened)
    step = opened.compiled_map.steps.get(outcome)
    if step is None or not isinstance(step.step, Outcome):
        raise ProblemError(404, "not_found", "This question is not on your plan.", "Open your plan to see what is.")
    page = QuestionPage(opened.path, opened.state.customer.name, shower.question(step), told(request))
    return render("portal/question.html", page)


async def _page(served: Services, opened: Opened, word: str | None) -> PlanPage:
    shower = await Shower.of(served, opened)
    compiled_map, state = opened.compiled_map, opened.state
    steps = [step for step in compiled_map.steps.values() if shower.turn.is_container_open(step)]
    open_steps = [step for step in steps if state.step(step.id).is_open]
    return PlanPage(
        path=opened.path,
        customer=state.customer.name,
        reader=opened.contact.name,
        title=compiled_map.map.title,
        stages=tuple(_stages(opened)),
        todos=tuple(shower.todo(step) for step in open_steps if isinstance(step.step, Action)),
        questions=tuple(shower.questions()),
        ours=tuple(shower.ours(step) for step in open_steps if step.is_task and not step.in_play),
        ahead=tuple(_ahead(steps, shower)),
        done=shower.done(),
        is_paused=state.status == "paused",
        zone=local_time.zone_text(opened.zone, served.now()),
        told=word,
    )


def _stages(opened: Opened) -> Iterator[tuple[str, str]]:
    """The stages with their states, without those that the journey went past."""
    compiled_map, state = opened.compiled_map, opened.state
    sequence = [stage_id for stage_id, stage in compiled_map.stages.items() if stage.in_sequence]
    come_to = max((at for at, stage_id in enumerate(sequence) if state.stage(stage_id).status != "waiting"), default=0)
    passed = {stage_id for stage_id in sequence[:come_to] if state.stage(stage_id).status == "waiting"}
    for stage_id, stage in compiled_map.stages.items():
        if stage_id not in passed:
            yield stage.stage.title, state.stage(stage_id).status


def _ahead(steps: list[CompiledStep], shower: Shower) -> Iterator[str]:
    """What is still to come in what is open. Our own side paths stay ours."""
    for step in steps:
        if shower.opened.state.step(step.id).status == "waiting" and not (step.in_play or step.is_mail):
            yield shower.say.step(step.id)


@dataclass(frozen=True, slots=True)
class Shower:
    """Puts the parts of one plan into words."""

    served: Services
    opened: Opened
    turn: Turn
    say: Wording
    told: dict[tuple[str, str], str]
    answers: dict[str, OutcomeRecord]

    @staticmethod
    async def of(served: Services, opened: Opened) -> Shower:
        state = opened.state
        told_already = await noted(served, [state.customer.id])
        async with served.store.reading() as session:
            records = await outcomes.of_journey(session, opened.journey)
        answers = {record.outcome: record for record in records}  # the last occurrence counts
        turn = Turn(opened.compiled_map, state, max(served.now(), state.clock))
        return Shower(served, opened, turn, Wording(opened.compiled_map, opened.zone), told_already, answers)

    def todo(self, step: CompiledStep) -> Todo:
        record = self.opened.state.step(step.id)
        is_noted = (self.opened.state.customer.id, step.id) in self.told
        return Todo(
            anchor=step.id,
            title=self.say.step(step.id),
            who=self._who(step),
            due=self._day(record.due_at),
            is_late=record.due_at is not None and record.due_at < self.turn.at,
            form=None if is_noted else self._form("done", step),
        )

    def questions(self) -> Iterator[Question]:
        """Outcomes that are asked, or were answered by silence and may still be answered."""
        for step in self.opened.compiled_map.steps.values():
            status = self.opened.state.step(step.id).status
            if isinstance(step.step, Outcome) and (status in ("asked", "silent") or self._is_noted(step)):
                yield self.question(step)

    def question(self, step: CompiledStep) -> Question:
        known, record = step.step, self.opened.state.step(step.id)
        assert isinstance(known, Outcome)
        may_answer = record.status in ("open", "asked", "silent") and not self._is_noted(step)
        metric = known.metric
        return Question(
            outcome=step.id,
            statement=known.statement,
            who=self._who(step),
            metric=metric.name if metric else None,
            unit=metric.unit if metric else None,
            answer_by=self._day(record.due_at) if record.status == "asked" else None,
            said=self._said(step),
            form=self._form("answer", step) if may_answer else None,
        )

    def ours(self, step: CompiledStep) -> Ours:
        known, record = step.step, self.opened.state.step(step.id)
        assert isinstance(known, Touchpoint)
        return Ours(known.title, self.say.role(known.role), self._day(record.due_at))

    def done(self) -> tuple[tuple[str, str], ...]:
        """What was finished or confirmed, in the order of the map, with how it ended."""
        ended = []
        for step in self.opened.compiled_map.steps.values():
            status = self.opened.state.step(step.id).status
            if status in _ENDED and not step.is_mail and not (step.in_play and step.is_task):
                ended.append((self.say.step(step.id), _ENDED[status]))
        return tuple(ended[-DONE_SHOWN:])

    def _is_noted(self, step: CompiledStep) -> bool:
        return self.told.get((self.opened.state.customer.id, step.id)) == "answer"

    def _said(self, step: CompiledStep) -> str | None:
        if self._is_noted(step):
            return "We have noted your answer. Thank you."
        outcome = self.answers.get(step.id)
        last = outcome.last if outcome else None
        if last is None or last.verdict == "silent":
            return None
        return f"On {local_time.day_of(last.at, self.opened.zone)}: {_ENDED[last.verdict]}."

    def _who(self, step: CompiledStep) -> str:
        contact = self.turn.contact_of(step)
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
