"""The page of a rollout: how far it is, and the forms that pause it, end it or take it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from milepost.intake import rollouts
from milepost.intake.context import IntakeContext
from milepost.intake.errors import RolloutRefusedError
from milepost.intake.rollouts import Reason
from milepost.store.errors import RolloutOpenError
from milepost.store.tables import RolloutRow
from milepost.web import forms
from milepost.web.form_values import Number, Text, Token
from milepost.web.identity import Acting, Looking, Person
from milepost.web.ops.rollout_view import view_of
from milepost.web.pages import Values, back_to, render_aside, shell
from milepost.web.services import Served, Services

ROLLOUTS = "/ops/rollouts"
router = APIRouter(prefix=f"{ROLLOUTS}/{{number}}", include_in_schema=False)
_PAGE, _BACK = "ops/rollout.html", "ops/rollout_back.html"
_FORM = "rollout"
_LIVE_EVERY = 2  # seconds
_WHY_MISSING = "Write why: it stands in the audit, and on the page of the rollout."


async def _page(
    request: Request,
    served: Services,
    viewer: Person | None,
    number: int,
    template: str = _PAGE,
    *,
    status: int = 200,
    **typed: str,
) -> Response:
    view = await view_of(served, number)
    page: Values = {
        "view": view,
        "is_away": view.is_at_work and not await served.temporal(),
        "form": forms.token(served, viewer.session, _FORM, str(number)) if viewer else None,
        "problem": "",
        "why": "",
        **typed,
    }
    live_every = _LIVE_EVERY if template == _PAGE and view.changes_by_itself else None
    zone = await served.zone()
    around = shell(request, served, viewer, f"Rollout {number}", "maps", zone=zone, live_every=live_every)
    response = await render_aside(template, page, around)
    response.status_code = status
    return response


@router.get("")
async def shown(request: Request, served: Served, viewer: Looking, number: Number) -> Response:
    """How far a rollout is. While it moves somebody, the page comes anew by itself."""
    return await _page(request, served, viewer, number)


class RolloutForm:
    """A checked form on the page of a rollout."""

    def __init__(self, number: Number, served: Served, person: Acting, form: Token) -> None:
        self.number = number
        self.served = served
        self.person = person
        if forms.read(served, person.session, form, _FORM).subject != (str(number),):
            raise forms.FormRefusedError

    async def change(self, act: Callable[[IntakeContext, int], Awaitable[RolloutRow]]) -> Response:
        """Does something to the rollout, and goes back to its page; what can't be done any more is said there."""
        try:
            await act(self.served.intake.context, self.number)
        except RolloutRefusedError:
            return back_to(f"{ROLLOUTS}/{self.number}", "rollout_moved_on")
        return RedirectResponse(f"{ROLLOUTS}/{self.number}", 303)


Sent = Annotated[RolloutForm, Depends()]


@router.post("/pause")
async def pause(sent: Sent) -> Response:
    """Stops before the next batch."""
    return await sent.change(rollouts.pause)


@router.post("/resume")
async def resume(sent: Sent) -> Response:
    """Goes on."""
    return await sent.change(rollouts.resume)


@router.post("/cancel")
async def cancel(sent: Sent) -> Response:
    """Ends it: nobody else is told."""
    return await sent.change(rollouts.cancel)


@router.get("/back")
async def ask_back(request: Request, served: Served, viewer: Looking, number: Number) -> Response:
    """What taking a rollout back would do, and the form for it."""
    return await _page(request, served, viewer, number, _BACK)


@router.post("/back")
async def back(request: Request, sent: Sent, why: Text = "") -> Response:
    """Begins to move its customers back to the versions where they were."""
    if not why:
        return await _page(request, sent.served, sent.person, sent.number, _BACK, status=422, problem=_WHY_MISSING)
    try:
        row = await rollouts.back(sent.served.intake.context, sent.number, Reason(sent.person.address, why))
    except RolloutOpenError as error:
        told = f"Nothing was begun. {error.message} Wait for it, or cancel it, and send this again."
        return await _page(request, sent.served, sent.person, sent.number, _BACK, status=409, problem=told, why=why)
    return RedirectResponse(f"{ROLLOUTS}/{row.number}", 303)
