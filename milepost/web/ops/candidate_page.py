"""One map on its way: the look at it, the word to publish it, and the rollout that moves customers to it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from milepost.errors import MilepostError
from milepost.intake.candidates import candidates
from milepost.intake.candidates.candidates import CandidateRefusedError, Looked
from milepost.intake.rollouts import Reason
from milepost.store import candidates as stored
from milepost.store.errors import RolloutOpenError
from milepost.store.rollouts import MovePolicy
from milepost.web import forms
from milepost.web.form_values import Line, Number, Text, Token
from milepost.web.identity import Acting, Looking, Person
from milepost.web.ops.candidate_view import POLICIES, STAY, Choice, view_of
from milepost.web.ops.rollouts import ROLLOUTS
from milepost.web.pages import Values, back_to, render_aside, shell
from milepost.web.request_limits import PUBLISH
from milepost.web.services import Served, Services

router = APIRouter(prefix=f"{PUBLISH}/{{number}}", include_in_schema=False)
_FORM = "candidate"
_LIVE_EVERY = 2  # seconds
_ONE_AT_A_TIME = "Rollout {} of this map isn't over, and a map has one at a time. Wait for it, or cancel it."


@router.get("")
async def shown(request: Request, served: Served, viewer: Looking, number: Number) -> Response:
    """What was found out about a map, and what can be done with it. While it is looked at, the page comes anew."""
    return await _page(request, served, viewer, number)


async def _page(
    request: Request,
    served: Services,
    viewer: Person | None,
    number: int,
    choice: Choice | None = None,
    *,
    status: int = 200,
) -> Response:
    view = await view_of(served, number, choice or Choice())
    looked = view.looked if view.report else Looked("", "")
    page: Values = {
        "view": view,
        "policies": POLICIES,
        "form": forms.token(served, viewer.session, _FORM, str(number), looked.hash, looked.since) if viewer else None,
    }
    live_every, zone = _LIVE_EVERY if view.is_looked_at else None, await served.zone()
    around = shell(request, served, viewer, f"Publish {view.title}", "maps", zone=zone, live_every=live_every)
    response = await render_aside("ops/candidate.html", page, around)
    response.status_code = status
    return response


class CandidateForm:
    """A checked form on the page of a candidate; `looked` is what its sender saw there."""

    def __init__(self, number: Number, request: Request, served: Served, person: Acting, form: Token) -> None:
        self.number = number
        self.request = request
        self.served = served
        self.context = served.intake.context
        self.person = person
        own, *looked = forms.read(served, person.session, form, _FORM).subject
        if own != str(number):
            raise forms.FormRefusedError
        self.looked = Looked(*looked)

    def reason(self, choice: Choice) -> Reason:
        return Reason(self.person.address, choice.why)

    async def refuse(self, choice: Choice, status: int, problem: str = "", **complaints: str) -> Response:
        """Shows the page again with all that was typed, and what is wrong."""
        wrong = Choice(choice.why, choice.policy, choice.batch, choice.rate, choice.anyway, complaints, problem)
        return await _page(self.request, self.served, self.person, self.number, wrong, status=status)


Sent = Annotated[CandidateForm, Depends()]


def chosen(*, why: Text = "", policy: Line = STAY, batch: Line = "", rate: Line = "", anyway: Line = "") -> Choice:
    """Returns what was typed; a pace that the form doesn't ask for is the usual one."""
    usual = Choice()
    return Choice(why, policy, batch or usual.batch, rate or usual.rate, bool(anyway))


Chosen = Annotated[Choice, Depends(chosen)]


@router.post("/look")
async def look(sent: Sent) -> Response:
    """Looks at it again, as things are now."""
    begin = partial(stored.begin_look, number=sent.number, wall=sent.context.wall())
    if await sent.context.store.write(begin):
        sent.served.candidates.start(sent.number)
    return RedirectResponse(f"{PUBLISH}/{sent.number}", 303)


@router.post("/publish")
async def publish(sent: Sent, choice: Chosen) -> Response:
    """Publishes what its sender looked at and, if that was chosen, begins to move customers to it."""
    if complaints := choice.missing():
        return await sent.refuse(choice, 422, **complaints)
    view = await view_of(sent.served, sent.number, choice)
    if choice.policy != STAY and view.rollout is not None:
        problem = f"Nothing was published. {_ONE_AT_A_TIME.format(view.rollout.number)}"
        return await sent.refuse(choice, 409, problem)
    if view.is_current:
        return back_to(f"{PUBLISH}/{sent.number}", "again")
    try:
        publication = await candidates.publish(
            sent.context, sent.number, sent.looked, sent.reason(choice), anyway=choice.anyway
        )
    except CandidateRefusedError as error:
        return await sent.refuse(choice, 409, f"Nothing was published. {_words(error)}")
    if choice.policy == STAY or not publication.staying:
        return back_to(f"{PUBLISH}/{sent.number}", "published")
    try:
        return await _start(sent, choice)
    except RolloutOpenError:
        return back_to(f"{PUBLISH}/{sent.number}", "published_not_moved")


@router.post("/roll-out")
async def roll_out(sent: Sent, choice: Chosen) -> Response:
    """Begins to move the customers on other versions to this one, which is published."""
    complaints = choice.missing()
    if choice.policy == STAY:
        complaints["policy"] = "Choose when they move."
    if complaints:
        return await sent.refuse(choice, 422, **complaints)
    try:
        return await _start(sent, choice)
    except RolloutOpenError as error:
        return await sent.refuse(choice, 409, f"Nothing was begun. {_ONE_AT_A_TIME.format(error.number)}")


async def _start(sent: CandidateForm, choice: Choice) -> Response:
    row = await candidates.roll_out(
        sent.context, sent.looked.hash, MovePolicy(choice.policy), choice.pace, sent.reason(choice)
    )
    return RedirectResponse(f"{ROLLOUTS}/{row.number}", 303)


@router.post("/discard")
async def discard(sent: Sent) -> Response:
    """Throws it away. A version that was published stays."""
    await candidates.discard(sent.context, sent.number)
    return back_to(PUBLISH, "thrown_away")


def _words(error: MilepostError) -> str:
    return " ".join(filter(None, (error.message, error.hint)))
