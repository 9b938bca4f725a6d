"""The addresses of customers' links: which there are, one more for a program that sends its own mails, void ones."""

from __future__ import annotations

from pydantic import Field

from milepost.intake import links
from milepost.planner.instants import text
from milepost.planner.written_values import Name
from milepost.store.link_tables import LinkRow
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import api_router
from milepost.web.api.shapes import Address, At, RequestModel, Shown, Text
from milepost.web.services import Served

router = api_router()


class LinkRequest(RequestModel):
    """For whom a link is made."""

    contact: Address = Field(description="the mail address of a contact on the customer's plan")


class LinkVoidRequest(RequestModel):
    """Who makes a link void, and why."""

    by: Name | None = Field(None, description="by default the key")
    reason: Text | None = None


class LinkShown(Shown):
    """A link of one person. The id opens nothing: what makes it work is known to its recipient alone."""

    link: str
    contact: str
    purpose: str
    status: str = Field(description="`works`, `expired` or `void`")
    created_at: At
    expires_at: At
    made_by: str | None = Field(description="who asked for it; null: a message carried it")
    used_on: str | None = Field(description="the last day (UTC) on which something was done with it")
    voided_at: At | None
    voided_by: str | None
    voided_why: str | None

    @classmethod
    def of_row(cls, row: LinkRow, wall: float) -> LinkShown:
        return cls.of(row, link=row.id, status=links.status(row, wall))


class LinkMadeShown(Shown):
    """A link that was made; nothing but this answer has the address that works."""

    customer: str
    contact: str
    link: str
    url: str
    expires_at: At


class LinkList(Shown):
    customer: str
    links: tuple[LinkShown, ...]
    now: str = Field(description="the wall clock, which links go by")


@router.get("/customers/{customer}/links", summary="List links", tags=["links"])
async def list_links(served: Served, customer: str) -> LinkList:
    """The links that a customer's people got, the newest first, without what makes them work."""
    rows, wall = await links.of_customer(served.intake.context, customer), served.intake.context.wall()
    shown = tuple(LinkShown.of_row(row, wall) for row in rows)
    return LinkList(customer=customer, links=shown, now=text(int(wall)))


@router.post("/customers/{customer}/links", summary="Make a link to a plan", tags=["links"], status_code=201)
async def make_link(served: Served, customer: str, request: LinkRequest, key: KeyUsed) -> LinkMadeShown:
    """A link to the plan for one contact, for a program that sends its own mails.

    Whoever has it can do what the contact can. The timeline says that it was made, and with which key.
    """
    row = await links.make(served.intake.context, customer, request.contact, by=key.teller)
    url = served.links.plan_url(row.id)
    return LinkMadeShown(customer=customer, contact=row.contact, link=row.id, url=url, expires_at=row.expires_at)


@router.post("/customers/{customer}/links/{link}/void", summary="Make a link void", tags=["links"])
async def void_link(served: Served, customer: str, link: str, request: LinkVoidRequest, key: KeyUsed) -> LinkList:
    """The link opens nothing from now on. Give a contact's address in place of a link's id for all of theirs."""
    by = request.by or key.teller
    await links.void(served.intake.context, customer, [link], by=by, why=request.reason)
    return await list_links(served, customer)
