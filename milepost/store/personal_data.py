"""Where people's data may lie: the one inventory for whoever exports or forgets a person.

It is read off the tables, so that a new column is in it without anybody thinking of it. Left out are keys (ids of
customers and of the map's things) and the text of maps, which operations wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, RowMapping, Table, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from milepost.store.candidate_tables import CandidateRow
from milepost.store.key_tables import ApiKeyRow, ApiKeyUseRow
from milepost.store.sync_tables import SyncedCustomerRow, SyncRow, SyncRunRow
from milepost.store.table_types import table_of
from milepost.store.tables import METADATA, CustomerRow, JourneyRow, MapVersionRow
from milepost.store.wall_link_tables import WallLinkRow

_customers, _journeys, _synced = table_of(CustomerRow), table_of(JourneyRow), table_of(SyncedCustomerRow)
_KEYS = frozenset(
    {"customer_id", "id", "hash", "stage", "play", "step", "task", "message", "outcome", "answer", "kind"}
)
"""Primary keys with ids of customers, of the map's things, or ours. Others may hold anything: the names of events."""
_NOT_OF_PEOPLE = {
    ApiKeyRow.__tablename__: frozenset({"name"}),  # of a program
    WallLinkRow.__tablename__: frozenset({"id", "map"}),
    ApiKeyUseRow.__tablename__: frozenset({"name"}),
    CandidateRow.__tablename__: frozenset({"map", "title", "files", "hash", "status"}),  # operations wrote them
    MapVersionRow.__tablename__: frozenset({"map", "title", "files"}),  # operations wrote them
    SyncRow.__tablename__: frozenset(SyncRow.__table__.columns.keys()),  # these too
    SyncRunRow.__tablename__: frozenset(SyncRunRow.__table__.columns.keys()),  # counts and headings, no cells
    SyncedCustomerRow.__tablename__: frozenset({"key", "digest"}),  # salted
}


@dataclass(frozen=True, slots=True)
class Place:
    """A table, and those of its columns that may hold something about a person."""

    table: Table
    columns: tuple[str, ...]

    def holds(self, text: str) -> ColumnElement[bool]:
        """Returns the condition that a row holds the text, in whatever case."""
        return or_(*(cast(self.table.c[name], Text).icontains(text, autoescape=True) for name in self.columns))

    def rows(self, session: Session, condition: ColumnElement[bool]) -> Iterator[RowMapping]:
        """Returns the rows that meet the condition, in the order of their keys."""
        query = select(self.table).where(condition).order_by(*self.table.primary_key)
        return iter(session.connection().execute(query).mappings())

    def content(self, row: RowMapping) -> dict[str, Any]:
        """Returns what these columns of a row hold."""
        return {name: row[name] for name in self.columns}

    def is_row(self, row: RowMapping) -> ColumnElement[bool]:
        """Returns the condition that a row is this one."""
        return and_(*(column == row[column.name] for column in self.table.primary_key))


def of_customer(table: Table, customer: str) -> ColumnElement[bool] | None:
    """Returns the condition that a row is about the customer; None for a table that isn't about customers.

    Nor are the rows of a book in step: what stays there of a forgotten customer is a salted key.
    """
    if table is _synced:
        return None
    if table is _customers:
        return table.c.id == customer
    if "customer_id" in table.c:
        return table.c.customer_id == customer
    if "journey_id" in table.c:
        return table.c.journey_id.in_(select(_journeys.c.id).where(_journeys.c.customer_id == customer))
    return None


def customers_with(session: Session, text: str) -> list[str]:
    """Returns the ids of the customers of whom any row holds the text, sorted."""
    ids: set[str] = set()
    for place in PLACES:
        table = place.table
        if table is _customers:
            query = select(table.c.id)
        elif "customer_id" in table.c:
            query = select(table.c.customer_id)
        elif "journey_id" in table.c:
            query = select(_journeys.c.customer_id).join(table, table.c.journey_id == _journeys.c.id)
        else:
            continue
        ids.update(session.connection().scalars(query.where(place.holds(text)).distinct()))
    return sorted(ids)


def _places() -> Iterator[Place]:
    for table in METADATA.sorted_tables:
        left_out = _NOT_OF_PEOPLE.get(table.name, frozenset())
        columns = tuple(
            column.name
            for column in table.c
            if isinstance(column.type, Text | JSON)
            and not (column.foreign_keys or column.name in left_out)
            and not (column.primary_key and column.name in _KEYS)
        )
        if columns:
            yield Place(table, columns)


PLACES = tuple(_places())
"""Every place, the tables that others refer to first."""
