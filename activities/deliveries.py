"""Delivering messages: render once, send through the channel, keep what became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from milepost.channels.links import LinkSigner
from milepost.channels.message_text import MessageSource, outgoing, write
from milepost.channels.protocol import Channel, OutgoingMessage, TemporaryDeliveryError, UndeliverableError
from milepost.language.templates.source import TemplateError
from milepost.planner.facts import MessageFailed, to_json
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import clock, facts, journeys, messages
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.errors import UnknownCustomerError, UnknownJourneyError, UnknownMessageError
from milepost.store.tables import JourneyRow, MessageRow
from milepost.wire.activities import DeliveryFailure, DeliveryOrder

log = structlog.get_logger()


class DeliveryActivities:
    """Delivers messages. A message that was sent is not sent again."""

    def __init__(self, store: Store, compiled_maps: CompiledMaps, channel: Channel, links: LinkSigner) -> None:
        self._store = store
        self._compiled_maps = compiled_maps
        self._channel = channel
        self._links = links

    @activity.defn
    async def deliver(self, order: DeliveryOrder) -> None:
        """Send one message, unless it is out already.

        Raises:
            ApplicationError: retryable, or not where no attempt could succeed.
        """
        try:
            message = await self._written(order)
            if message is not None:
                await self._send(order, message)
        except (UnknownJourneyError, UnknownMessageError):
            log.info("message is gone and no longer of interest", journey=order.journey)

    @activity.defn
    async def record_failure(self, failure: DeliveryFailure) -> dict[str, Any]:
        """Keep that a message will never arrive, as a fact of the journey; returns the fact, as JSON."""
        fact = to_json(
            MessageFailed(
                id=f"message_failed/{failure.journey}/{failure.message}",
                at=failure.at,
                by="milepost",
                message=failure.message,
                why=failure.why,
            ),
        )
        try:
            async with self._store.transaction() as session:
                await messages.record_failed(session, failure.journey, failure.message, failure.at, failure.why)
                recorded = await facts.record(session, failure.customer, fact, failure.at, source="delivery")
        except (UnknownCustomerError, UnknownMessageError):
            log.info("message is gone and its failure is of no interest", journey=failure.journey)
            return fact
        return recorded.fact

    async def _written(self, order: DeliveryOrder) -> OutgoingMessage | None:
        """The message as the first attempt rendered it; None if there is nothing to send.

        Raises:
            ApplicationError: the message can't be rendered, now or later.
        """
        async with self._store.reading() as session:
            row = await messages.get(session, order.journey, order.message)
            journey = await journeys.get(session, order.journey)
        if row.status == messages.MessageStatus.SENT:
            return None
        writing = await self._writing(journey, row)
        if row.text is not None:
            return outgoing(writing, row.subject or "", row.text, row.html)
        try:
            rendering = write(writing)
        except (TemplateError, KeyError, ValueError) as error:
            raise _final("CannotBeRendered", f"the message cannot be rendered: {error}") from error
        async with self._store.transaction() as session:
            await messages.save_rendering(
                session,
                order.journey,
                order.message,
                subject=rendering.subject,
                text=rendering.text,
                html=rendering.html,
            )
        return rendering

    async def _writing(self, journey: JourneyRow, row: MessageRow) -> MessageSource:
        return MessageSource(
            compiled_map=await self._compiled_maps.of(row.version),
            files=await self._compiled_maps.files(row.version),
            state=State.from_json(journey.state),
            due=row,
            links=self._links,
            now=datetime.now(UTC),
        )

    async def _send(self, order: DeliveryOrder, message: OutgoingMessage) -> None:
        try:
            receipt = await self._channel.deliver(message)
        except TemporaryDeliveryError as later:
            await self._record_attempt(order, later.message)
            wait = None if later.retry_after is None else timedelta(seconds=later.retry_after)
            raise ApplicationError(
                later.message, type="TryAgain", next_retry_delay=wait, category=ApplicationErrorCategory.BENIGN
            ) from later
        except UndeliverableError as never:
            await self._record_attempt(order, never.message)
            raise _final("Undeliverable", never.message) from never
        async with self._store.transaction() as session:
            await messages.record_sent(
                session,
                order.journey,
                order.message,
                await _now(session, order),
                channel=receipt.channel,
                channel_id=receipt.reference,
            )

    async def _record_attempt(self, order: DeliveryOrder, why: str) -> None:
        attempt = activity.info().attempt
        async with self._store.transaction() as session:
            await messages.record_attempt(
                session,
                order.journey,
                order.message,
                await _now(session, order),
                channel=self._channel.name,
                error=why,
                attempt=attempt,
            )


async def _now(session: AsyncSession, order: DeliveryOrder) -> Instant:
    """Journey time at the beginning of the attempt, by the server's clock."""
    journey_clock = order.clock
    if journey_clock.speed != 1:  # the demo, which may have stood still since the order was given
        journey_clock = max(journey_clock, await clock.read(session), key=lambda each: each.wall_epoch)
    return journey_clock.journey_of(activity.info().started_time.timestamp())


def _final(kind: str, why: str) -> ApplicationError:
    return ApplicationError(why, type=kind, non_retryable=True, category=ApplicationErrorCategory.BENIGN)
