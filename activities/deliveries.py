"""Delivering messages: render once, send through the channel, keep what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from milepost import metrics
from milepost.brand.brand import UNBRANDED, Brand
from milepost.channels.links import LinkSigner, MessageLinks
from milepost.channels.message_text import MessageSource, outgoing, signed, write
from milepost.channels.protocol import Channel, OutgoingMessage, TemporaryDeliveryError, UndeliverableError
from milepost.customer import Mail, is_forgotten
from milepost.explain.people_names import colleagues_named
from milepost.language.templates.source import TemplateError
from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.enums import MessageReason
from milepost.planner.facts import MessageFailed, MessageReturned, to_json
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import (
    absences,
    answered_messages,
    clock,
    inbox,
    journeys,
    links,
    mail_choices,
    mail_switches,
    messages,
)
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.errors import UnknownJourneyError, UnknownMessageError
from milepost.store.inbox import NewFact
from milepost.store.messages import FailureCause
from milepost.store.people import KnownPeople
from milepost.store.stand_ins import StandIns
from milepost.store.tables import JourneyRow, MessageRow
from milepost.translations.languages import Languages, shipped
from milepost.wire.activities import DeliveryOrder

log = structlog.get_logger()
HEARTBEAT_SECONDS = 10.0
_LOOKS_AGAIN_AFTER = 2.0  # seconds: a demo's clock may be hurried meanwhile


class _FailedError(UndeliverableError):
    """The message will never be taken, for a cause of ours."""

    def __init__(self, message: str, cause: FailureCause) -> None:
        self.cause = cause
        super().__init__(message)


def _cause(error: UndeliverableError) -> FailureCause:
    if isinstance(error, _FailedError):
        return error.cause
    return FailureCause.ADDRESS if error.address_refused else FailureCause.REFUSED


class DeliveryActivities:
    """Delivers messages. A message that was sent is not sent again."""

    def __init__(
        self,
        store: Store,
        compiled_maps: CompiledMaps,
        channel: Channel,
        links: LinkSigner,
        languages: Languages | None = None,
        *,
        reply_address: str | None = None,
        brand: Brand = UNBRANDED,
    ) -> None:
        """`reply_address` is the address at which replies are read; None: they are not."""
        self._store = store
        self._languages = languages or shipped()
        self._compiled_maps = compiled_maps
        self._channel = channel
        self._links = links
        self._people = KnownPeople(store)
        self._reply_address = reply_address
        self._brand = brand

    @activity.defn
    async def deliver(self, order: DeliveryOrder) -> bool:
        """Send one message, unless it is out already; False: the journey is to look at what waits for it.

        It failed for good or waits for a person, which is a fact of the journey now; or it is gone, as what brought it
        about was undone, and may have been ordered anew just before that was found.

        Raises:
            ApplicationError: it may succeed later.
        """
        async with heartbeat():
            try:
                with colleagues_named(await self._people.names(), self._people.booking_links):
                    return await self._deliver(order)
            except (UnknownJourneyError, UnknownMessageError):
                log.info("message is gone and no longer of interest", journey=order.journey)
                return False
            except UndeliverableError as never:
                await self._record_failure(order, never)
                return False

    async def _deliver(self, order: DeliveryOrder) -> bool:
        """Make one attempt, unless the message is out or the time for it is over.

        Raises:
            UndeliverableError: no attempt could succeed.
        """
        async with self._store.reading() as session:
            row = await messages.get(session, order.journey, order.message)
            journey = await journeys.get(session, order.journey)
        if row.status == messages.MessageStatus.QUEUED and row.not_before is not None:
            row = await self._past_grace(order)
        if row.status == messages.MessageStatus.QUEUED:
            if _started() >= order.give_up_at:
                late = row.last_error or "no attempt to deliver it succeeded in time"
                raise _FailedError(late, FailureCause.LATE)
            if is_forgotten(row.contact):
                raise _FailedError(messages.CONTACT_FORGOTTEN, FailureCause.FORGOTTEN)
            if await self._is_unwanted(journey, row):
                raise _FailedError(messages.UNWANTED, FailureCause.UNWANTED)
            if await self._holds(journey, row):
                await self._store.write(partial(_return, order, _started()))
                return False
            await self._send(order, await self._written(order, journey, row))
        return row.status != messages.MessageStatus.FAILED

    async def _holds(self, journey: JourneyRow, row: MessageRow) -> bool:
        async with self._store.reading() as session:
            return await session.run_sync(lambda sync: self._is_held(journey, row, sync))

    def _is_held(self, journey: JourneyRow, row: MessageRow, session: Session) -> bool:
        digests = partial(self._compiled_maps.message_digests, session, row.version)
        return mail_switches.holds(session, row, journey.map, digests)

    async def _past_grace(self, order: DeliveryOrder) -> MessageRow:
        """Claims a message that somebody's click brought about, so that from now on the click can't be undone.

        Raises:
            ApplicationError: it can still be undone; the next attempt is when it no longer can.
        """
        started = _started()

        def claim(session: Session) -> tuple[MessageRow, JourneyClock]:
            journey_clock = _clock(session, order)
            now = journey_clock.journey_of(started)
            return messages.claim(session, order.journey, order.message, now), journey_clock

        row, journey_clock = await self._store.write(claim)
        if row.not_before is not None:
            left = max(journey_clock.wall_of(row.not_before) - started, 1.0)
            wait = timedelta(seconds=left if journey_clock == REAL_TIME else min(left, _LOOKS_AGAIN_AFTER))
            raise ApplicationError(
                "can still be undone", type="TryAgain", next_retry_delay=wait, category=ApplicationErrorCategory.BENIGN
            )
        return row

    async def _record_failure(self, order: DeliveryOrder, error: UndeliverableError) -> None:
        """Keep that a message will never arrive, as a fact of the journey."""
        self._count("failed")
        await self._store.write(partial(_record_failure, order, _started(), error))

    async def _is_unwanted(self, journey: JourneyRow, row: MessageRow) -> bool:
        """Returns whether the recipient has opted out since the message was due out."""
        contacts = State.from_json(journey.state).customer.contacts
        async with self._store.reading() as session:
            mail = await session.run_sync(mail_choices.wanted, contacts, row.contact)
        if mail is Mail.ALL:
            return False
        if MessageReason(row.reason).is_ours:
            return mail is Mail.NONE
        steps = (await self._compiled_maps.of(row.version)).steps
        return not all(steps[step].is_let_through(mail) for step in row.steps if step in steps)

    async def _written(self, order: DeliveryOrder, journey: JourneyRow, row: MessageRow) -> OutgoingMessage:
        """The message as the first attempt rendered it, with the links that its recipient can follow.

        Raises:
            UndeliverableError: the message can't be rendered, now or later.
        """
        wall = _started()
        async with self._store.reading() as session:
            link = await session.run_sync(links.of_message, row.journey_id, row.contact, row.link, wall)
        source = await self._writing(order, journey, row, row.link or link)
        message = await self._rendered(journey, row, source)
        await self._store.write(lambda session: links.keep(session, link, row.journey_id, row.contact, wall))
        return replace(signed(message, source, self._links, link), reply_copy=await self._reply_copy(row))

    async def _reply_copy(self, row: MessageRow) -> str | None:
        """Returns the address that reads replies to a message; None: nobody does."""
        if self._reply_address is None:
            return None
        key = await self._store.write(lambda session: answered_messages.reply_key(session, row.journey_id, row.message))
        name, _, domain = self._reply_address.rpartition("@")
        return f"{name}+{key}@{domain}"

    async def _rendered(self, journey: JourneyRow, row: MessageRow, writing: MessageSource) -> OutgoingMessage:
        """The message as the first attempt rendered it; what it is stored with opens nothing.

        Raises:
            UndeliverableError: the message can't be rendered, now or later.
        """
        if row.text is not None:
            return outgoing(writing, row.subject or "", row.text, row.html)
        try:
            rendering = await asyncio.to_thread(write, writing)
        except (TemplateError, KeyError, ValueError) as error:
            raise _FailedError(f"the message cannot be rendered: {error}", FailureCause.TEXT) from error
        texts: dict[str, Any] = {"subject": rendering.subject, "text": rendering.text, "html": rendering.html}
        texts["link"] = writing.links.mark
        await self._store.write(lambda session: messages.save_rendering(session, journey.id, row.message, **texts))
        return rendering

    async def _writing(self, order: DeliveryOrder, journey: JourneyRow, row: MessageRow, link: str) -> MessageSource:
        source = MessageSource(
            compiled_map=await self._compiled_maps.of(row.version),
            files=await self._compiled_maps.files(row.version),
            state=State.from_json(journey.state),
            due=row,
            links=MessageLinks(self._links.base_url, link),
            languages=self._languages,
            brand=self._brand,
        )
        started = _started()

        def away(session: Session) -> StandIns:
            return absences.load_in_force(session, _now(session, order, started))

        async with self._store.reading() as session:
            in_force = await session.run_sync(away)
        role, owner = source.owner
        stand_in = in_force.for_task(owner, role, row.customer_id)
        if stand_in is None:
            return source
        return replace(source, delegate=stand_in.delegate, away_until=stand_in.absence.last_day)

    async def _send(self, order: DeliveryOrder, message: OutgoingMessage) -> None:
        try:
            receipt = await self._channel.deliver(message)
        except TemporaryDeliveryError as later:
            self._count("later")
            await self._record_attempt(order, later.message)
            left = max(order.give_up_at - _started(), 0) + 1
            wait = None if later.retry_after is None else timedelta(seconds=min(later.retry_after, left))
            # The channel's words may name people: they stay in the database.
            raise ApplicationError(
                "not delivered yet", type="TryAgain", next_retry_delay=wait, category=ApplicationErrorCategory.BENIGN
            ) from None
        except UndeliverableError as never:
            await self._record_attempt(order, never.message)
            raise
        self._count("sent")
        started = _started()

        def record(session: Session) -> None:
            now = _now(session, order, started)
            sent_by = {"channel": receipt.channel, "channel_id": receipt.reference}
            messages.record_sent(session, order.journey, order.message, now, **sent_by)

        await self._store.write(record)

    def _count(self, outcome: str) -> None:
        metrics.DELIVERIES.add(1, {"channel": self._channel.name, "outcome": outcome})

    async def _record_attempt(self, order: DeliveryOrder, why: str) -> None:
        started, attempt = _started(), activity.info().attempt

        def record(session: Session) -> None:
            now, channel = _now(session, order, started), self._channel.name
            messages.record_attempt(
                session, order.journey, order.message, now, channel=channel, error=why, attempt=attempt
            )

        await self._store.write(record)


def _started() -> float:
    """The beginning of the attempt by the server's clock, in seconds since 1970."""
    return activity.info().started_time.timestamp()


