"""Messages to customers: their text, their delivery, and the outbox.

Every function here may be called twice (an activity is retried): a sent message stays sent, and counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import is_forgotten
from milepost.planner.instants import Instant
from milepost.store.errors import UnknownMessageError
from milepost.store.rows import count_by
from milepost.store.tables import CustomerRow, JourneyRow, MessageRow

CONTACT_FORGOTTEN = "its contact was forgotten"


class MessageStatus(StrEnum):
    """The status of a message on its way out."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message with the customer's name."""

    message: MessageRow
    customer_name: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """A page of the outbox, the latest message first; `total` counts all that match."""

    lines: tuple[MessageLine, ...]
    total: int
    offset: int

    @property
    def has_more(self) -> bool:
        """Tells whether another page follows."""
        return self.offset + len(self.lines) < self.total


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


def save_rendering(
    session: Session, journey: str, message: str, *, subject: str, text: str, html: str | None
) -> MessageRow:
    """Stores the rendered message. The first rendering stands, so that all attempts send the same words.

    Raises:
        UnknownMessageError: the journey has no message of this id.
    """
    row = _row(session, journey, message, lock=True)
    if row.text is None and not is_forgotten(row.contact):
        row.subject, row.text, row.html = subject, text, html
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


def record_failed(session: Session, journey: str, message: str, now: Instant, error: str) -> MessageRow:
    """Records that delivery failed for good, unless the message was sent.

    Raises:
        UnknownMessageError: the journey has no message of this id.
    """
    row = _row(session, journey, message, lock=True)
    if row.status == MessageStatus.QUEUED:
        row.status, row.tried_at, row.last_error = MessageStatus.FAILED, now, _error_of(row, error)
    return row


def _error_of(row: MessageRow, error: str) -> str:
    """Returns the error to store: a channel's words may name the contact, who may have been forgotten meanwhile."""
    return CONTACT_FORGOTTEN if is_forgotten(row.contact) else error


async def outbox(
    session: AsyncSession,
    *,
    customer: str | None = None,
    status: MessageStatus | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Outbox:
    """Returns a page of the messages of all customers, or of one, the latest first."""
    conditions = [MessageRow.customer_id == customer] if customer is not None else []
    if status is not None:
        conditions.append(MessageRow.status == status)
    query = (
        select(MessageRow, CustomerRow.name)
        .join(CustomerRow, CustomerRow.id == MessageRow.customer_id)
        .where(*conditions)
        .order_by(MessageRow.at.desc(), MessageRow.journey_id, MessageRow.message)
        .offset(max(offset, 0))
        .limit(max(limit, 1))
    )
    lines = tuple(MessageLine(message, name) for message, name in await session.execute(query))
    total = await session.scalar(select(func.count()).select_from(MessageRow).where(*conditions)) or 0
    return Outbox(lines, total, offset)


_waits = func.json_array_length(JourneyRow.state["queue"])
_has_waiting = (JourneyRow.ended_at.is_(None), _waits > 0)


async def count_waiting(session: AsyncSession) -> int:
    """Counts messages that are due and held back: by hours, a limit, a pause, a play, or a missing person."""
    return await session.scalar(select(func.sum(_waits)).where(*_has_waiting)) or 0


async def waiting_journeys(session: AsyncSession, *, limit: int = 50) -> list[tuple[JourneyRow, str]]:
    """Returns journeys that hold back messages, with the customers' names; those that move first come first."""
    query = (
        select(JourneyRow, CustomerRow.name)
        .join(CustomerRow, CustomerRow.id == JourneyRow.customer_id)
        .where(*_has_waiting)
        .order_by(JourneyRow.wake_at.asc().nulls_last(), JourneyRow.id)
        .limit(max(limit, 1))
    )
    return [(journey, name) for journey, name in await session.execute(query)]


async def count_failed(session: AsyncSession, *, since: Instant) -> int:
    """Counts messages whose delivery has failed for good since an instant of journey time."""
    query = select(func.count()).where(MessageRow.status == MessageStatus.FAILED, MessageRow.tried_at >= since)
    return await session.scalar(query) or 0


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """Counts messages by status."""
    return await count_by(session, MessageRow.status)
