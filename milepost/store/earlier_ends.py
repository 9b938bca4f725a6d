"""Whose journey had ended before Milepost knew the customer: no journey begins for them by itself."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, delete, exists, select
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store.earlier_end_table import EarlierEndRow
from milepost.store.tables import CustomerRow
from milepost.store.upsert import upsert

_counts = and_(EarlierEndRow.customer_id == CustomerRow.id, CustomerRow.latest_journey.is_(None))
is_known = exists().where(_counts)
"""The condition that a customer's journey had ended; it counts until one begins here."""


def of_new(session: Session, customers: Collection[str]) -> dict[str, str | None]:
    """Returns why the journeys of these customers had ended, None where they hadn't; without those who had one here."""
    query = select(CustomerRow.id, EarlierEndRow.reason).outerjoin_from(
        CustomerRow, EarlierEndRow, EarlierEndRow.customer_id == CustomerRow.id
    )
    of_them = query.where(CustomerRow.id.in_(list(customers)), CustomerRow.latest_journey.is_(None))
    return {row.id: row.reason for row in session.execute(of_them)}


def everybody(session: Session) -> dict[str, str]:
    """Returns why the journeys of all customers had ended who had none here, by customer, ordered by id."""
    query = select(CustomerRow.id, EarlierEndRow.reason).join(EarlierEndRow, _counts).order_by(CustomerRow.id)
    return {row.id: row.reason for row in session.execute(query)}


def known_since(session: Session, customer: str) -> Instant | None:
    """Returns since when it is known that the customer's journey had ended; None: it hadn't, or one began since."""
    query = select(EarlierEndRow.since).join(CustomerRow, _counts).where(CustomerRow.id == customer)
    return session.scalar(query)


def settle(session: Session, customer: str, reason: str | None, now: Instant) -> None:
    """Keeps what a book says: why the customer's journey is over or, with None, that it isn't."""
    if reason is None:
        session.execute(delete(EarlierEndRow).where(EarlierEndRow.customer_id == customer))
        return
    row = {"customer_id": customer, "reason": reason, "since": now}
    upsert(session, EarlierEndRow, [row], keep=("since",))
