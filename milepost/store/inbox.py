"""The inbox of journeys: each fact is stored once, under its id, before anybody acts on it, so that none is lost.

Facts wait in the order of their serial numbers until their journey's advance marks them as taken, in the transaction
in which it plans them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from milepost.planner import facts as planner_facts
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant, moment, text
from milepost.store import customers
from milepost.store.table_types import table_of
from milepost.store.tables import CustomerRow, EventCountRow, FactRow, JourneyRow
from milepost.store.upsert import increment, insert_new
from milepost.text import listing, storable


class InboxStatus(StrEnum):
    """The status of a stored fact."""

    PENDING = "pending"  # its journey has yet to take it in
    DELIVERED = "delivered"  # taken in
    KEPT = "kept"  # there was no journey
    UNDONE = "undone"  # as if it had not been told


# Statements that every fact passes through are put together once, of tables: that takes a third of the time.
_customers, _journeys, _facts = table_of(CustomerRow), table_of(JourneyRow), table_of(FactRow)
_is_open = (_journeys.c.customer_id == _customers.c.id) & _journeys.c.ended_at.is_(None)
_RECIPIENTS = (
    select(_customers.c.id, _journeys.c.id, _journeys.c.version)
    .join_from(_customers, _journeys, _is_open, isouter=True)
    .where(_customers.c.id.in_(bindparam("ids", expanding=True)))
    .with_for_update(read=True, key_share=True, of=_customers)  # they keep their ids until the facts are stored
)
_OTHERS_WAITING = (
    select(_facts.c.journey_id)
    .where(_facts.c.journey_id.in_(bindparam("journeys", expanding=True)))
    .where(_facts.c.status == InboxStatus.PENDING, _facts.c.serial < bindparam("before"))
    .distinct()
)
_WAITING = (
    select(_facts.c.serial, _facts.c.at, _facts.c.data, _facts.c.source)
    .where(_facts.c.journey_id == bindparam("journey"), _facts.c.status == InboxStatus.PENDING)
    .order_by(_facts.c.serial)
)
_MARK_TAKEN = (
    update(_facts)
    .where(_facts.c.serial.in_(bindparam("serials", expanding=True)))
    .values(status=InboxStatus.DELIVERED, revision=bindparam("advance"))
)
_CORRECT = update(_facts).where(_facts.c.serial == bindparam("key")).values(at=bindparam("at"), data=bindparam("data"))


@dataclass(frozen=True, slots=True)
class Recipient:
    """A customer, with the open journey and its version; None without one."""

    customer: str
    journey: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact on its way into the inbox: checked, as JSON. `warnings` say what of it can't be used."""

    recipient: Recipient
    fact: dict[str, Any]
    source: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """The result of recording a fact.

    `new` is False if a fact with this id was recorded before: then nothing changed. `counted` is True for a product
    event that no map uses: it is in the statistics, neither stored nor delivered. `journey` is the one that takes it
    in; None if none is running. `is_first` tells whether nothing else waits for that journey.
    """

    fact: dict[str, Any]
    journey: str | None
    new: bool = True
    counted: bool = False
    is_first: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingFact:
    """A fact that no journey has taken in yet, and where it came from; without `fact` it can't be read."""

    serial: int
    at: Instant
    data: dict[str, Any]
    source: str
    fact: Fact | None


def recipients(session: Session, ids: Collection[str]) -> dict[str, Recipient]:
    """Returns the customers with these ids and their open journeys, by id; unknown ones are left out."""
    rows = session.connection().execute(_RECIPIENTS, {"ids": list(ids)})
    return {row[0]: Recipient(*row) for row in rows}


def last_recipient(session: Session, customer: str) -> Recipient:
    """Returns the customer with the last journey, open or ended, and its version."""
    query = select(JourneyRow.id, JourneyRow.version).where(JourneyRow.customer_id == customer)
    row = session.execute(query.order_by(JourneyRow.number.desc()).limit(1)).first()
    return Recipient(customer, *(row or (None, None)))


def checked(fact: Mapping[str, Any], now: Instant) -> dict[str, Any]:
    """Returns a fact as it is stored: with `at` as `now`, and nothing that no database can hold.

    Raises:
        InvalidFactError: the fact has no id, an unknown kind, or values that JSON cannot hold.
    """
    if not fact.get("id"):
        raise InvalidFactError("The fact has no 'id'.", "Give one that is unique for the customer.")
    try:
        valid = planner_facts.from_json(_clean({**fact, "at": text(now)}))
    except (KeyError, TypeError, ValueError) as error:
        kinds = listing(sorted(planner_facts.TOLD), last="or")
        raise InvalidFactError(
            f"This fact cannot be recorded: {error}.", f"Its kind is {kinds}, with the fields of that kind."
        ) from error
    return planner_facts.to_json(valid)


