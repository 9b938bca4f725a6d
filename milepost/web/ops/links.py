"""The form on a customer's page that makes a link void."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from milepost.intake import links
from milepost.web.form_values import Address, Text, required
from milepost.web.ops.actions import SentForm
from milepost.web.ops.customer_tabs import PEOPLE

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False)


@router.post("/void-link")
async def void_link(sent: SentForm, link: Address = "", reason: Text = "") -> Response:
    """A link opens nothing from now on; an address in its place stands for all links of that person."""
    why = required(reason, "reason")
    context, by = sent.served.intake.context, sent.person.address
    voided = await links.void(context, sent.customer, [link], by=by, why=why)
    return sent.back("voided" if voided else "void_before", PEOPLE, "links")
