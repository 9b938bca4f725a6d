"""A customer's results for colleagues, as they are shown to others, with the links that may be forwarded."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost.explain.people_names import PeopleNames
from milepost.intake import links as links_of
from milepost.planner.instants import moment
from milepost.store import customers, journeys, links
from milepost.store.links import Purpose
from milepost.translations.reader import ENGLISH
from milepost.web import forms
from milepost.web.identity import Looking
from milepost.web.ops.actions import SentForm
from milepost.web.pages import back_to, render_aside, shell
from milepost.web.portal.proof_pages import document, proof_for, proof_values
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link that works: its address, the day on which it was made, and by whom."""

    url: str
    day: str
    by: str


@router.get("/proof")
async def proof(request: Request, served: Served, viewer: Looking, customer: str) -> Response:
    """The results of all the customer's journeys."""
    if (present := await _present(served, customer)) != customer:
        return RedirectResponse(_address(present), 303)
    shown = await proof_for(served, customer, ENGLISH)
    page = {
        **proof_values(shown, ENGLISH, _address(customer)),
        "customer": customer,
        "shared": await _made_links(served, customer),
        "form": forms.token(served, viewer.session, "customer", customer) if viewer else None,
    }
    around = shell(request, served, viewer, f"Results: {shown.customer}", "customers", zone=await served.zone())
    return await render_aside("ops/proof.html", page, around)


@router.get("/proof/pdf")
async def proof_document(served: Served, _: Looking, customer: str) -> Response:
    """The results as a document."""
    return document(served, await proof_for(served, await _present(served, customer), ENGLISH), ENGLISH)


@router.post("/share-results")
async def share(sent: SentForm) -> Response:
    """Makes a link to the results that may be forwarded."""
    customer = await _present(sent.served, sent.customer)
    async with sent.served.store.reading() as session:
        journey = await journeys.latest_of(session, customer)
    if journey is None:
        raise ProblemError(404, "no_journey", "This customer has had no journey.", "There is nothing to show yet.")
    by = sent.person.address
    await links_of.share_results(sent.served.intake.context, customer, journey.id, by, by=by)
    return back_to(_address(customer), "shared")


async def _present(served: Services, customer: str) -> str:
    """Returns the id that a customer has today.

    Raises:
        UnknownCustomerError: there is no such customer.
    """
    async with served.store.reading() as session:
        return (await customers.get_row(session, customer)).id


def _address(customer: str) -> str:
    return f"/ops/customers/{quote(customer)}/proof"


async def _made_links(served: Services, customer: str) -> list[MadeLink]:
    async with served.store.reading() as session:
        rows = await links.of_customer(session, customer)
        names = PeopleNames.around(await customers.get(session, customer))
    wall = served.wall().timestamp()
    live = (row for row in rows if row.purpose == Purpose.PROOF and links.is_live(row, wall))
    return [
        MadeLink(served.links.proof_url(row.id), _day(row.created_at), names.of(row.made_by or "Milepost"))
        for row in live
    ]


def _day(at: int) -> str:
    return ENGLISH.day(moment(at).date())
