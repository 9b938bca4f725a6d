"""A colleague's look at a plan, as one of the customer's people sees it: read-only, under the colleague's own session.

In the demo and in rehearsals, whose people are played, it also leads to the plan itself: whoever tries Milepost out is
the customer, too.
"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost.customer import Contact
from milepost.planner.state import State
from milepost.store import customers, journeys
from milepost.store.tables import JourneyRow
from milepost.web import forms
from milepost.web.demo import plan_of
from milepost.web.form_values import Token
from milepost.web.identity import Looking, Person, is_open
from milepost.web.pages import Values
from milepost.web.portal import plan
from milepost.web.portal.plan_link import Opened, contact_at, people_of, preview
from milepost.web.portal.preferences import preferences_preview
from milepost.web.portal.question_forms import question_page
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops/customers/{customer}/plan", include_in_schema=False)
_KIND = "act"
_NOBODY = "nobody has signed in"
"""Stands for the session in the forms of somebody who didn't have to sign in."""


def preview_path(served: Services, customer: str, journey: str, address: str) -> str:
    """Returns the address of a look at the plan as the contact of this address sees it."""
    return f"/ops/customers/{quote(customer)}/plan/{served.links.mark(journey, address)}"


@router.get("")
async def first(served: Served, _: Looking, customer: str) -> Response:
    """The look at the plan as the first of the customer's contacts sees it."""
    journey = await _journey(served, customer)
    contacts = State.from_json(journey.state).customer.contacts
    if not contacts:
        raise ProblemError(404, "no_contact", "Nobody is on this plan.", "Add a contact first.")
    return RedirectResponse(preview_path(served, journey.customer_id, journey.id, contacts[0].email), 303)


@router.get("/{mark}")
async def plan_preview(request: Request, served: Served, viewer: Looking, customer: str, mark: str) -> Response:
    """The plan, or what was done on one that is over."""
    opened, above = await _opened(request, served, viewer, customer, mark)
    return await plan.plan_page(request, served, opened, above)


@router.get("/{mark}/outcomes/{outcome}")
async def question_preview(
    request: Request, served: Served, viewer: Looking, *, customer: str, mark: str, outcome: str
) -> Response:
    """The question about one outcome; after the end of the journey, what was done."""
    opened, above = await _opened(request, served, viewer, customer, mark)
    if opened.state.ended:
        return await plan.plan_page(request, served, opened, above)
    return await question_page(request, served, opened, outcome, preview=above)


@router.get("/{mark}/preferences")
async def preferences(request: Request, served: Served, viewer: Looking, customer: str, mark: str) -> Response:
    """Which mail the contact gets, as the page behind the link in their mails says it."""
    opened, above = await _opened(request, served, viewer, customer, mark)
    return await preferences_preview(served, opened.reader, opened.contact.email, above)


@router.post("/{mark}/act")
async def act(request: Request, served: Served, viewer: Looking, *, customer: str, mark: str, form: Token) -> Response:
    """Opens the plan itself, with a link made for this, where people are played and nothing leaves this machine."""
    if not _may_act(served, request):
        message = "Colleagues can only look at a customer's plan."
        raise ProblemError(403, "preview_only", message, "What a customer says elsewhere is recorded on their page.")
    if forms.read(served, _owner(viewer), form, _KIND).subject != (customer, mark):
        raise forms.FormRefusedError
    journey = await _journey(served, customer)
    contact = _contact(served, journey, mark)
    return await plan_of(served, viewer, customer, contact.email)


async def _opened(
    request: Request, served: Services, viewer: Person | None, customer: str, mark: str
) -> tuple[Opened, Values]:
    """Returns the plan of the contact that the mark stands for, and what stands above it.

    Raises:
        ProblemError: the customer never had a plan, or the contact isn't on it.
    """
    journey = await _journey(served, customer)
    contact, page = _contact(served, journey, mark), f"/ops/customers/{quote(journey.customer_id)}"
    path = preview_path(served, journey.customer_id, journey.id, contact.email)
    others = [
        (each.name, preview_path(served, journey.customer_id, journey.id, each.email))
        for each in State.from_json(journey.state).customer.contacts
        if each.email != contact.email
    ]
    acts = _may_act(served, request) and journey.ended_at is None
    token = forms.token(served, _owner(viewer), _KIND, customer, mark) if acts else None
    above = {"contact": contact.name, "customer": page, "path": path, "others": others, "act": token}
    return await preview(served, journey, contact, path), above


def _may_act(served: Services, request: Request) -> bool:
    """Returns whether whoever looks may be the customer, too: people are played on this machine, and no mail leaves."""
    return served.settings.channel == "outbox" and is_open(served, request)


def _owner(viewer: Person | None) -> str:
    return viewer.session if viewer else _NOBODY


async def _journey(served: Services, customer: str) -> JourneyRow:
    """Returns the customer's latest journey.

    Raises:
        ProblemError: there was none.
    """
    async with served.store.reading() as session:
        row = await customers.get_row(session, customer)
        journey = await journeys.latest_of(session, row.id)
    if journey is None:
        raise ProblemError(404, "no_plan", f"Customer {customer!r} has had no journey, so there is no plan.")
    return journey


def _contact(served: Services, journey: JourneyRow, mark: str) -> Contact:
    state = State.from_json(journey.state)
    match = next((each for each in people_of(state) if served.links.mark(journey.id, each) == mark), None)
    if match is None:
        hint = "The customer's page shows who is."
        raise ProblemError(404, "not_found", "This person isn't on the customer's plan.", hint)
    return contact_at(state, match)