def _clean(value: Any) -> Any:
    """Drops what no database stores from texts, and refuses NaN and infinity."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and value - value != 0:
        raise ValueError(f"{value} isn't a number that can be stored")
    if isinstance(value, Mapping):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def count(session: Session, customer: str, event: str, now: Instant) -> None:
    """Counts a product event that no map uses."""
    day = moment(now).date().isoformat()
    increment(session, EventCountRow, {"customer_id": customer, "event": event, "day": day})


def record(
    session: Session, new_facts: Sequence[NewFact], now: Instant, *, received_at: Instant | None = None
) -> list[RecordedFact]:
    """Stores facts, each once; `now` is journey time, `received_at` the wall clock where that differs.

    Without an open journey a fact about the customer (`set`, `contacts`, `team`) changes the record at once; otherwise
    the journey does so when it takes the fact in.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for each in new_facts:
        row = _row(each, now, now if received_at is None else received_at)
        rows.setdefault((each.recipient.customer, each.fact["id"]), row)
    serials = insert_new(session, FactRow, list(rows.values()), ("customer_id", "id"), FactRow.serial)
    earlier = _earlier(session, [key for key in rows if key not in serials])
    journeys = {each.recipient.journey for each in new_facts if each.recipient.journey}
    waiting = _with_others_waiting(session, journeys, min(serials.values(), default=0)) if serials else set()
    recorded: list[RecordedFact] = []
    for each in new_facts:
        key = (each.recipient.customer, each.fact["id"])
        if serials.pop(key, None) is None:
            stored = earlier.get(key, rows[key])
            recorded.append(RecordedFact(stored["data"], stored["journey_id"], new=False))
            continue
        journey = each.recipient.journey
        if journey is None:
            customers.apply(session, each.recipient.customer, planner_facts.from_json(each.fact), now)
        recorded.append(RecordedFact(each.fact, journey, is_first=journey not in waiting, warnings=each.warnings))
        waiting.add(journey)
    return recorded


def _row(new: NewFact, now: Instant, received_at: Instant) -> dict[str, Any]:
    return {
        "customer_id": new.recipient.customer,
        "id": new.fact["id"],
        "kind": new.fact["kind"],
        "at": now,
        "received_at": received_at,
        "told_by": new.fact.get("by"),
        "source": new.source,
        "data": new.fact,
        "status": InboxStatus.PENDING if new.recipient.journey else InboxStatus.KEPT,
        "journey_id": new.recipient.journey,
    }


def _earlier(session: Session, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Returns data and journey of the facts that were stored before under these customers and ids."""
    stored = select(FactRow.data, FactRow.journey_id)
    return {
        (customer, id_): dict(
            session.execute(stored.where(FactRow.customer_id == customer, FactRow.id == id_)).mappings().one()
        )
        for customer, id_ in keys
    }


def _with_others_waiting(session: Session, journeys: Collection[str], before: int) -> set[str | None]:
    """Returns those of the journeys for which facts wait that came before the one with this serial number.

    Inserting took the lock that an advance holds on its journey, so what an advance has taken is marked by now.
    """
    return set(session.connection().scalars(_OTHERS_WAITING, {"journeys": list(journeys), "before": before}))


def waiting_for(session: Session, journey: str) -> list[WaitingFact]:
    """Returns the facts that wait for a journey, in the order in which they came in."""
    rows = session.connection().execute(_WAITING, {"journey": journey})
    return [WaitingFact(serial, at, data, source, _fact(data)) for serial, at, data, source in rows]


def _fact(data: Mapping[str, Any]) -> Fact | None:
    try:
        return planner_facts.from_json(data)
    except (KeyError, TypeError, ValueError):
        return None


def mark_taken(session: Session, taken: Sequence[WaitingFact], acted_at: Mapping[str, Instant], revision: int) -> None:
    """Marks facts as taken in by the advance `revision`, and corrects those that acted later than they came in.

    `acted_at` is by the facts' ids. So the planner alone, run on the stored facts, gives the journey's timeline.
    """
    connection = session.connection()
    if taken:
        connection.execute(_MARK_TAKEN, {"serials": [each.serial for each in taken], "advance": revision})
    corrections = [
        {"key": each.serial, "at": at, "data": {**each.data, "at": text(at)}}
        for each in taken
        if (at := acted_at.get(each.data["id"], each.at)) != each.at
    ]
    if corrections:
        connection.execute(_CORRECT, corrections)
