"""Opens a customer's link: the plan behind it, or a friendly page that says why it doesn't open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.channels.links import LinkForgedError
from milepost.customer import Contact, address_key
from milepost.errors import MilepostError
from milepost.intake.merges import MERGED
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.map_in_language import in_language
from milepost.planner.outcomes import may_complete
from milepost.planner.state import State
from milepost.store import absences, journeys, links
from milepost.store.errors import UnknownJourneyError, UnknownVersionError
from milepost.store.links import Purpose
from milepost.store.stand_ins import StandIns
from milepost.store.tables import JourneyRow
from milepost.translations.reader import ENGLISH, Reader, translatable
from milepost.web.form_values import locale_of
from milepost.web.readers import remember_reader
from milepost.web.services import Services


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened plan: the journey, its map, and the contact whose plan it is.

    `path` is the address of its pages, `owner` what their forms are signed for: the link, which nobody has who only
    looks at a preview. `map_as_written` is the map in the words that colleagues read. `stand_ins` are the colleagues of
    ours who are away now, with who stands in. `link` is the id of the link's row. `is_latest` tells whether the
    customer has begun no other journey since.
    """

    path: str
    owner: str
    journey: str
    map_as_written: CompiledMap
    state: State
    contact: Contact
    reader: Reader
    stand_ins: StandIns
    link: str | None = None
    is_preview: bool = False
    is_latest: bool = True

    @property
    def language(self) -> str:
        """The language of the reader, where the map has it."""
        return self.contact.language or self.state.customer.language or self.reader.tag

    @property
    def compiled_map(self) -> CompiledMap:
        """The map in the words that the reader reads."""
        return in_language(self.map_as_written, self.language)

    @property
    def locale(self) -> str | None:
        """The locale in which the contact writes numbers; None where it isn't known."""
        contact, customer = self.contact, self.state.customer
        return locale_of(contact.language or customer.language, contact.country or customer.country)

    @property
    def zone(self) -> str:
        """The time zone of the contact, or the customer's."""
        return self.contact.timezone or self.state.customer.timezone

    def may_complete(self, now: Instant) -> bool:
        """Returns whether more may be added to the reader's answers: for some days after the journey's end, too."""
        return not self.is_preview and self.is_latest and may_complete(self.state.ended_at, now)


@dataclass(frozen=True, slots=True)
class _Found:
    """A link of ours: of which journey, until when it works (wall clock), for whom of some addresses."""

    journey: str
    expires_at: float
    is_void: bool
    whose: Callable[[Iterable[str]], str | None]
    link: str | None = None


class PlanClosedError(MilepostError):
    """A link that opens no plan; `heading` and `message` explain it to the customer, and are translated for them.

    `wait` is after how many seconds it may be tried again, where that is why.
    """

    code = "plan_closed"

    def __init__(self, status: int, heading: str, message: str, wait: int | None = None) -> None:
        self.status = status
        self.heading = heading
        self.wait = wait
        super().__init__(message)


FORGED = (
    403,
    translatable("This link doesn't work"),
    translatable(
        "It may have been cut off or changed on its way. Please open it again from the message that it came in, or "
        "write to the person who looks after you."
    ),
)
_EXPIRED = (
    410,
    translatable("This link has expired"),
    translatable(
        "Links only work for a while, to keep your plan private. The next message that we send you has a new one; or "
        "just reply to any of our messages, and we will send you one."
    ),
)
_OVER = (
    410,
    translatable("This plan is finished"),
    translatable(
        "There is nothing left to do here. Thank you for working on it with us. If something is still open for you, "
        "reply to any of our messages."
    ),
)
_LONG_OVER = (
    410,
    translatable("This plan was finished more than a year ago"),
    translatable(
        "What you told us stays private, so its links show nothing any more. If you would like to have the results "
        "once more, reply to any of our messages, and we will send them to you."
    ),
)
_GONE = (
    410,
    translatable("This link is no longer in use"),
    translatable(
        "It was made for somebody who is no longer on this plan. Please write to the person who looks after you."
    ),
)
_VOID = (
    410,
    translatable("This link is no longer in use"),
    translatable(
        "It was switched off to keep your plan private. The next message that we send you has a new one; or just reply "
        "to any of our messages, and we will send you one."
    ),
)


def link_of(served: Services, token: str) -> str:
    """Returns the id of the link that a token is for.

    Raises:
        PlanClosedError: the token isn't ours.
    """
    try:
        return served.links.read(token)
    except LinkForgedError:
        raise PlanClosedError(*FORGED) from None


async def open_link(request: Request, served: Services, token: str) -> Opened:
    """Returns the plan that a link opens, for the contact that it was made for, in their language.

    Raises:
        PlanClosedError: the link is forged, expired or void, its journey is over, or its contact is gone.
    """
    opened = await open_plan_or_history(request, served, token)
    if opened.state.ended:
        raise PlanClosedError(*_OVER)
    return opened


