"""Makes the stored rows of one journey equal to the rows that a plan wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.store.tables import AnswerRow, MessageRow, OpenPlayRow, OpenStageRow, OutcomeRow, TaskRow

JourneyPart = AnswerRow | MessageRow | OpenPlayRow | OpenStageRow | OutcomeRow | TaskRow
_JOURNEY = "journey_id"


async def make_equal(
    session: AsyncSession,
    kind: type[JourneyPart],
    journey: str,
    desired: Iterable[Mapping[str, Any]],
    *,
    stale: ColumnElement[bool],
    fixed: Collection[str] = (),
) -> None:
    """Makes the journey's rows of one kind equal to `desired`: those that differ are changed, missing ones inserted.

    Of the journey's other rows those that are `stale` are deleted. Each desired row has the key's columns and those to
    set, without the journey's id; those in `fixed` are set on insert only. One without all the columns that a row needs
    changes a row that exists, and inserts none.
    """
    table = kind.__table__
    assert isinstance(table, Table)
    key = [column.name for column in table.primary_key if column.name != _JOURNEY]
    required = {column.name for column in table.c if not column.nullable} - {_JOURNEY}
    by_key = {tuple(row[name] for name in key): row for row in desired}
    has_desired_key = tuple_(*(table.c[name] for name in key)).in_(list(by_key))
    query = select(kind).where(table.c[_JOURNEY] == journey, or_(stale, has_desired_key))
    rows = await session.scalars(query.order_by(*table.primary_key).execution_options(populate_existing=True))
    stored = {tuple(getattr(row, name) for name in key): row for row in rows}
    for identity, row in stored.items():
        if identity not in by_key:
            await session.delete(row)
    for identity, columns in by_key.items():
        if identity in stored:
            for name in columns.keys() - set(fixed):
                setattr(stored[identity], name, columns[name])
        elif required <= columns.keys():
            session.add(kind(journey_id=journey, **columns))
