"""Lets everything about one customer be about another id: a record that is merged into another, or renamed.

It is read off the tables, so that a new one is in it without anybody thinking of it. Journeys keep their ids, and so
the workflows that they run in and the links that lead to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import JSON, Table, UniqueConstraint, and_, bindparam, delete, exists, func, select, true, update
from sqlalchemy.orm import Session

from milepost.planner.enums import MailSwitch
from milepost.store import last_touches
from milepost.store.mail_tables import CustomerMailSwitchRow
from milepost.store.personal_data import of_customer
from milepost.store.table_types import table_of
from milepost.store.tables import METADATA, ContactRow, CustomerRow, EventCountRow, FactRow, JourneyRow, TeamMemberRow
from milepost.store.upsert import increment, insert_new

_customers, _journeys, _facts = table_of(CustomerRow), table_of(JourneyRow), table_of(FactRow)
_switches = table_of(CustomerMailSwitchRow)
_OWN = {CustomerRow.__tablename__, ContactRow.__tablename__, TeamMemberRow.__tablename__}
"""A record's own tables: `customers.save` writes them."""


def lock(session: Session, customers: Sequence[str]) -> None:
    """Keeps these customers and their journeys as they are until the transaction ends.

    Journeys come first, as in an advance. One that began meanwhile is locked after that.
    """
    of_them = select(_journeys.c.id).where(_journeys.c.customer_id.in_(customers)).order_by(_journeys.c.id)
    session.execute(of_them.with_for_update())
    session.execute(
        select(_customers.c.id).where(_customers.c.id.in_(customers)).order_by(_customers.c.id).with_for_update()
    )
    session.execute(of_them.with_for_update())


def count(session: Session, customer: str) -> dict[str, int]:
    """Counts what is about a customer, besides its record, by table."""
    tables = (table for table in METADATA.sorted_tables if table.name not in _OWN)
    conditions = ((table, of_customer(table, customer)) for table in tables)
    counts = {
        table.name: session.scalar(select(func.count()).select_from(table).where(condition)) or 0
        for table, condition in conditions
        if condition is not None
    }
    return {table: number for table, number in counts.items() if number}


def copy_record(session: Session, customer: str, to: str) -> bool:
    """Adds a customer with the row of another; False if there is one of that id already."""
    row = session.execute(select(_customers).where(_customers.c.id == customer)).mappings().one()
    return bool(insert_new(session, CustomerRow, [{**row, "id": to}], ["id"], CustomerRow.id))


def move(session: Session, customer: str, to: str) -> None:
    """Moves everything about a customer to another, who has a record already, and deletes the customer's own.

    One of the two has an open journey at the most.
    """
    _write_ids_in_states(session, customer, to)
    latest = _move_journeys(session, customer, to)
    _tell_facts_apart(session, customer, to)
    _add_event_counts(session, customer, to)
    _leave_one_switch(session, customer, to)
    for table in METADATA.sorted_tables:
        if "customer_id" in table.c and table.name not in _OWN and table is not _journeys:
            _leave_out_what_is_there(session, table, customer, to)
            session.execute(update(table).where(table.c.customer_id == customer).values(customer_id=to))
    session.execute(update(_customers).where(_customers.c.id == to).values(latest_journey=latest))
    if latest is not None:
        last_touches.carry_over(session, to, latest)
    session.execute(delete(_customers).where(_customers.c.id == customer))


def _move_journeys(session: Session, customer: str, to: str) -> str | None:
    """Counts the journeys of both anew, in the order in which they began, the open one last; returns the last.

    No number gets smaller, so that the id of a new journey is one that none has had.
    """
    query = select(_journeys.c.id, _journeys.c.customer_id).where(_journeys.c.customer_id.in_([customer, to]))
    in_order = query.order_by(_journeys.c.ended_at.is_(None), _journeys.c.started_at, _journeys.c.number)
    rows = session.execute(in_order).all()
    numbered = sorted(enumerate(rows, 1), key=lambda each: (each[1].customer_id != to, -each[0]))
    for number, row in numbered:
        session.execute(update(_journeys).where(_journeys.c.id == row.id).values(customer_id=to, number=number))
    return rows[-1].id if rows else None


def _write_ids_in_states(session: Session, customer: str, to: str) -> None:
    """Names the customer by the other id in all states of its journeys."""
    for table in METADATA.sorted_tables:
        state = table.c.get("state")
        if state is None or not isinstance(state.type, JSON):
            continue
        condition = of_customer(table, customer)
        assert condition is not None, table.name
        keys = list(table.primary_key)
        is_row = and_(*(key == bindparam(f"key_{key.name}") for key in keys))
        rows = session.execute(select(*keys, state).where(condition)).mappings().all()
        for row in rows:
            changed = {**row["state"], "customer": {**row["state"]["customer"], "id": to}}
            names = {f"key_{key.name}": row[key.name] for key in keys}
            session.connection().execute(update(table).where(is_row).values(state=changed), names)


def _tell_facts_apart(session: Session, customer: str, to: str) -> None:
    """Gives those facts of a customer other ids whose ids the other's have; they were told long ago."""
    other = _facts.alias()
    both = exists().where(other.c.customer_id == to, other.c.id == _facts.c.id)
    for row in session.execute(select(_facts).where(_facts.c.customer_id == customer, both)).mappings().all():
        id_ = f"{row['id']} ({customer})"
        changed = {"id": id_, "data": {**row["data"], "id": id_}}
        session.execute(update(_facts).where(_facts.c.serial == row["serial"]).values(changed))


def _add_event_counts(session: Session, customer: str, to: str) -> None:
    counts = table_of(EventCountRow)
    for row in session.execute(select(counts).where(counts.c.customer_id == customer)).mappings().all():
        increment(session, EventCountRow, {"customer_id": to, "event": row["event"], "day": row["day"]}, row["count"])


def _leave_one_switch(session: Session, customer: str, to: str) -> None:
    """Lets one switch of mail count where both customers have one: one that holds, rather than one that lets go."""
    query = select(_switches.c.serial).where(_switches.c.customer_id.in_([customer, to]), _switches.c.current.is_(True))
    holds_first = (_switches.c.mail != MailSwitch.HELD, _switches.c.customer_id != to, _switches.c.serial.desc())
    for serial in session.scalars(query.order_by(*holds_first).offset(1)).all():
        session.execute(update(_switches).where(_switches.c.serial == serial).values(current=False))


def _leave_out_what_is_there(session: Session, table: Table, customer: str, to: str) -> None:
    """Deletes the customer's rows that the other has under the same key."""
    for key in _keys(table):
        other = table.alias()
        same = and_(true(), *(other.c[name] == table.c[name] for name in key))
        there = exists().where(other.c.customer_id == to, same)
        session.execute(delete(table).where(table.c.customer_id == customer, there))


def _keys(table: Table) -> Iterator[list[str]]:
    """Yields the columns that stand beside the customer in each key of a table."""
    keys = [table.primary_key, *(each for each in table.constraints if isinstance(each, UniqueConstraint))]
    for columns in [each.columns for each in keys] + [each.columns for each in table.indexes if each.unique]:
        if "customer_id" in columns:
            yield [column.name for column in columns if column.name != "customer_id"]
