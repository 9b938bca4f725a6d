"""Links that customers get: made when a message leaves, void when somebody says so or their contact is gone."""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import Contact, address_key
from milepost.planner.instants import Instant, moment
from milepost.store.link_tables import LinkRow
from milepost.store.table_types import table_of
from milepost.store.tables import ContactRow, JourneyRow

WORKS_DAYS = 90
"""For how many days from the end of the day on which it was made a link works."""
HISTORY_DAYS = 365
PROOF_DAYS = 3650
"""A link to the results that was made to be forwarded works until somebody ends it; after this it is forgotten."""
NO_LONGER_A_CONTACT = "no longer a contact"
DAY = 86_400
_CHUNK = 500
_ID_LETTERS = string.ascii_letters + string.digits
_ID_LENGTH = 14
_links, _journeys = table_of(LinkRow), table_of(JourneyRow)


class Purpose(StrEnum):
    """What a link opens."""

    PLAN = "plan"
    PROOF = "proof"


_WORKS = {Purpose.PLAN: WORKS_DAYS, Purpose.PROOF: PROOF_DAYS}


def fresh_id() -> str:
    """Returns the id of a new link, of letters and digits alone."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def is_live(row: LinkRow, wall: float) -> bool:
    """Returns whether a link works at an instant of the wall clock."""
    return row.voided_at is None and wall < row.expires_at


async def get(session: AsyncSession, link: str) -> LinkRow | None:
    """Returns the row of a link; None where there is none."""
    return await session.get(LinkRow, link)


async def of_customer(session: AsyncSession, customer: str) -> list[LinkRow]:
    """Returns the links of a customer's people, the newest first."""
    query = select(LinkRow).join(JourneyRow, JourneyRow.id == LinkRow.journey_id)
    newest_first = query.order_by(LinkRow.created_at.desc(), LinkRow.id)
    return list(await session.scalars(newest_first.where(JourneyRow.customer_id == customer)))


def of_message(session: Session, journey: str, contact: str, written_with: str | None, wall: float) -> str:
    """Returns the id of the link that a message to a contact carries: the one that it was written with.

    Where there is none yet, or it no longer works, that is the link that a message of the same day has, or a new one.
    """
    row = session.get(LinkRow, written_with) if written_with else None
    if row is not None and is_live(row, wall):
        return row.id
    today = int(wall) // DAY * DAY
    query = select(LinkRow).where(LinkRow.journey_id == journey, LinkRow.created_at >= today)
    rows = session.scalars(query.where(LinkRow.purpose == Purpose.PLAN, LinkRow.made_by.is_(None)).order_by(LinkRow.id))
    live = (each.id for each in rows if is_live(each, wall) and address_key(each.contact) == address_key(contact))
    return next(live, None) or fresh_id()


def keep(
    session: Session,
    link: str,
    journey: str,
    contact: str,
    wall: float,
    *,
    made_by: str | None = None,
    purpose: Purpose = Purpose.PLAN,
) -> LinkRow:
    """Stores a link; one that is there stays as it is."""
    row = session.get(LinkRow, link)
    if row is None:
        row = LinkRow(
            id=link,
            journey_id=journey,
            contact=contact,
            purpose=purpose,
            created_at=int(wall),
            expires_at=(int(wall) // DAY + _WORKS[purpose] + 1) * DAY,
            made_by=made_by,
        )
        session.add(row)
        session.flush()
    return row


def mark_used(session: Session, link: str, wall: float) -> None:
    """Keeps the day on which somebody last did something with a link."""
    day = moment(int(wall)).date().isoformat()
    is_row = (_links.c.id == link, _links.c.used_on.is_distinct_from(day))
    session.connection().execute(update(_links).where(*is_row).values(used_on=day))


def void(session: Session, links: Sequence[str], wall: float, *, by: str | None, why: str | None) -> list[LinkRow]:
    """Makes links void for good, and returns those that weren't before."""
    query = select(LinkRow).where(LinkRow.id.in_(links), LinkRow.voided_at.is_(None)).order_by(LinkRow.id)
    rows = list(session.scalars(query.with_for_update()))
    for row in rows:
        row.voided_at, row.voided_by, row.voided_why = int(wall), by, why
    session.flush()
    return rows


def void_of_gone(session: Session, people: Mapping[str, Iterable[Contact]]) -> None:
    """Makes void the links of those who are contacts of these customers, and won't be after this change.

    Adding the person again later doesn't bring them back.
    """
    ids = list(people)
    staying = {customer: {each.address_key for each in contacts} for customer, contacts in people.items()}
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        before = session.execute(
            select(ContactRow.customer_id, ContactRow.address_key).where(ContactRow.customer_id.in_(some))
        )
        gone = {(customer, key) for customer, key in before if key not in staying[customer]}
        if gone:
            _void_all_of(session, gone)


def _void_all_of(session: Session, gone: set[tuple[str, str]]) -> None:
    query = select(LinkRow.id, LinkRow.contact, _journeys.c.customer_id).join(
        _journeys, _journeys.c.id == LinkRow.journey_id
    )
    of_them = query.where(_journeys.c.customer_id.in_({customer for customer, _ in gone}), LinkRow.voided_at.is_(None))
    links = [row.id for row in session.execute(of_them) if (row.customer_id, address_key(row.contact)) in gone]
    if links:
        void(session, links, time.time(), by=None, why=NO_LONGER_A_CONTACT)


def has_void(rows: Iterable[LinkRow], contact: str) -> bool:
    """Returns whether a link of this contact was made void."""
    key = address_key(contact)
    return any(row.voided_at is not None and address_key(row.contact) == key for row in rows)


async def voided_at_journey(session: AsyncSession, journey: str) -> list[LinkRow]:
    """Returns the links to a journey's plan that were made void."""
    query = select(LinkRow).where(LinkRow.journey_id == journey, LinkRow.voided_at.is_not(None))
    return list(await session.scalars(query.where(LinkRow.purpose == Purpose.PLAN)))


def ends_with_history(ended_at: Instant) -> Instant:
    """Returns until when, in journey time, the links of a journey that ended show what was done."""
    return ended_at + HISTORY_DAYS * DAY


def remove_old(before: Instant, session: Session) -> int:
    """Removes links that can't have opened anything any more at an instant, a history neither; returns how many."""
    old = delete(_links).where(_links.c.expires_at < before - HISTORY_DAYS * DAY)
    return session.connection().execute(old).rowcount
