"""Messages to customers: their text, their delivery, and the outbox.

Every function here may be called twice (an activity is retried): a sent message stays sent, and counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, ScalarSelect, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Session

from milepost.customer import is_forgotten
from milepost.explain.undelivered import Undelivered
from milepost.planner.instants import Instant
from milepost.store.errors import UnknownMessageError
from milepost.store.keyset import Cursor, Segment, read_page
from milepost.store.rows import count_up_to
from milepost.store.tables import CustomerRow, JourneyRow, MessageRow

CONTACT_FORGOTTEN = "its contact was forgotten"
UNWANTED = "its recipient no longer wants such mail"
MOST_COUNTED = 10_000
"""Messages of a status that are counted; then there are more than that."""


class MessageStatus(StrEnum):
    """The status of a message on its way out."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    RETURNED = "returned"  # it hadn't left when mail was held, and waits again with the journey


class FailureCause(StrEnum):
    """The kinds of failure of a message."""

    ADDRESS = "address"  # the mail server refused the address for good
    REFUSED = "refused"  # the channel refused the message for good
    LATE = "late"  # no attempt succeeded in time
    TEXT = "text"  # it can't be rendered
    UNWANTED = "unwanted"  # its recipient has opted out since it was due out
    FORGOTTEN = "forgotten"  # its recipient was forgotten


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message with the customer's name."""

    message: MessageRow
    customer_name: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """A page of the outbox, the latest message first, with the places where its neighbours begin."""

    lines: tuple[MessageLine, ...]
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class HoldingPage:
    """A page of journeys that hold back messages, each with its customer's name; those that move first come first."""

    journeys: tuple[tuple[JourneyRow, str], ...]
    previous: Cursor | None
    next: Cursor | None


async def get(session: AsyncSession, journey: str, message: str) -> MessageRow:
    """Returns one message.

    Raises:
        UnknownMessageError: the journey has no message of this id.
    """
    return await session.run_sync(_row, journey, message)


def _row(session: Session, journey: str, message: str, *, lock: bool = False) -> MessageRow:
    """Returns one message; `lock` keeps others from changing it before the transaction ends."""
    row = session.get(MessageRow, (journey, message), populate_existing=True, with_for_update=lock)
    if row is None:
        raise UnknownMessageError(journey, message)
    return row


def queued(session: Session, journey: str) -> list[str]:
    """Returns the ids of the journey's messages that are neither sent nor failed, oldest first."""
    query = select(MessageRow.message).where(
        MessageRow.journey_id == journey, MessageRow.status == MessageStatus.QUEUED
    )
    return list(session.scalars(query.order_by(MessageRow.at, MessageRow.message)))


def in_grace(session: Session, journey: str) -> list[MessageRow]:
    """Returns the journey's messages that wait because what brought them about can be undone; no channel has them.

    They stay as they are until the transaction ends.
    """
    query = select(MessageRow).where(
        MessageRow.journey_id == journey,
        MessageRow.status == MessageStatus.QUEUED,
        MessageRow.not_before.is_not(None),
    )
    query = query.order_by(MessageRow.at, MessageRow.message).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


async def journeys_in_grace(session: AsyncSession, condition: ColumnElement[bool], limit: int) -> list[str]:
    """Returns open journeys for which the condition holds and that have messages in the grace (see `in_grace`)."""
    waits = MessageRow.not_before.is_not(None) & (MessageRow.status == MessageStatus.QUEUED)
    query = select(JourneyRow.id).where(
        JourneyRow.id.in_(select(MessageRow.journey_id).where(waits)), JourneyRow.ended_at.is_(None), condition
    )
    return list(await session.scalars(query.order_by(JourneyRow.id).limit(limit)))


async def undelivered(session: AsyncSession, journey: str) -> dict[str, Undelivered]:
    """Returns the messages of a journey that were due out and that no channel has taken, by id."""
    query = select(MessageRow.message, MessageRow.status, MessageRow.last_error).where(
        MessageRow.journey_id == journey, MessageRow.status != MessageStatus.SENT
    )
    return {message: Undelivered(status, why) for message, status, why in await session.execute(query)}


