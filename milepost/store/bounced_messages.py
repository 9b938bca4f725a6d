"""Messages that came back: which one it was, and that it did."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from milepost.customer import address_key, is_forgotten
from milepost.planner.instants import Instant
from milepost.store.messages import FailureCause, MessageStatus
from milepost.store.tables import MessageRow


def by_id(session: Session, id_: str) -> MessageRow | None:
    """Returns the message that a channel knows by an id, with or without the brackets of a Message-ID header."""
    bare = id_.strip("<>")
    query = select(MessageRow).where(MessageRow.channel_id.in_([f"<{bare}>", bare, bare.partition("@")[0]]))
    row = session.scalars(query.limit(1)).first()
    return None if row is None or is_forgotten(row.contact) else row


def latest_to(session: Session, journey: str | None, address: str, since: Instant) -> MessageRow | None:
    """Returns a journey's last message to an address that was sent since an instant."""
    query = select(MessageRow).where(MessageRow.journey_id == journey, MessageRow.status == MessageStatus.SENT)
    rows = session.scalars(query.where(MessageRow.sent_at >= since).order_by(MessageRow.sent_at.desc()))
    return next((row for row in rows if address_key(row.contact) == address_key(address)), None)


def record_bounced(
    session: Session, row: MessageRow, now: Instant, why: str, cause: FailureCause = FailureCause.ADDRESS
) -> None:
    """Records that a message that was sent came back: as a rule since nobody has the address."""
    if row.status == MessageStatus.SENT:
        row.status, row.cause, row.tried_at = MessageStatus.FAILED, cause, now
        row.last_error = f"it came back: {why}" if why else "it came back"
        session.flush()
