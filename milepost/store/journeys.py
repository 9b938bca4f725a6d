"""Journeys: beginning them and looking them up. `store.advance` writes what a plan changes in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import last_touches
from milepost.store.errors import JourneyAlreadyOpenError, UnknownCustomerError, UnknownJourneyError
from milepost.store.keyset import Cursor, Segment, read_page
from milepost.store.rows import count_by
from milepost.store.table_types import table_of
from milepost.store.tables import CustomerRow, JourneyRow, MapVersionRow, OpenPlayRow, OpenStageRow

_journeys = table_of(JourneyRow)
_LAST = (
    select(_journeys.c.id, _journeys.c.number, _journeys.c.ended_at)
    .where(_journeys.c.customer_id == bindparam("customer"))
    .order_by(_journeys.c.number.desc())
    .limit(1)
)


async def begin(session: AsyncSession, state: State) -> JourneyRow:
    """Inserts a new journey of `state.customer`, with the state that it begins from.

    Raises:
        JourneyAlreadyOpenError: the customer has a journey that has not ended.
        UnknownCustomerError: no customer has this id.
    """
    return await session.run_sync(insert, state)


def insert(session: Session, state: State) -> JourneyRow:
    """Inserts a new journey, as `begin` does."""
    customer = state.customer.id
    # The row lock makes two that begin at once take turns, so that the second sees the first.
    if session.scalar(select(CustomerRow.id).where(CustomerRow.id == customer).with_for_update()) is None:
        raise UnknownCustomerError(customer)  # forgotten meanwhile, or merged, or renamed
    last = session.connection().execute(_LAST, {"customer": customer}).first()
    if last is not None and last.ended_at is None:
        raise JourneyAlreadyOpenError(customer, last.id)
    number = last.number + 1 if last is not None else 1
    journey = JourneyRow(
        id=f"{customer}/{number}",
        customer_id=customer,
        number=number,
        map=state.map,
        version=state.version,
        status=state.status,
        reason=None,
        started_at=state.started_at,
        ended_at=None,
        wake_at=None,
        state=state.to_json(),
        revision=state.revision,
        clock=state.clock,
        updated_at=state.clock,
    )
    session.add(journey)
    session.flush()
    if last is not None:
        last_touches.carry_over(session, customer, journey.id)
    session.execute(update(_customers).where(_customers.c.id == customer).values(latest_journey=journey.id))
    return journey


@dataclass(frozen=True, slots=True)
class LockedJourney:
    """A journey that nobody else changes before the transaction ends; instants are journey time."""

    id: str
    customer: str
    state: dict[str, Any]
    revision: int
    clock: Instant
    wake_at: Instant | None
    ended_at: Instant | None
    is_blocked: bool
    planned_with: str | None

    def is_due(self, now: Instant) -> bool:
        """Tells whether something happens by itself by `now`, or may after it couldn't."""
        return self.revision == 0 or self.is_blocked or (self.wake_at is not None and self.wake_at <= now)


_journeys, _customers = table_of(JourneyRow), table_of(CustomerRow)
_LOCK = (
    select(
        _journeys.c.id,
        _journeys.c.customer_id,
        _journeys.c.state,
        _journeys.c.revision,
        _journeys.c.clock,
        _journeys.c.wake_at,
        _journeys.c.ended_at,
        _journeys.c.blocked_since.is_not(None),
        _journeys.c.planned_with,
    )
    .where(_journeys.c.id == bindparam("journey"))
    .with_for_update()
)


def lock(session: Session, journey: str) -> LockedJourney | None:
    """Locks a journey until the transaction ends; None if its customer was forgotten."""
    row = session.connection().execute(_LOCK, {"journey": journey}).first()
    return None if row is None else LockedJourney(*row)


def load_open(session: Session, customers: Collection[str]) -> list[JourneyRow]:
    """Returns the journeys of these customers that haven't ended."""
    query = select(JourneyRow).where(JourneyRow.customer_id.in_(customers), JourneyRow.ended_at.is_(None))
    return list(session.scalars(query))


def open_id(session: Session, customer: str) -> str | None:
    """Returns the id of the customer's journey that hasn't ended, open or paused."""
    query = select(JourneyRow.id).where(JourneyRow.customer_id == customer, JourneyRow.ended_at.is_(None))
    return session.scalar(query)


def mark_blocked(session: Session, journey: str, at: Instant, why: str) -> None:
    """Records that a journey can't be planned, and since when (journey time). Its next advance clears it."""
    session.execute(
        update(JourneyRow)
        .where(JourneyRow.id == journey, JourneyRow.ended_at.is_(None))
        .values(blocked_since=func.coalesce(JourneyRow.blocked_since, at), blocked_why=why)
        .execution_options(synchronize_session=False)
    )


async def get(session: AsyncSession, journey: str) -> JourneyRow:
    """Returns the journey of this id.

    Raises:
        UnknownJourneyError: no journey has this id, or its customer was forgotten.
    """
    row = await session.get(JourneyRow, journey, populate_existing=True)
    if row is None:
        raise UnknownJourneyError(journey)
    return row