def claim(session: Session, journey: str, message: str, now: Instant) -> MessageRow:
    """Ends a message's wait for the grace if that is over at `now`; then `not_before` is None, and it may leave.

    From then on nothing that brought it about can be undone, as that needs the same lock.

    Raises:
        UnknownMessageError: the journey has no message of this id; it may have been undone.
    """
    row = _row(session, journey, message, lock=True)
    is_over = row.not_before is not None and row.not_before <= now
    if is_over and row.status == MessageStatus.QUEUED:
        row.not_before = None
        session.flush()
    return row


def save_rendering(
    session: Session, journey: str, message: str, *, subject: str, text: str, html: str | None, link: str
) -> MessageRow:
    """Stores the rendered message, and the link in it. The first rendering stands, so that all attempts send the same.

    Raises:
        UnknownMessageError: the journey has no message of this id.
    """
    row = _row(session, journey, message, lock=True)
    if row.text is None and not is_forgotten(row.contact):
        row.subject, row.text, row.html, row.link = subject, text, html, link
    return row


def record_sent(
    session: Session, journey: str, message: str, now: Instant, *, channel: str, channel_id: str | None
) -> MessageRow:
    """Records that the channel accepted the message. A second call changes nothing.

    Raises:
        UnknownMessageError: the journey has no message of this id.
    """
    row = _row(session, journey, message, lock=True)
    if row.status != MessageStatus.SENT:
        row.status, row.sent_at, row.tried_at = MessageStatus.SENT, now, now
        row.channel, row.channel_id, row.last_error = channel, channel_id, None
        row.attempts += 1
    return row


def record_attempt(
    session: Session, journey: str, message: str, now: Instant, *, channel: str, error: str, attempt: int
) -> MessageRow:
    """Records an attempt that failed and will be repeated; `attempt` counts from 1, so a second call counts once.

    Raises:
        UnknownMessageError: the journey has no message of this id.
    """
    row = _row(session, journey, message, lock=True)
    if row.status == MessageStatus.QUEUED:
        row.attempts = max(row.attempts, attempt)
        row.tried_at, row.channel, row.last_error = now, channel, _error_of(row, error)
    return row


def record_failed(
    session: Session, journey: str, message: str, now: Instant, error: str, *, cause: FailureCause
) -> MessageRow:
    """Records that delivery failed for good, unless the message was sent.

    Raises:
        UnknownMessageError: the journey has no message of this id.
    """
    row = _row(session, journey, message, lock=True)
    if row.status == MessageStatus.QUEUED:
        row.status, row.tried_at, row.last_error = MessageStatus.FAILED, now, _error_of(row, error)
        row.cause = cause
    return row


def record_returned(session: Session, journey: str, message: str) -> MessageRow:
    """Records that a message waits with its journey once more, unless it was sent or failed.

    Raises:
        UnknownMessageError: the journey has no message of this id.
    """
    row = _row(session, journey, message, lock=True)
    if row.status == MessageStatus.QUEUED:
        row.status = MessageStatus.RETURNED
        session.flush()
    return row


def _error_of(row: MessageRow, error: str) -> str:
    """Returns the error to store: a channel's words may name the contact, who may have been forgotten meanwhile."""
    return CONTACT_FORGOTTEN if is_forgotten(row.contact) else error


