"""Inserts or updates rows, on both databases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.store.tables import Base

_BATCH = 500  # a statement takes 32 766 parameters on SQLite; the widest table has some 20 columns


async def upsert(
    session: AsyncSession,
    kind: type[Base],
    rows: Iterable[Mapping[str, Any]],
    *,
    keep: Collection[str] = (),
) -> None:
    """Gives the rows of these primary keys these values; columns in `keep` are set on insert only."""
    table = kind.__table__
    assert isinstance(table, Table)
    keys = [column.name for column in table.primary_key]
    all_rows = list(rows)
    for start in range(0, len(all_rows), _BATCH):
        batch = all_rows[start : start + _BATCH]
        statement = _insert(session)(table).values(batch)
        fresh = {name: statement.excluded[name] for name in batch[0] if name not in keys and name not in keep}
        await session.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=fresh)
            if fresh
            else statement.on_conflict_do_nothing(index_elements=keys),
        )


def _insert(session: AsyncSession) -> Any:
    """Returns the dialect's own insert: the two are alike in all that is used here, but share no type."""
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


async def insert_new(session: AsyncSession, kind: type[Base], row: Mapping[str, Any], keys: Sequence[str]) -> bool:
    """Inserts a row unless there is one with these values of the unique `keys`; tells whether it was inserted."""
    table = kind.__table__
    statement = _insert(session)(table).values(row).on_conflict_do_nothing(index_elements=list(keys))
    return (await session.execute(statement.returning(table.c[keys[-1]]))).first() is not None


async def increment(session: AsyncSession, kind: type[Base], row: Mapping[str, Any], counter: str = "count") -> None:
    """Adds one to the row's counter; the first time, it becomes one."""
    table = kind.__table__
    statement = _insert(session)(table).values({**row, counter: 1})
    await session.execute(
        statement.on_conflict_do_update(index_elements=list(row), set_={counter: table.c[counter] + 1}),
    )