def _now(session: Session, order: DeliveryOrder, started: float) -> Instant:
    """The beginning of the attempt in journey time."""
    return _clock(session, order).journey_of(started)


def _clock(session: Session, order: DeliveryOrder) -> JourneyClock:
    """The clock of the order; in the demo, which may have stood still since that was given, the one of now."""
    kept = None if order.clock == REAL_TIME else clock.find(session)
    return order.clock if kept is None else kept.clock


def _return(order: DeliveryOrder, started: float, session: Session) -> None:
    """Gives a message back to its journey, where it waits for a person."""
    now = _now(session, order, started)
    row = messages.record_returned(session, order.journey, order.message)
    recipient = inbox.recipients(session, [row.customer_id])[row.customer_id]
    if row.status == messages.MessageStatus.RETURNED and recipient.journey == order.journey:
        fact_id = f"message_returned/{order.journey}/{order.message}/{row.revision}"
        fact = MessageReturned(
            id=fact_id,
            at=now,
            by="milepost",
            message=order.message,
            steps=row.steps,
            templates=row.templates,
            contact=row.contact,
        )
        inbox.record(session, [NewFact(recipient, to_json(fact), "delivery")], now)


def _record_failure(order: DeliveryOrder, started: float, error: UndeliverableError, session: Session) -> None:
    now = _now(session, order, started)
    row = messages.record_failed(session, order.journey, order.message, now, error.message, cause=_cause(error))
    recipient = inbox.recipients(session, [row.customer_id])[row.customer_id]
    if recipient.journey == order.journey:
        again = f"/{row.retries}" if row.retries else ""
        fact_id = f"message_failed/{order.journey}/{order.message}{again}"
        fact = MessageFailed(id=fact_id, at=now, by="milepost", message=order.message, why=row.last_error)
        if error.address_refused:
            fact = replace(fact, permanent=True, contact=row.contact)
        inbox.record(session, [NewFact(recipient, to_json(fact), "delivery")], now)
    if error.address_refused and not is_forgotten(row.contact):
        told = [row.customer_id] if recipient.journey == order.journey else []
        request = f"message_failed/{order.journey}/{order.message}"
        mail_choices.refuse_address(session, row.contact, row.last_error or "", now, request=request, told=told)


@asynccontextmanager
async def heartbeat() -> AsyncIterator[None]:
    """Tell Temporal that the activity is alive, so that it starts elsewhere soon after this worker has died."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
