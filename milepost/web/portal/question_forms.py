"""The page of a question, and its forms: the answer in one click, and then, for who likes, what is behind it."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from milepost import limits
from milepost.intake.files import answer_of
from milepost.language.field_types import Verdict
from milepost.language.steps import Outcome
from milepost.numbers import AmbiguousNumberError, NotANumberError, read_number
from milepost.planner.situation import Situation
from milepost.planner.written_facts import WrittenFact
from milepost.store.files import EVIDENCE, FileOwner
from milepost.text import storable
from milepost.translations.reader import translatable
from milepost.web import forms
from milepost.web.file_form import FileForm, read_file_form
from milepost.web.form_values import Line, Text, Token
from milepost.web.pages import Values, back_to, notice_for, render_for
from milepost.web.portal.actions import PlanForm
from milepost.web.portal.complaints import number_complaint
from milepost.web.portal.file_answers import take_file
from milepost.web.portal.plan import OPEN_YOUR_PLAN, undo_lines
from milepost.web.portal.plan_link import Opened, mark_used, open_plan_or_history
from milepost.web.portal.question import ANSWER, COMPLETE, More, Question
from milepost.web.portal.shared_plan import Plan
from milepost.web.portal.throttle import let_through
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/plan", include_in_schema=False, dependencies=[Depends(let_through)])
_MOST = {"value": limits.VALUE, "comment": limits.TEXT, "evidence": limits.VALUE}
"""The characters that are taken of each field of what is added to an answer."""


@router.get("/{token}/outcomes/{outcome}")
async def question(request: Request, served: Served, token: str, outcome: str) -> Response:
    """The question about one outcome; after the end of the journey, how it was answered."""
    return await question_page(request, served, await open_plan_or_history(request, served, token), outcome)


async def question_page(
    request: Request,
    served: Services,
    opened: Opened,
    outcome: str,
    *,
    preview: Values | None = None,
    more: More | None = None,
) -> Response:
    """Returns the page of a question; `more` is what was typed and can't be taken as it is.

    Raises:
        ProblemError: the plan has no such question.
    """
    step = opened.compiled_map.steps.get(outcome)
    if step is None or not isinstance(step.step, Outcome):
        raise ProblemError(404, "not_found", translatable("This question isn't on your plan."), OPEN_YOUR_PLAN)
    asked = Question(await Plan.of(served, opened), step)
    page = {
        "question": asked,
        "more": replace(more, file_name=asked.more.file_name) if more else asked.more,
        "files": served.intake.context.files,
        "notice": None if more else notice_for(opened.reader, request),
        "preview": preview,
        "undo": await undo_lines(served, opened),
    }
    return render_for(served, opened.reader, "portal/question.html", page, status=422 if more else 200)


@router.post("/{token}/answer")
async def answer(
    request: Request, served: Served, token: str, form: Token, *, verdict: Line = "", reason: Text = ""
) -> Response:
    """The customer says whether an outcome is there; with a `reason`, somebody else than was asked says it for them."""
    sent = await PlanForm.read(request, served, token, form, ANSWER)
    if not isinstance(sent.step.step, Outcome):
        raise forms.FormRefusedError
    asked = _asked_instead(sent)
    if asked and not reason:
        message = translatable("Nothing was sent yet: please say why you answer for somebody else.")
        hint = translatable("Go back, write a word or two, and choose once more.")
        raise ProblemError(422, "reason_missing", message, hint)
    if verdict not in set(Verdict):
        hint = translatable("Go back and choose one of the three buttons.")
        raise ProblemError(422, "verdict_missing", translatable("The answer is missing."), hint)
    fact = WrittenFact(
        answer=sent.step.id, verdict=verdict, on_behalf_of=asked, reason=reason or None if asked else None
    )
    return await sent.record(f"{sent.opened.path}/outcomes/{sent.step.id}", fact, late=True)


@router.post("/{token}/complete/upload")
async def complete(request: Request, served: Served, token: str) -> Response:
    """The customer adds to their answer; what can't be taken comes back with all that was typed.

    Nothing of it is read before the link has been looked at.
    """
    opened = await open_plan_or_history(request, served, token)
    form = await read_file_form(request, served.intake.context.files.most_bytes)
    sent = PlanForm.of(served, opened, str(form.texts.get("form", "")), COMPLETE)
    step = sent.step.step
    if not isinstance(step, Outcome):
        raise forms.FormRefusedError
    await mark_used(served, opened)
    page = f"{opened.path}/outcomes/{step.id}"
    if not opened.may_complete(served.now()):
        return back_to(page, "closed")
    value, comment, evidence = (_typed(form, name, most) for name, most in _MOST.items())
    had = tuple(name for name in _MOST if name in str(form.texts.get("had", "")).split())
    named, no_file = (bool(form.texts.get(name)) for name in ("named", "no_file"))
    more = More(value, comment, evidence, named=named, had=had, no_file=no_file)
    measured = _measured(opened, step, more)
    file = await _file(sent, form, more)
    if more.wrong:
        return await question_page(request, served, opened, step.id, more=more)
    fact = WrittenFact(
        answer_completed=step.id,
        value=measured,
        comment=comment or None,
        evidence=file or evidence or None,
        emptied=tuple(name for name in more.emptied if not (file and name == "evidence")) or None,
        named=more.named,
    )
    customer, by = opened.state.customer.id, opened.contact.email
    told = await forms.record_fact(served, sent.form, customer, fact, by=by, source="portal")
    return back_to(page, told)


def _typed(form: FileForm, name: str, most: int) -> str:
    return storable(str(form.texts.get(name, ""))).strip()[:most]


async def _file(sent: PlanForm, form: FileForm, more: More) -> str | None:
    """Keeps the file that shows the result, if one came, and returns what names it; what is wrong goes into `more`."""
    upload = form.files.get("file")
    if upload is None:
        return None
    owner = FileOwner(sent.opened.journey, sent.step.id, EVIDENCE, sent.opened.contact.email)
    taken = await take_file(sent.served, sent.opened, owner, upload)
    if taken.complaint:
        more.wrong["file"] = taken.complaint
    return answer_of(taken.row) if taken.row else None


def _asked_instead(sent: PlanForm) -> str | None:
    """Returns who was asked, where that isn't whoever has the link; None where they were, or nobody was."""
    situation = Situation.of(sent.opened.compiled_map, sent.opened.state, sent.served.now())
    if situation.may_act(sent.step, sent.opened.contact.email):
        return None
    return situation.asked_of(sent.step)


def _measured(opened: Opened, outcome: Outcome, more: More) -> float | str | None:
    """Returns the measured value, which is a number if the outcome has a metric; None for nothing, or nonsense.

    What is wrong with it goes into `more`.
    """
    if not more.value.strip():
        return None
    try:
        return read_number(more.value, opened.locale)
    except NotANumberError as error:
        if outcome.metric is None and not isinstance(error, AmbiguousNumberError):
            return more.value.strip()
        more.wrong["value"] = " ".join(number_complaint(error, opened.reader))
        return None
