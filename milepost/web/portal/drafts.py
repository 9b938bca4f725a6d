"""Drafts of forms: what is typed in one on the plan is kept until the form is sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from milepost.planner.fact_checks import asks_of
from milepost.planner.situation import Situation
from milepost.store import form_drafts
from milepost.web.form_values import Token
from milepost.web.pages import back_to
from milepost.web.portal import answer_form
from milepost.web.portal.actions import PlanForm
from milepost.web.portal.throttle import let_through
from milepost.web.services import Served

router = APIRouter(prefix="/plan", include_in_schema=False, dependencies=[Depends(let_through)])


@router.post("/{token}/draft")
async def save(
    request: Request,
    served: Served,
    token: str,
    form: Token,
    x_typing: Annotated[str, Header(max_length=10)] = "",
) -> Response:
    """Keeps what is typed in the form of a step; a script that does so by itself (`X-Typing`) gets no page."""
    sent = await PlanForm.read(request, served, token, form, "done")
    opened, step = sent.opened, sent.step
    record = opened.state.step(step.id)
    situation = Situation.of(opened.compiled_map, opened.state, served.now())
    is_theirs = bool(asks_of(step)) and situation.may_act(step, opened.contact.email)
    if not is_theirs or sent.form.subject[1] != str(record.occurrence):
        return Response(status_code=409) if x_typing else back_to(opened.path, "closed")
    typed = answer_form.typed(step, await request.form())
    now = served.now()

    def keep(session: Session) -> None:
        place = opened.journey, step.id, opened.contact.email
        form_drafts.save(session, *place, occurrence=record.occurrence, typed=typed, now=now)

    await served.store.write(keep)
    return Response(status_code=204) if x_typing else back_to(opened.path, "saved", step.id)
