"""The pages of the proof: on the plan, where it may be shared, and behind a link that was forwarded to anybody."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from milepost.customer import address_key
from milepost.intake import links as links_of
from milepost.planner.instants import moment
from milepost.store import journeys, links
from milepost.store.errors import UnknownJourneyError
from milepost.store.link_tables import LinkRow
from milepost.store.links import Purpose
from milepost.translations.reader import Reader, translatable
from milepost.web import forms
from milepost.web.form_values import Token
from milepost.web.pages import Values, back_to, notice_for, render_for
from milepost.web.portal.plan_link import Opened, PlanClosedError, link_of, mark_used, open_plan_or_history
from milepost.web.portal.proof import Proof, proof_of
from milepost.web.portal.proof_pdf import can_be_printed, proof_pdf, who_confirmed
from milepost.web.portal.throttle import let_through
from milepost.web.problems import ProblemError
from milepost.web.readers import remember_reader
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False, dependencies=[Depends(let_through)])
_SHARE, _END = "share", "end-share"
_MOST = 20
"""So many forwardable links of one contact work at a time."""
_OVER = (
    410,
    translatable("This link is no longer in use"),
    translatable("Whoever gave it to you has ended it. Please ask them for the results."),
)


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link that may be forwarded: its address, the day on which it was made, and the form that ends it."""

    url: str
    day: str
    form: str


@router.get("/plan/{token}/proof")
async def own_proof(request: Request, served: Served, token: str) -> Response:
    """The results, for somebody on the plan: to be printed, or shared."""
    opened = await open_plan_or_history(request, served, token)
    proof, shared = await proof_for(served, opened.state.customer.id, opened.reader), await _shared(served, opened)
    page = {
        **proof_values(proof, opened.reader, f"{opened.path}/proof"),
        "plan": opened.path,
        "share": forms.token(served, opened.owner, _SHARE, opened.state.customer.id),
        "shared": shared,
        "notice": notice_for(opened.reader, request),
    }
    return render_for(served, opened.reader, "portal/proof.html", page)


@router.post("/plan/{token}/proof/share")
async def share(request: Request, served: Served, token: str, form: Token) -> Response:
    """Makes a link to the results that may be forwarded."""
    opened = await open_plan_or_history(request, served, token)
    forms.read(served, opened.owner, form, _SHARE)
    if len(await _own_links(served, opened)) >= _MOST:
        message = translatable("You have many links to these results already.")
        raise ProblemError(409, "too_many_links", message, translatable("Use one of them, or end some."))
    await mark_used(served, opened)
    customer, contact = opened.state.customer.id, opened.contact.email
    await links_of.share_results(served.intake.context, customer, opened.journey, contact, by=contact)
    return back_to(f"{opened.path}/proof", "shared")


@router.post("/plan/{token}/proof/end")
async def end(request: Request, served: Served, token: str, form: Token) -> Response:
    """Ends a link that was forwarded."""
    opened = await open_plan_or_history(request, served, token)
    [link] = forms.read(served, opened.owner, form, _END).subject
    await mark_used(served, opened)
    await links_of.void(
        served.intake.context, opened.state.customer.id, [link], by=opened.contact.email, why="ended on the plan"
    )
    return back_to(f"{opened.path}/proof", "share_ended")


@router.get("/plan/{token}/proof/pdf")
async def own_document(request: Request, served: Served, token: str) -> Response:
    """The results as a document."""
    opened = await open_plan_or_history(request, served, token)
    return document(served, await proof_for(served, opened.state.customer.id, opened.reader), opened.reader)


@router.get("/proof/{token}")
async def forwarded_proof(request: Request, served: Served, token: str) -> Response:
    """The results, for whoever was given the link. Nothing can be done here."""
    proof, reader = await _forwarded(request, served, token)
    return render_for(served, reader, "portal/proof.html", proof_values(proof, reader, f"/proof/{token}"))


@router.get("/proof/{token}/pdf")
async def forwarded_document(request: Request, served: Served, token: str) -> Response:
    """The results as a document, for whoever was given the link."""
    return document(served, *await _forwarded(request, served, token))


def document(served: Services, proof: Proof, reader: Reader) -> Response:
    """Returns the results as a document to download.

    Raises:
        ProblemError: the document's font lacks letters.
    """
    if not can_be_printed(proof):
        message = translatable("The document can't write all letters of these results.")
        hint = translatable("Please print the page with your browser instead.")
        raise ProblemError(409, "letters_missing", message, hint)
    pdf = proof_pdf(proof, reader, served.brand)
    headers = {"content-disposition": 'attachment; filename="results.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def proof_values(proof: Proof, reader: Reader, path: str) -> Values:
    """Returns what every page of results shows; `path` is its address."""
    return {
        "proof": proof,
        "document": f"{path}/pdf" if can_be_printed(proof) else None,
        "who": lambda result: who_confirmed(result, reader),
        "plan": None,
        "notice": None,
    }


async def proof_for(served: Services, customer: str, reader: Reader) -> Proof:
    """Returns a customer's results in a reader's language.

    Raises:
        ProblemError: the customer has had no journey.
    """
    async with served.store.reading() as session:
        proof = await proof_of(served, session, customer, reader)
    if proof is None:
        message, hint = translatable("There are no results yet."), translatable("Come back later.")
        raise ProblemError(404, "not_found", message, hint)
    return proof


async def _forwarded(request: Request, served: Services, token: str) -> tuple[Proof, Reader]:
    """Returns what a forwarded link opens, in the language of whoever opens it.

    Raises:
        PlanClosedError: the link is forged, or was ended.
    """
    link = link_of(served, token)
    async with served.store.reading() as session:
        row = await links.get(session, link)
        if row is None or row.purpose != Purpose.PROOF or not links.is_live(row, served.wall().timestamp()):
            raise PlanClosedError(*_OVER)
        try:
            customer = (await journeys.get(session, row.journey_id)).customer_id
        except UnknownJourneyError:
            raise PlanClosedError(*_OVER) from None
    reader = remember_reader(request, None, None)
    return await proof_for(served, customer, reader), reader


async def _own_links(served: Services, opened: Opened) -> list[LinkRow]:
    async with served.store.reading() as session:
        rows = await links.of_customer(session, opened.state.customer.id)
    wall, own = served.wall().timestamp(), opened.contact.address_key
    live = (row for row in rows if row.purpose == Purpose.PROOF and links.is_live(row, wall))
    return [row for row in live if address_key(row.contact) == own]


async def _shared(served: Services, opened: Opened) -> list[SharedLink]:
    return [
        SharedLink(
            served.links.proof_url(row.id),
            opened.reader.weekday(moment(row.created_at).date()),
            forms.token(served, opened.owner, _END, row.id),
        )
        for row in await _own_links(served, opened)
    ]