async def open_plan_or_history(request: Request, served: Services, token: str) -> Opened:
    """Returns the plan that a link opens; for a year after its end too, when there is little left to do on it.

    Raises:
        PlanClosedError: the link is forged, expired or void, its journey is long over, or its contact is gone.
    """
    try:
        async with served.store.reading() as session:
            found = await _found(served, session, token)
            journey = await _that_goes_on(session, found.journey)
            voided = [] if found.link else await links.voided_at_journey(session, found.journey)
            is_latest = await _is_latest(session, journey)
            away = await absences.in_force(session, served.now())
        state = State.from_json(journey.state)
        compiled_map = await served.compiled_maps.of(state.version)
    except (UnknownJourneyError, UnknownVersionError):
        raise PlanClosedError(*_OVER) from None
    if found.is_void:
        raise PlanClosedError(*_VOID)
    _check_time(served, found, journey)
    address = found.whose(people_of(state))
    if address is None:
        raise PlanClosedError(*_GONE)
    if links.has_void(voided, address):  # one of the form before, which has no row of its own
        raise PlanClosedError(*_VOID)
    contact = contact_at(state, address)
    reader = remember_reader(request, *_reads(state, contact))
    path = f"/plan/{token}"
    return Opened(path, token, journey.id, compiled_map, state, contact, reader, away, found.link, is_latest=is_latest)


async def preview(served: Services, journey: JourneyRow, contact: Contact, path: str) -> Opened:
    """Returns a contact's plan as a colleague may look at it, in the contact's language: nothing can be done on it.

    Raises:
        UnknownVersionError: the journey's version of its map can't be read.
    """
    compiled_map, state = await served.compiled_maps.of(journey.version), State.from_json(journey.state)
    language, country = _reads(state, contact)
    reader = served.languages.reader(language, country) if language else ENGLISH
    async with served.store.reading() as session:
        away = await absences.in_force(session, served.now())
    return Opened(path, "", journey.id, compiled_map, state, contact, reader, away, is_preview=True)


def _reads(state: State, contact: Contact) -> tuple[str | None, str | None]:
    """Returns the language and the country of a contact, or else of the customer."""
    return contact.language or state.customer.language, contact.country or state.customer.country


async def mark_used(served: Services, opened: Opened) -> None:
    """Keeps the day on which somebody did something with a link. Opening it keeps nothing: mail scanners open all."""
    if opened.link is not None:
        await served.store.write(partial(links.mark_used, link=opened.link, wall=served.wall().timestamp()))


def people_of(state: State) -> list[str]:
    """Returns who may get links: the contacts, and people who were agreed on for a step and so get messages too."""
    agreed = sorted({record.person for record in state.steps.values() if record.person})
    return [*(contact.email for contact in state.customer.contacts), *agreed]


def contact_at(state: State, address: str) -> Contact:
    """Returns the contact of an address; somebody who was agreed on isn't necessarily one."""
    contacts = state.customer.contacts
    return next((each for each in contacts if each.has_address(address)), Contact(address, address))


async def _found(served: Services, session: AsyncSession, token: str) -> _Found:
    """Returns the link of a token, of the present form or of the one before.

    Raises:
        PlanClosedError: it isn't ours, or its row is gone.
    """
    try:
        link = served.links.read(token)
    except LinkForgedError:
        return _found_earlier(served, token)
    row = await links.get(session, link)
    if row is None or row.purpose != Purpose.PLAN:
        raise PlanClosedError(*_GONE)
    key = address_key(row.contact)

    def whose(addresses: Iterable[str]) -> str | None:
        return next((each for each in addresses if address_key(each) == key), None)

    return _Found(row.journey_id, row.expires_at, row.voided_at is not None, whose, row.id)


def _found_earlier(served: Services, token: str) -> _Found:
    try:
        link = served.links.read_earlier(token)
    except LinkForgedError:
        raise PlanClosedError(*FORGED) from None

    def whose(addresses: Iterable[str]) -> str | None:
        return served.links.whose(link, addresses)

    return _Found(link.journey, link.expires_at.timestamp(), is_void=False, whose=whose)


def _check_time(served: Services, found: _Found, journey: JourneyRow) -> None:
    """Checks that a link has not expired; one that worked when its journey ended works for a year from then.

    Raises:
        PlanClosedError: it has.
    """
    if journey.ended_at is None:
        if served.wall().timestamp() >= found.expires_at:
            raise PlanClosedError(*_EXPIRED)
        return
    if served.intake.context.clock.wall_of(journey.ended_at) >= found.expires_at:
        raise PlanClosedError(*_EXPIRED)
    if served.now() >= links.ends_with_history(journey.ended_at):
        raise PlanClosedError(*_LONG_OVER)


async def _is_latest(session: AsyncSession, journey: JourneyRow) -> bool:
    if journey.ended_at is None:
        return True
    latest = await journeys.latest_of(session, journey.customer_id)
    return latest is not None and latest.id == journey.id


async def _that_goes_on(session: AsyncSession, journey: str) -> JourneyRow:
    """Returns the journey of a link, or the one that goes on since the customer's record was merged with another.

    Raises:
        UnknownJourneyError: its customer was forgotten.
    """
    row = await journeys.get(session, journey)
    return (await journeys.open_of(session, row.customer_id) if row.reason == MERGED else None) or row
