"""The page of a customer's plan: the goal, where we are, the next step, who does what, and what came of it.

Looking at it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from milepost.explain import local_time
from milepost.explain.agreement import is_shown
from milepost.language.field_types import Verdict
from milepost.language.steps import Action, Outcome
from milepost.planner.agreement_mails import NUMBER
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.fact_checks import asks_of
from milepost.translations.reader import translatable
from milepost.web import undo
from milepost.web.pages import Values, notice_for, render_for
from milepost.web.portal.history import history
from milepost.web.portal.plan_link import Opened, open_link, open_plan_or_history
from milepost.web.portal.plan_texts import our_contact
from milepost.web.portal.question import Question, questions
from milepost.web.portal.results import goal, results
from milepost.web.portal.shared_plan import Plan
from milepost.web.portal.stage_rail import RailStage, stage_rail
from milepost.web.portal.throttle import let_through
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services
from milepost.web.undo import UndoLine

router = APIRouter(prefix="/plan", include_in_schema=False, dependencies=[Depends(let_through)])
OPEN_YOUR_PLAN = translatable("Open your plan to see what is.")


@router.get("/{token}")
async def plan(request: Request, served: Served, token: str) -> Response:
    """The plan that a link opens; after the end of its journey, what was done and confirmed."""
    return await plan_page(request, served, await open_plan_or_history(request, served, token))


async def plan_page(request: Request, served: Services, opened: Opened, preview: Values | None = None) -> Response:
    """Returns the page of a plan or of its history; `preview` is what stands above a colleague's look at it."""
    around = {
        "undo": await undo_lines(served, opened),
        "preview": preview,
        "notice": notice_for(opened.reader, request),
    }
    if opened.state.ended:
        return render_for(served, opened.reader, "portal/history.html", await history(served, opened) | around)
    return render_for(served, opened.reader, "portal/plan.html", _values(await Plan.of(served, opened)) | around)


async def undo_lines(served: Services, opened: Opened) -> list[UndoLine]:
    """Returns what the reader just did on the plan and can take back."""
    if opened.is_preview:
        return []
    customer, contact = opened.state.customer.id, opened.contact.email
    return await undo.by_contact(
        served, customer, contact, opened.owner, opened.zone, reader=opened.reader, language=opened.language
    )


@router.get("/{token}/steps/{step}")
async def form(request: Request, served: Served, token: str, step: str) -> Response:
    """The form of one step, with the answers that were sent last."""
    opened = await open_link(request, served, token)
    shared_plan = await Plan.of(served, opened)
    compiled = opened.compiled_map.steps.get(step)
    if compiled is None or not asks_of(compiled) or not shared_plan.can_send(compiled):
        raise ProblemError(404, "not_found", translatable("This form isn't on your plan."), OPEN_YOUR_PLAN)
    filled = shared_plan.present_form(compiled)
    page = {"plan": shared_plan, "step": compiled, "form": filled, "notice": notice_for(opened.reader, request)}
    return render_for(served, opened.reader, "portal/step.html", page)


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that the customer is to do: a step, or with `question` whether an outcome is there."""

    step: CompiledStep
    question: Question | None
    who: str
    is_own: bool
    can_be_done: bool


def _rail(plan: Plan) -> list[RailStage]:
    opened = plan.opened
    return stage_rail(opened.compiled_map, opened.state, plan.openings, opened.reader, opened.zone)


def _values(plan: Plan) -> Values:
    steps = [step for step in plan.opened.compiled_map.steps.values() if plan.situation.is_container_open(step)]
    open_steps = [step for step in steps if plan.record(step).is_open]
    todos = sorted(_todos(plan, open_steps), key=lambda todo: plan.record(todo.step).due_at or 2**62)
    own = [todo for todo in todos if todo.is_own]
    following = next((todo for todo in own if todo.can_be_done), None)
    every = results(plan.opened.compiled_map, plan.opened.state, plan.records)
    return {
        "plan": plan,
        "contact": our_contact(plan.opened),
        "goal": goal(every),
        "results": every,
        "stages": _rail(plan),
        "next": following,
        "own": [todo for todo in own if todo is not following],
        "others": _by_person(todo for todo in todos if not todo.is_own),
        "ours": [step for step in open_steps if step.is_task and is_shown(step)],
        "works_on_answer": _works_on_answer(plan),
        "ahead": [step for step in steps if _is_ahead(plan, step)],
        "done": plan.done(),
        "files": plan.sent_files,
        "agreement": bool(plan.opened.state.numbers.get(NUMBER)) and not plan.opened.is_preview,
        "zone": plan.reader.zone_name(local_time.local(plan.served.now(), plan.opened.zone)),
        "preferences": f"{plan.opened.path}/preferences" if plan.opened.is_preview else plan.preferences_path,
    }


def _works_on_answer(plan: Plan) -> bool:
    """Returns whether we have work with an answer that wasn't a yes: its steps aren't shown, but there are some."""
    state, plays = plan.opened.state, plan.opened.compiled_map.plays
    is_at_work = any(each.play.kind == "risk" and state.play(play).is_open for play, each in plays.items())
    last = (each.last for each in plan.records)
    return is_at_work and any(each and each.verdict in (Verdict.PARTIAL, Verdict.DISPUTED) for each in last)


def _is_ahead(plan: Plan, step: CompiledStep) -> bool:
    """Returns whether a step is still to come in an open stage; outcomes stand among the results."""
    is_outcome = isinstance(step.step, Outcome)
    return plan.record(step).is_waiting and not step.in_play and not is_outcome and is_shown(step)


def _todos(plan: Plan, open_steps: list[CompiledStep]) -> Iterator[ToDo]:
    for asked in questions(plan):
        yield ToDo(asked.step, asked, plan.who(asked.step), plan.may_act(asked.step), asked.can_answer)
    for step in open_steps:
        if isinstance(step.step, Action):
            yield ToDo(step, None, plan.who(step), plan.may_act(step), plan.can_send(step))


def _by_person(todos: Iterator[ToDo]) -> list[tuple[str, list[ToDo]]]:
    by_name = sorted(todos, key=lambda todo: todo.who)  # a stable sort: each person's stay in the order of their dates
    return [(who, list(each)) for who, each in groupby(by_name, key=lambda todo: todo.who)]
