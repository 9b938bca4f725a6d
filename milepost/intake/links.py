"""Links to plans and to results: made, made void, listed. Each act is on the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy.orm import Session

from milepost.customer import Contact, address_key
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import NoOpenJourneyError, UnknownContactError, UnknownLinkError
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import record_facts
from milepost.planner.facts import Noted
from milepost.planner.state import State
from milepost.store import journeys, links
from milepost.store.link_tables import LinkRow

_SOURCE = "links"
_WHAT = {links.Purpose.PLAN: "the plan", links.Purpose.PROOF: "the results"}


def status(row: LinkRow, wall: float) -> str:
    """Returns whether a link `works`, is `void` or has `expired`."""
    if row.voided_at is not None:
        return "void"
    return "works" if links.is_live(row, wall) else "expired"


async def of_customer(context: IntakeContext, customer: str) -> list[LinkRow]:
    """Returns the links of a customer's people, the newest first.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
    """
    async with context.store.reading() as session:
        record = await customer_of(session, customer)
        return await links.of_customer(session, record.id)


async def contact_with_plan(context: IntakeContext, customer: str, address: str) -> tuple[str, Contact]:
    """Returns the customer's open journey, and the contact of this address.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
        NoOpenJourneyError: the customer has no plan.
        UnknownContactError: nobody on the plan has the address.
    """
    async with context.store.reading() as session:
        record = await customer_of(session, customer)
        journey = await journeys.open_of(session, record.id)
    if journey is None:
        raise NoOpenJourneyError(record.id)
    contacts = State.from_json(journey.state).customer.contacts
    match = next((each for each in contacts if each.has_address(address)), None)
    if match is None:
        raise UnknownContactError(record.id, address, [each.email for each in contacts])
    return journey.id, match


async def make(context: IntakeContext, customer: str, address: str, *, by: str) -> LinkRow:
    """Makes a link to the plan for a contact; `by` is who asked for it, and stands on the timeline.

    Raises:
        RefusedError: as `contact_with_plan`.
    """
    journey, contact = await contact_with_plan(context, customer, address)

    def keep(session: Session) -> LinkRow:
        return links.keep(session, links.fresh_id(), journey, contact.email, context.wall(), made_by=by)

    row = await context.store.write(keep)
    await _note(context, customer, [row], "A link to the plan was made for {contact}", by=by)
    return row


async def share_results(context: IntakeContext, customer: str, journey: str, address: str, *, by: str) -> LinkRow:
    """Makes a link to the customer's results that may be forwarded to anybody; `address` is of the contact it is for.

    `by` is who asked for it, and stands on the timeline.
    """

    def keep(session: Session) -> LinkRow:
        purpose = links.Purpose.PROOF
        return links.keep(session, links.fresh_id(), journey, address, context.wall(), made_by=by, purpose=purpose)

    row = await context.store.write(keep)
    await _note(context, customer, [row], "A link to the results was made that may be forwarded, for {contact}", by=by)
    return row


async def void(
    context: IntakeContext, customer: str, wanted: Sequence[str], *, by: str | None, why: str | None
) -> list[LinkRow]:
    """Makes links of a customer void, by their ids or the addresses of their people; returns those that weren't before.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
        UnknownLinkError: the customer has no link of one of these ids, or for one of these addresses.
    """
    rows = await of_customer(context, customer)
    ids = [row.id for each in wanted for row in _matching(customer, each, rows)]
    voided = await context.store.write(partial(links.void, links=ids, wall=context.wall(), by=by, why=why))
    because = _plain(f": {why}") if why else ""
    for purpose, what in _WHAT.items():
        of_it = [row for row in voided if row.purpose == purpose]
        await _note(context, customer, of_it, f"The link of {{contact}} to {what} was made void{because}", by=by)
    return voided


def _plain(text: str) -> str:
    """Returns a text that `str.format` leaves as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def _matching(customer: str, wanted: str, rows: Iterable[LinkRow]) -> list[LinkRow]:
    matching = [row for row in rows if row.id == wanted or address_key(row.contact) == address_key(wanted)]
    if not matching:
        raise UnknownLinkError(customer, wanted)
    return matching


async def _note(context: IntakeContext, customer: str, rows: Iterable[LinkRow], text: str, *, by: str | None) -> None:
    """Puts on the timeline what was done with links, also after the end of a journey; `text` has a `{contact}`."""
    notes = [
        Noted(
            id=f"link/{row.id}/{'made' if row.voided_at is None else 'void'}",
            at=context.now(),
            by=by,
            text=text.format(contact=row.contact),
            about=row.contact,
        )
        for row in rows
    ]
    if notes:
        await record_facts(context, [IncomingFact(customer, note) for note in notes], source=_SOURCE)
