"""Facts as they are stored, read for pages and commands. `store.inbox` takes them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.facts import EventHappened
from milepost.store.inbox import InboxStatus
from milepost.store.tables import EventCountRow, FactRow


def _of(customer: str) -> Select[FactRow]:
    return select(FactRow).where(FactRow.customer_id == customer).order_by(FactRow.serial)


async def get(session: AsyncSession, customer: str, fact: str) -> FactRow | None:
    """Returns the fact with this id; None if it isn't stored."""
    return (await session.scalars(_of(customer).where(FactRow.id == fact))).first()


def find(session: Session, customer: str, fact: str) -> FactRow | None:
    """Returns one fact as it is stored now; None: there is none of this id."""
    query = select(FactRow).where(FactRow.customer_id == customer, FactRow.id == fact)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def has_source(session: Session, journey: str, kind: str, source: str) -> bool:
    """Tells whether a journey has a fact of this kind from this source."""
    query = select(FactRow.id).where(FactRow.journey_id == journey, FactRow.kind == kind, FactRow.source == source)
    return session.scalars(query.limit(1)).first() is not None


async def pending(session: AsyncSession, limit: int = 500) -> list[FactRow]:
    """Returns facts that aren't delivered to their journey yet, oldest first: the sweeper's work."""
    query = select(FactRow).where(FactRow.status == InboxStatus.PENDING).order_by(FactRow.serial).limit(limit)
    return list(await session.scalars(query))


async def pending_of(session: AsyncSession, customers: Iterable[str]) -> list[FactRow]:
    """Returns facts about these customers that no journey has taken in yet, oldest first."""
    query = select(FactRow).where(
        FactRow.status == InboxStatus.PENDING, FactRow.customer_id.in_(sorted(set(customers)))
    )
    return list(await session.scalars(query.order_by(FactRow.serial)))


async def of_customer(session: AsyncSession, customer: str, limit: int = 200) -> list[FactRow]:
    """Returns the facts about a customer, the latest first."""
    query = select(FactRow).where(FactRow.customer_id == customer).order_by(FactRow.serial.desc()).limit(limit)
    return list(await session.scalars(query))


async def of_journey(session: AsyncSession, customer: str, journey: str, kind: str) -> list[FactRow]:
    """Returns the facts of one kind for a customer's journey, oldest first."""
    query = _of(customer).where(FactRow.journey_id == journey, FactRow.kind == kind)
    return list(await session.scalars(query))


async def latest_sets(session: AsyncSession, customers: Collection[str], limit: int = 20) -> dict[str, list[FactRow]]:
    """Returns the facts that set attributes of these customers and that journeys took in: the latest ones of each.

    The latest comes first.
    """
    is_taken = (FactRow.kind == literal_column("'set'"), FactRow.status == InboxStatus.DELIVERED)
    place = func.row_number().over(partition_by=FactRow.customer_id, order_by=FactRow.serial.desc())
    numbered = select(FactRow.serial, place.label("place")).where(FactRow.customer_id.in_(customers), *is_taken)
    latest = numbered.subquery("latest")
    query = select(FactRow).join(latest, latest.c.serial == FactRow.serial).where(latest.c.place <= limit)
    found: dict[str, list[FactRow]] = defaultdict(list)
    for row in await session.scalars(query.order_by(FactRow.serial.desc())):
        found[row.customer_id].append(row)
    return found


async def latest_events(session: AsyncSession, customer: str, limit: int = 50) -> list[FactRow]:
    """Returns product events of a customer that were stored, the latest first."""
    query = select(FactRow).where(FactRow.customer_id == customer, FactRow.kind == EventHappened.kind)
    return list(await session.scalars(query.order_by(FactRow.at.desc(), FactRow.serial.desc()).limit(limit)))


async def event_counts(session: AsyncSession, customer: str) -> list[EventCountRow]:
    """Returns the counts of a customer's product events that no map uses, ordered by day and name."""
    query = select(EventCountRow).where(EventCountRow.customer_id == customer)
    return list(await session.scalars(query.order_by(EventCountRow.day, EventCountRow.event)))
