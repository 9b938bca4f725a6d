"""Forms of operations about a customer's contacts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from milepost.customer import ChoiceWay, Mail
from milepost.intake.context import customer_of
from milepost.intake.errors import UnknownContactError
from milepost.intake.preferences import choose
from milepost.store.mail_choices import Choice
from milepost.web import forms
from milepost.web.form_values import Address, Text
from milepost.web.ops.actions import SentForm
from milepost.web.ops.customer_tabs import PEOPLE

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False)


@router.post("/mail")
async def choose_mail(sent: SentForm, contact: Address, mail: Annotated[Mail, Form()], reason: Text = "") -> Response:
    """A colleague says which mail a contact gets from now on, here and at every other customer."""
    context = sent.served.intake.context
    async with sent.served.store.reading() as session:
        contacts = (await customer_of(session, sent.customer)).contacts
    if not any(each.has_address(contact) for each in contacts):
        raise UnknownContactError(sent.customer, contact, [each.email for each in contacts])
    request = f"ops/{sent.form.id}"
    by = sent.person.address
    made = await choose(context, Choice(contact, mail, ChoiceWay.COLLEAGUE, request, by, reason or None))
    told = dict(made.recorded).get(sent.customer)
    if told is not None and told.journey is not None and not context.journey_client.is_away:
        await forms.wait_until_taken_in(sent.served, [(sent.customer, told.fact["id"])])
    return sent.back("noted" if made.new else "as_before_theirs", PEOPLE, "people")