async def state(session: AsyncSession, journey: str) -> State:
    """Returns the journey's state.

    Raises:
        UnknownJourneyError: no journey has this id, or its customer was forgotten.
    """
    return State.from_json((await get(session, journey)).state)


async def states(session: AsyncSession, journeys: Iterable[str]) -> dict[str, State]:
    """Returns the states of these journeys; those of customers that were forgotten are left out."""
    query = select(JourneyRow.id, JourneyRow.state).where(JourneyRow.id.in_(list(journeys)))
    return {journey: State.from_json(state) for journey, state in await session.execute(query)}


async def open_of(session: AsyncSession, customer: str) -> JourneyRow | None:
    """Returns the customer's journey that hasn't ended, open or paused."""
    return (await session.scalars(_open_of(customer))).first()


def held_open(session: Session, customer: str) -> JourneyRow | None:
    """Returns the customer's open journey, which isn't advanced before the transaction ends.

    Whoever writes to both the customer's row and the inbox takes this first, as an advance does: else the two could
    wait for each other.
    """
    query = _open_of(customer).with_for_update(read=True, key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _open_of(customer: str) -> Select[JourneyRow]:
    return select(JourneyRow).where(JourneyRow.customer_id == customer, JourneyRow.ended_at.is_(None))


async def latest_of(session: AsyncSession, customer: str) -> JourneyRow | None:
    """Returns the customer's open journey or, without one, the last."""
    return next(iter(await of_customer(session, customer)), None)


async def of_customer(session: AsyncSession, customer: str) -> list[JourneyRow]:
    """Returns all journeys of a customer, the latest first."""
    return await session.run_sync(history, customer)


def history(session: Session, customer: str) -> list[JourneyRow]:
    """Returns all journeys of a customer, the latest first."""
    query = select(JourneyRow).where(JourneyRow.customer_id == customer).order_by(JourneyRow.number.desc())
    return list(session.scalars(query.execution_options(populate_existing=True)))


async def last_journeys(session: AsyncSession, customers: Sequence[str]) -> dict[str, JourneyRow]:
    """Returns the latest journey of each of these customers that has one."""
    query = select(JourneyRow).where(JourneyRow.customer_id.in_(customers)).order_by(JourneyRow.number)
    return {row.customer_id: row for row in await session.scalars(query)}


async def running(session: AsyncSession) -> list[JourneyRow]:
    """Returns all journeys that haven't ended, ordered by id."""
    query = select(JourneyRow).where(JourneyRow.ended_at.is_(None)).order_by(JourneyRow.id)
    return list(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class JourneyPage:
    """A page of journeys, with the places where its neighbours begin."""

    journeys: tuple[JourneyRow, ...]
    previous: Cursor | None
    next: Cursor | None


async def running_page(
    session: AsyncSession, customer: str | None = None, *, cursor: Cursor | None = None, limit: int = 50
) -> JourneyPage:
    """Returns a page of the journeys that haven't ended, of all customers or of one, ordered by customer.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    query = select(JourneyRow).where(JourneyRow.ended_at.is_(None))
    if customer is not None:
        query = query.where(JourneyRow.customer_id == customer)
    page = await read_page(session, query, (Segment((JourneyRow.customer_id,)),), cursor, limit)
    return JourneyPage(tuple(row[0] for row in page.rows), page.previous, page.next)


async def on_version(
    session: AsyncSession, version: str, *, page: int = 200
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yields customer and state of every journey on this version that hasn't ended, by id; reads pages."""
    query = (
        select(JourneyRow.id, JourneyRow.customer_id, JourneyRow.state)
        .where(JourneyRow.version == version, JourneyRow.ended_at.is_(None))
        .order_by(JourneyRow.id)
        .limit(page)
    )
    last = ""
    while rows := (await session.execute(query.where(JourneyRow.id > last))).all():
        for _, customer, state_ in rows:
            yield customer, state_
        last = rows[-1].id


async def count_by_version(session: AsyncSession, map_id: str | None = None) -> dict[str, int]:
    """Counts the journeys that haven't ended by the hash of their version; of one map, or of all."""
    running = select(func.count()).where(JourneyRow.version == MapVersionRow.hash, JourneyRow.ended_at.is_(None))
    query = select(MapVersionRow.hash, running.scalar_subquery())
    if map_id is not None:
        query = query.where(MapVersionRow.map == map_id)
    return {version: count for version, count in await session.execute(query.order_by(MapVersionRow.hash)) if count}


async def open_stages(session: AsyncSession, journeys: Iterable[str]) -> list[OpenStageRow]:
    """Returns the stages that these journeys are in, ordered by journey and by the map."""
    query = select(OpenStageRow).where(OpenStageRow.journey_id.in_(list(journeys)))
    return list(await session.scalars(query.order_by(OpenStageRow.journey_id, OpenStageRow.position)))


async def open_plays(session: AsyncSession, journeys: Iterable[str]) -> list[OpenPlayRow]:
    """Returns the plays that run in these journeys, ordered by journey and by the map."""
    query = select(OpenPlayRow).where(OpenPlayRow.journey_id.in_(list(journeys)))
    return list(await session.scalars(query.order_by(OpenPlayRow.journey_id, OpenPlayRow.position)))


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """Counts journeys by status."""
    return await count_by(session, JourneyRow.status)
