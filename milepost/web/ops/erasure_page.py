"""The page that forgets a customer for good, or one person everywhere, and first says what that deletes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from milepost import limits
from milepost.customer import Customer, address_key
from milepost.explain.row_counts import rows_text
from milepost.intake import erasure_words
from milepost.intake.contact_erasure import export_contact, forget_contact
from milepost.intake.context import customer_of
from milepost.intake.erasure import forget, preview
from milepost.planner.fact_errors import RefusedError
from milepost.web import forms
from milepost.web.form_values import Address, Line, Token
from milepost.web.identity import Acting, Looking, Person
from milepost.web.pages import render_aside, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False)
_KIND = "forget"
_Contact = Annotated[str, Query(max_length=limits.ADDRESS)]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What was typed to confirm, and what is wrong with it."""

    typed: str
    wrong: str


@dataclass(frozen=True, slots=True)
class ForgetPage:
    """What forgetting the customer, and the person of the address `contact`, would do; `problem`: why not the person.

    `form` is nothing for somebody who hasn't said who they are.
    """

    customer: Customer
    earlier: tuple[str, ...]
    rows: str
    contact: str
    person: tuple[str, ...]
    problem: RefusedError | None
    form: str | None
    confirmation: Confirmation | None = None

    @property
    def path(self) -> str:
        return f"/ops/customers/{quote(self.customer.id)}"

    def address(self, contact: str) -> str:
        """Returns the address of the page that is about a person."""
        return f"{self.path}/forget?{urlencode({'contact': contact})}#person"

    @property
    def question(self) -> str:
        return erasure_words.question(self.customer.name, self.customer.id)


@router.get("/forget")
async def page(request: Request, served: Served, viewer: Looking, customer: str, contact: _Contact = "") -> Response:
    """Says what forgetting would delete; nothing is changed."""
    return await _page(request, served, viewer, customer, contact=contact.strip())


@router.get("/person.json")
async def export_person(served: Served, _: Looking, customer: str, contact: _Contact = "") -> Response:
    """Everything that is held on a person at every customer, as one document to be saved."""
    async with served.store.reading() as session:
        await customer_of(session, customer)
    document = await export_contact(served.intake.context, contact)
    return JSONResponse(document, headers={"content-disposition": 'attachment; filename="person.json"'})


@router.post("/forget")
async def forget_customer(
    request: Request, served: Served, person: Acting, customer: str, *, form: Token, confirm: Line = ""
) -> Response:
    """Deletes everything about the customer, whose id was typed."""
    _check(served, person, form, customer)
    if confirm != customer:
        wrong = Confirmation(confirm, f"That isn't {customer}, so nothing was deleted. Type the id as it stands above.")
        return await _page(request, served, person, customer, confirmation=wrong)
    erasure = await forget(served.intake.context, customer)
    sentences = [*erasure_words.of_customer(erasure), *filter(None, [erasure_words.left_in_temporal(erasure)])]
    return await _account(request, served, person, sentences, None)


@router.post("/forget-person")
async def forget_person(
    request: Request,
    served: Served,
    person: Acting,
    customer: str,
    *,
    form: Token,
    contact: Address = "",
    confirm: Address = "",
) -> Response:
    """Puts a pseudonym in the place of a person, whose address was typed, at every customer."""
    _check(served, person, form, customer)
    if not contact or address_key(confirm) != address_key(contact):
        wrong = Confirmation(confirm, f"That isn't {contact}, so nothing was replaced. Type the address as it stands.")
        return await _page(request, served, person, customer, contact=contact, confirmation=wrong)
    try:
        erasure = await forget_contact(served.intake.context, contact)
    except RefusedError:
        return await _page(request, served, person, customer, contact=contact)
    sentences = list(erasure_words.of_person(contact, erasure, dry_run=False))
    if not all(erasure.told.values()):
        sentences.append("Temporal is away; the journeys look for somebody in the person's place when it is back.")
    return await _account(request, served, person, sentences, customer)


def _check(served: Services, person: Person, form: str, customer: str) -> None:
    """Checks the token of a form.

    Raises:
        FormRefusedError: it isn't of this customer's page.
    """
    if forms.read(served, person.session, form, _KIND).subject != (customer,):
        raise forms.FormRefusedError


async def _page(
    request: Request,
    served: Services,
    viewer: Person | None,
    customer: str,
    *,
    contact: str = "",
    confirmation: Confirmation | None = None,
) -> Response:
    """Returns the page, with what would be deleted now."""
    context, problem = served.intake.context, None
    person: tuple[str, ...] = ()
    async with served.store.reading() as session:
        record = await customer_of(session, customer)
    would = await preview(context, record.id)
    try:
        if contact:
            erasure = await forget_contact(context, contact, dry_run=True)
            person = tuple(erasure_words.of_person(contact, erasure, dry_run=True))
    except RefusedError as refused:
        problem = refused
    form = forms.token(served, viewer.session, _KIND, record.id) if viewer else None
    rows = rows_text(would.rows)
    shown = ForgetPage(record, would.ids[1:], rows, contact, person, problem, form, confirmation)
    around = shell(request, served, viewer, record.name, "customers", zone=await served.zone())
    return await render_aside("ops/forget.html", shown, around, 422 if confirmation else 200)


async def _account(
    request: Request, served: Services, person: Person, sentences: list[str], customer: str | None
) -> Response:
    """Returns the page that says what was deleted; `customer` is the one that stays."""
    around = shell(request, served, person, "Forgotten", "customers", zone=await served.zone())
    page = {"sentences": sentences, "customer": customer}
    return await render_aside("ops/forgotten.html", page, around)
