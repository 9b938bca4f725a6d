"""Facts: each is stored once, under its id, before anybody acts on it, so that none is ever lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner import facts as planner_facts
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.instants import Instant, moment, text
from milepost.store import customers, journeys
from milepost.store.tables import EventCountRow, FactRow
from milepost.store.upsert import increment, insert_new
from milepost.text import listing


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """The result of recording a fact.

    `new` is False if a fact with this id was recorded before: then nothing changed. `counted` is True for a product
    event that no map uses: it is in the statistics, neither stored nor delivered. `journey` is the one to deliver it
    to; None if none is running. `fact` is the JSON to deliver.
    """

    new: bool
    counted: bool
    fact: dict[str, Any]
    journey: str | None


async def record(
    session: AsyncSession,
    customer: str,
    fact: Mapping[str, Any],
    now: Instant,
    *,
    source: str = "api",
    asked_events: Collection[str] | None = None,
    received_at: Instant | None = None,
) -> RecordedFact:
    """Stores a fact, once: it needs `kind` and `id`; `at` becomes `now`, the instant at which it is received.

    `now` is journey time, `received_at` the wall clock where that differs. `asked_events` are the product events that
    maps use (`CompiledMap.events`); None keeps all. Without a running journey a fact about the customer (`set`,
    `contacts`, `team`) changes the record at once; otherwise the journey does so when it takes the fact in.

    Raises:
        UnknownCustomerError: no customer has this id.
        InvalidFactError: the fact has no id, an unknown kind, or values that JSON cannot hold.
    """
    checked = _checked(fact, now)
    await customers.get_row(session, customer)
    if checked["kind"] == "event" and asked_events is not None and checked["event"] not in asked_events:
        day = moment(now).date().isoformat()
        await increment(session, EventCountRow, {"customer_id": customer, "event": checked["event"], "day": day})
        return RecordedFact(new=True, counted=True, fact=checked, journey=None)
    running = await journeys.open_of(session, customer)
    journey = running.id if running else None
    row = _row(customer, checked, now, source, journey)
    row["received_at"] = now if received_at is None else received_at
    if await insert_new(session, FactRow, row, ("customer_id", "id")):
        if journey is None:
            await customers.apply(session, customer, planner_facts.from_json(checked), now)
        return RecordedFact(new=True, counted=False, fact=checked, journey=journey)
    earlier = (await session.scalars(_of(customer).where(FactRow.id == checked["id"]))).one()
    return RecordedFact(new=False, counted=False, fact=earlier.data, journey=earlier.journey_id)


def _checked(fact: Mapping[str, Any], now: Instant) -> dict[str, Any]:
    if not fact.get("id"):
        raise InvalidFactError("The fact has no 'id'.", "Give one that is unique for the customer.")
    try:
        valid = planner_facts.from_json(_clean({**fact, "at": text(now)}))
    except (KeyError, TypeError, ValueError) as error:
        kinds = listing(sorted(planner_facts.FACTS), last="or")
        raise InvalidFactError(
            f"This fact cannot be recorded: {error}.", f"Its kind is {kinds}, with the fields of that kind."
        ) from error
    return planner_facts.to_json(valid)


def _clean(value: Any) -> Any:
    """Drops NUL characters, which no database stores, and refuses NaN and infinity."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, float) and value - value != 0:
        raise ValueError(f"{value} isn't a number that can be stored")
    if isinstance(value, Mapping):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def _row(customer: str, fact: Mapping[str, Any], now: Instant, source: str, journey: str | None) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "id": fact["id"],
        "kind": fact["kind"],
        "at": now,
        "told_by": fact.get("by"),
        "source": source,
        "data": dict(fact),
        "status": "pending" if journey else "kept",
        "journey_id": journey,
    }


def _of(customer: str) -> Select[FactRow]:
    return select(FactRow).where(FactRow.customer_id == customer).order_by(FactRow.serial)


async def get(session: AsyncSession, customer: str, fact: str) -> FactRow | None:
    """Returns the fact with this id; None if it isn't stored."""
    return (await session.scalars(_of(customer).where(FactRow.id == fact))).first()


async def pending(session: AsyncSession, limit: int = 500) -> list[FactRow]:
    """Returns facts that aren't delivered to their journey yet, oldest first: the sweeper's work."""
    query = select(FactRow).where(FactRow.status == "pending").order_by(FactRow.serial).limit(limit)
    return list(await session.scalars(query))


async def pending_of(session: AsyncSession, customers: Iterable[str]) -> list[FactRow]:
    """Returns facts about these customers that no journey has taken in yet, oldest first."""
    query = select(FactRow).where(FactRow.status == "pending", FactRow.customer_id.in_(sorted(set(customers))))
    return list(await session.scalars(query.order_by(FactRow.serial)))


async def mark_delivered(session: AsyncSession, customer: str, ids: Iterable[str]) -> set[str]:
    """Marks facts as delivered to their journey; returns the ids of those that weren't marked before."""
    return {row.id for row in await _mark(session, customer, ids, "delivered")}


async def correct_time(session: AsyncSession, customer: str, fact: str, at: Instant) -> None:
    """Corrects when a fact took effect: the journey was already past the instant at which it was recorded.

    So the planner alone, run on the stored facts, gives the timeline that the journey wrote.
    """
    row = await get(session, customer, fact)
    if row is not None:
        row.at, row.data = at, {**row.data, "at": text(at)}


async def mark_kept(session: AsyncSession, customer: str, ids: Iterable[str], now: Instant) -> None:
    """Marks facts as kept, since their journey has ended; those about the customer change the record."""
    for row in await _mark(session, customer, ids, "kept"):
        await customers.apply(session, customer, planner_facts.from_json(row.data), now)


async def _mark(session: AsyncSession, customer: str, ids: Iterable[str], status: str) -> list[FactRow]:
    query = _of(customer).where(FactRow.id.in_(sorted(set(ids))), FactRow.status == "pending").with_for_update()
    rows = list(await session.scalars(query))
    for row in rows:
        row.status = status
    return rows


async def of_customer(session: AsyncSession, customer: str, limit: int = 200) -> list[FactRow]:
    """Returns the facts about a customer, the latest first."""
    query = select(FactRow).where(FactRow.customer_id == customer).order_by(FactRow.serial.desc()).limit(limit)
    return list(await session.scalars(query))


async def of_journey(session: AsyncSession, journey: str, kind: str) -> list[FactRow]:
    """Returns the facts of one kind for a journey, oldest first."""
    query = select(FactRow).where(FactRow.journey_id == journey, FactRow.kind == kind).order_by(FactRow.serial)
    return list(await session.scalars(query))


async def event_counts(session: AsyncSession, customer: str) -> list[EventCountRow]:
    """Returns the counts of a customer's product events that no map uses, ordered by day and name."""
    query = select(EventCountRow).where(EventCountRow.customer_id == customer)
    return list(await session.scalars(query.order_by(EventCountRow.day, EventCountRow.event)))
