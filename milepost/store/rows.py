"""Reading rows: as records of plain values, and counted."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from milepost.store.table_types import Base

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")


def record_of(kind: type[Record], row: Base, **others: Any) -> Record:
    """Makes a record from the row's columns of the same names; `others` are fields that no column has the name of."""
    names = (each.name for each in fields(kind) if each.name not in others)
    return kind(**{name: getattr(row, name) for name in names}, **others)


async def count_by(
    session: AsyncSession, column: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]
) -> dict[str, int]:
    """Counts the rows of a column's table that meet the conditions, by the values of the column, sorted."""
    query = select(column, func.count()).where(*conditions).group_by(column).order_by(column)
    return dict((await session.execute(query)).all())


async def count_up_to(session: AsyncSession, query: Select[*tuple[Any, ...]], most: int) -> int:
    """Counts the rows of a query, up to `most`, so that a count costs no more than that many rows."""
    return await session.scalar(select(func.count()).select_from(query.order_by(None).limit(most).subquery())) or 0
