"""Rows that have a number of their own, such as imports and rehearsals: one that must be there, read or locked."""

from __future__ import annotations

from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.store.table_types import Base

Row = TypeVar("Row", bound=Base)


class Missing(Protocol):
    """Makes the error that says that there is no row of this number."""

    def __call__(self, number: int, /) -> Exception: ...


async def get(session: AsyncSession, kind: type[Row], number: int, missing: Missing) -> Row:
    """Returns a row as it is in the database now; raises the error of `missing` if there is none."""
    return _there(await session.get(kind, number, populate_existing=True), number, missing)


def lock(session: Session, kind: type[Row], number: int, missing: Missing) -> Row:
    """Returns a row that nobody else changes before the transaction ends; raises the error of `missing` for none."""
    return _there(session.get(kind, number, with_for_update=True, populate_existing=True), number, missing)


def _there(row: Row | None, number: int, missing: Missing) -> Row:
    if row is None:
        raise missing(number)
    return row
