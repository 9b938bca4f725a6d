"""Opens a customer's link: the plan behind it, or a friendly page that says why it doesn't open."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse

from milepost.channels.links import LinkExpiredError, LinkForgedError
from milepost.customer import Contact
from milepost.errors import MilepostError
from milepost.intake.merges import MERGED
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.state import State
from milepost.store import journeys
from milepost.store.errors import UnknownJourneyError, UnknownVersionError
from milepost.store.tables import JourneyRow
from milepost.web.form_values import locale_of
from milepost.web.pages import render
from milepost.web.services import Services


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened plan: the journey, its map, and the contact that the link was made for."""

    token: str
    journey: str
    compiled_map: CompiledMap
    state: State
    contact: Contact

    @property
    def path(self) -> str:
        return f"/plan/{self.token}"

    @property
    def locale(self) -> str | None:
        """The locale in which the contact writes numbers; None where it isn't known."""
        contact, customer = self.contact, self.state.customer
        return locale_of(contact.language or customer.language, contact.country or customer.country)

    @property
    def zone(self) -> str:
        """The time zone of the contact, or the customer's."""
        return self.contact.timezone or self.state.customer.timezone


class PlanClosedError(MilepostError):
    """A link that opens no plan; `heading` and `message` explain it to the customer."""

    code = "plan_closed"

    def __init__(self, status: int, heading: str, message: str) -> None:
        self.status = status
        self.heading = heading
        super().__init__(message)


FORGED = (
    403,
    "This link doesn't work",
    (
        "It may have been cut off or changed on its way. Please open it again from the message that it came in, or "
        "write to the person who looks after you."
    ),
)
_EXPIRED = (
    410,
    "This link has expired",
    (
        "Links only work for a while, to keep your plan private. The next message that we send you has a new one; or "
        "just reply to any of our messages, and we will send you one."
    ),
)
_OVER = (
    410,
    "This plan is finished",
    (
        "There is nothing left to do here. Thank you for working on it with us. If something is still open for you, "
        "reply to any of our messages."
    ),
)
_GONE = (
    410,
    "This link is no longer in use",
    "It was made for somebody who is no longer on this plan. Please write to the person who looks after you.",
)


async def open_link(served: Services, token: str) -> Opened:
    """Returns the plan that a link opens, for the contact that it was made for.

    Raises:
        PlanClosedError: the link is forged or expired, its journey is over, or its contact is gone.
    """
    try:
        link = served.links.read(token, now=served.wall())
    except LinkForgedError:
        raise PlanClosedError(*FORGED) from None
    except LinkExpiredError:
        raise PlanClosedError(*_EXPIRED) from None
    try:
        async with served.store.reading() as session:
            journey = await _that_goes_on(session, link.journey)
        state = State.from_json(journey.state)
        compiled_map = await served.compiled_maps.of(state.version)
    except (UnknownJourneyError, UnknownVersionError):
        raise PlanClosedError(*_OVER) from None
    if state.ended:
        raise PlanClosedError(*_OVER)
    contacts = state.customer.contacts
    # People who were agreed on for a step without being contacts get messages too, and so links.
    agreed = sorted({record.person for record in state.steps.values() if record.person})
    address = served.links.whose(link, [*(contact.email for contact in contacts), *agreed])
    if address is None:
        raise PlanClosedError(*_GONE)
    contact = next((each for each in contacts if each.email == address), Contact(address, address))
    return Opened(token, journey.id, compiled_map, state, contact)


async def _that_goes_on(session: AsyncSession, journey: str) -> JourneyRow:
    """Returns the journey of a link, or the one that goes on since the customer's record was merged with another.

    Raises:
        UnknownJourneyError: its customer was forgotten.
    """
    row = await journeys.get(session, journey)
    return (await journeys.open_of(session, row.customer_id) if row.reason == MERGED else None) or row


async def on_closed(request: Request, error: Exception) -> HTMLResponse:  # noqa: ARG001 - a handler's form
    """Shows the page."""
    assert isinstance(error, PlanClosedError)
    return render("portal/closed.html", error, status=error.status)
