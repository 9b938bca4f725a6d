"""The base of all tables, and the types of columns that many of them have."""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

At = Annotated[int, "an instant"]
LONG = BigInteger().with_variant(Integer, "sqlite")
"""A number that a table counts up; SQLite does so for its own integers alone."""

Serial = Annotated[int, mapped_column(LONG, primary_key=True, autoincrement=True)]
SortKey = Annotated[str, mapped_column(Text().with_variant(Text(collation="C"), "postgresql"))]
"""Text that both databases order alike: by the numbers of its characters."""

OfCustomer = Annotated[str, mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))]
OfJourney = Annotated[str, mapped_column(ForeignKey("journeys.id", ondelete="CASCADE"))]


class Base(DeclarativeBase):
    """The base of all tables: portable types, and constraint names that migrations can refer to."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    # JSON, not JSONB: it keeps the order of keys, so what is read is what was written on both databases.
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        str: Text,
        At: BigInteger,
        float: Float,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
        Any: JSON,
    }


def table_of(kind: type[Base]) -> Table:
    """Returns the table of a row, for statements that read or write many at once."""
    table = kind.__table__
    assert isinstance(table, Table)
    return table