async def outbox(
    session: AsyncSession,
    *,
    customer: str | None = None,
    status: MessageStatus | None = None,
    map_id: str | None = None,
    template: str | None = None,
    cause: FailureCause | None = None,
    cursor: Cursor | None = None,
    limit: int = 50,
) -> Outbox:
    """Returns a page of the messages of all customers, or of one, the latest first.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    query = select(MessageRow, _name_of(MessageRow.customer_id))
    if customer is not None:
        query = query.where(MessageRow.customer_id == customer)
    if status is not None:
        query = query.where(MessageRow.status == status)
    if map_id is not None:
        on_map = select(JourneyRow.id).where(JourneyRow.map == map_id)
        query = query.where(MessageRow.journey_id.in_(on_map))
    if template is not None:
        query = query.where(MessageRow.template == template)
    if cause is not None:
        query = query.where(MessageRow.cause == cause)
    page = await read_page(session, query, _LATEST_FIRST, cursor, limit)
    return Outbox(tuple(MessageLine(row[0], row[1]) for row in page.rows), page.previous, page.next)


def _name_of(customer: InstrumentedAttribute[str]) -> ScalarSelect[str]:
    """Returns the name of each line's customer; a join might lead the database to begin with the customers."""
    return select(CustomerRow.name).where(CustomerRow.id == customer).scalar_subquery()


async def count_of_customer(session: AsyncSession, customer: str, most: int = MOST_COUNTED) -> int:
    """Counts the messages to a customer, up to `most`."""
    return await count_up_to(session, select(MessageRow.at).where(MessageRow.customer_id == customer), most)


_LATEST_FIRST = (Segment((MessageRow.at, MessageRow.journey_id, MessageRow.message), downwards=True),)
_HOLDS = JourneyRow.held_messages > literal_column("0")  # in the words of the index
_MOVING_FIRST = (
    Segment((JourneyRow.wake_at, JourneyRow.id), (JourneyRow.wake_at.is_not(None),)),
    Segment((JourneyRow.id,), (JourneyRow.wake_at.is_(None),)),
)


async def count_held(session: AsyncSession, most: int = MOST_COUNTED) -> int:
    """Counts messages that are due and held back: by hours, a limit, a pause, a play, or a missing person.

    Of many it counts those of `most` journeys.
    """
    holding = select(JourneyRow.held_messages).where(_HOLDS).limit(most).subquery()
    return await session.scalar(select(func.sum(holding.c.held_messages))) or 0


async def holding_journeys(session: AsyncSession, *, cursor: Cursor | None = None, limit: int = 50) -> HoldingPage:
    """Returns a page of the journeys that hold back messages.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    query = select(JourneyRow, _name_of(JourneyRow.customer_id))
    page = await read_page(session, query.where(_HOLDS), _MOVING_FIRST, cursor, limit)
    return HoldingPage(tuple((row[0], row[1]) for row in page.rows), page.previous, page.next)


async def count_failed(session: AsyncSession, *, since: Instant) -> int:
    """Counts messages whose delivery has failed for good since an instant of journey time."""
    query = select(func.count()).where(MessageRow.status == MessageStatus.FAILED, MessageRow.tried_at >= since)
    return await session.scalar(query) or 0


async def count_by_cause(session: AsyncSession, most: int = MOST_COUNTED) -> dict[str, int]:
    """Counts failed messages by what made them fail, most first; those from before causes were kept are left out.

    Of many it counts the latest `most`.
    """
    failed = select(MessageRow.cause).where(MessageRow.status == MessageStatus.FAILED, MessageRow.cause.is_not(None))
    latest = failed.order_by(MessageRow.at.desc()).limit(most).subquery()
    query = select(latest.c.cause, func.count()).group_by(latest.c.cause)
    rows = await session.execute(query.order_by(func.count().desc(), latest.c.cause))
    return {cause: count for cause, count in rows if cause is not None}


async def count_by_status(session: AsyncSession, most: int = MOST_COUNTED) -> dict[str, int]:
    """Counts messages by status, of each up to `most`; statuses without messages are left out."""
    counts = {status.value: await count_with_status(session, status, most) for status in MessageStatus}
    return {status: count for status, count in counts.items() if count}


async def count_with_status(session: AsyncSession, status: MessageStatus, most: int = MOST_COUNTED) -> int:
    """Counts the messages of a status, up to `most`."""
    return await count_up_to(session, select(MessageRow.at).where(MessageRow.status == status), most)
