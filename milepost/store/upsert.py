"""Inserts or updates rows, on both databases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from milepost.store.table_types import Base, table_of

V = TypeVar("V")

_BATCH = 500  # a statement takes 32 766 parameters on SQLite; the widest table has some 20 columns


def upsert(
    session: Session,
    kind: type[Base],
    rows: Iterable[Mapping[str, Any]],
    *,
    keep: Collection[str] = (),
) -> None:
    """Gives the rows of these primary keys these values; columns in `keep` are set on insert only.

    All rows have the same columns.
    """
    all_rows = list(rows)
    if all_rows:
        statement = _upsert(_insert(session), kind, tuple(all_rows[0]), frozenset(keep))
        session.connection().execute(statement, all_rows)


@cache
def _upsert(insert: Any, kind: type[Base], columns: tuple[str, ...], keep: frozenset[str]) -> Any:
    """Returns the statement for one row; it is put together once, as that takes longer than to run it."""
    table = table_of(kind)
    keys = [column.name for column in table.primary_key]
    statement = insert(table).values({name: bindparam(name) for name in columns})
    fresh = {name: statement.excluded[name] for name in columns if name not in keys and name not in keep}
    if fresh:
        return statement.on_conflict_do_update(index_elements=keys, set_=fresh)
    return statement.on_conflict_do_nothing(index_elements=keys)


def _insert(session: Session) -> Any:
    """Returns the dialect's own insert: the two are alike in all that is used here, but share no type."""
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


def insert_new(
    session: Session,
    kind: type[Base],
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    value: InstrumentedAttribute[V],
) -> dict[tuple[Any, ...], V]:
    """Inserts the rows that have new values of the unique `keys`; returns `value` of those, by their keys."""
    table = table_of(kind)
    columns = [table.c[key] for key in keys]
    inserted: dict[tuple[Any, ...], V] = {}
    for start in range(0, len(rows), _BATCH):
        statement = _insert(session)(table).values(rows[start : start + _BATCH])
        statement = statement.on_conflict_do_nothing(index_elements=list(keys)).returning(*columns, value)
        inserted |= {tuple(key): new for *key, new in session.execute(statement)}
    return inserted


def increment(session: Session, kind: type[Base], row: Mapping[str, Any], by: int = 1) -> None:
    """Adds to the row's `count`; the first time, it becomes that."""
    table = table_of(kind)
    statement = _insert(session)(table).values({**row, "count": by})
    session.execute(
        statement.on_conflict_do_update(index_elements=list(row), set_={"count": table.c["count"] + by}),
    )
