"""The tab *People* of a customer's page: contacts with their mail and links, and the team."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from milepost.customer import Contact
from milepost.explain.vocabulary import MAIL_NOW
from milepost.intake import links as links_of
from milepost.store import links, mail_choices
from milepost.store.link_tables import LinkRow
from milepost.web.ops.customer_view import CustomerView
from milepost.web.ops.plan_preview import preview_path

LINKS_SHOWN = 5
"""Links that no longer work."""


async def values(view: CustomerView) -> dict[str, Any]:
    """Returns what the tab shows."""
    session, contacts = view.session, view.overview.customer.contacts
    wall = view.served.intake.context.wall()
    return {
        "contacts": list(_contacts(view)),
        "names": {contact.email: contact.name for contact in contacts},
        "mails": list(MAIL_NOW.items()),
        "chosen": await session.run_sync(mail_choices.chosen, [contact.email for contact in contacts]),
        "links": _links(await links.of_customer(session, view.customer), wall),
    }


def _contacts(view: CustomerView) -> Iterator[tuple[Contact, str | None]]:
    """Yields the contacts, each with the address of a look at their plan if the open journey has the contact."""
    journey = view.journey
    is_open = journey is not None and not journey.has_ended
    with_plan = {contact.email for contact in journey.state.customer.contacts} if journey and is_open else set()
    for contact in view.overview.customer.contacts:
        plan = None
        if journey is not None and contact.email in with_plan:
            plan = preview_path(view.served, view.customer, journey.record.id, contact.email)
        yield contact, plan


def _links(rows: Sequence[LinkRow], wall: float) -> list[tuple[LinkRow, str]]:
    """Returns the links that work, and the latest of those that don't, each with its status."""
    with_status = [(row, links_of.status(row, wall)) for row in rows]
    working = [each for each in with_status if each[1] == "works"]
    return working + [each for each in with_status if each[1] != "works"][:LINKS_SHOWN]
