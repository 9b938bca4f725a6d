"""The ids that customers had before they were merged or renamed: whoever still uses one reaches the customer.

An alias names the customer as it is today, never another alias: a merge or a renaming lets those of the old id name the
new one. So there are no chains of them, and no circles.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column

from milepost.planner.instants import Instant
from milepost.store.table_types import At, Base, OfCustomer, table_of


class CustomerAliasRow(Base):
    """An id that a customer had before; `since` when another is the customer's, and because of whom."""

    __tablename__ = "customer_aliases"

    alias: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[OfCustomer] = mapped_column(index=True)
    since: Mapped[At]
    by: Mapped[str | None]


_aliases = table_of(CustomerAliasRow)
_PRESENT = select(_aliases.c.alias, _aliases.c.customer_id).where(
    _aliases.c.alias.in_(bindparam("ids", expanding=True))
)


def present_ids(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Returns the present ids of customers, by those of these ids that are earlier ones."""
    return {row.alias: row.customer_id for row in session.connection().execute(_PRESENT, {"ids": list(ids)})}


def present_id(session: Session, customer: str) -> str:
    """Returns the id that a customer has today; an id that nobody had before stays as it is."""
    return present_ids(session, [customer]).get(customer, customer)


def add(session: Session, alias: str, customer: str, since: Instant, by: str | None) -> None:
    """Lets an id that a customer had name the customer of another; the alias of that other id is no longer one."""
    session.execute(delete(CustomerAliasRow).where(CustomerAliasRow.alias == customer))
    session.add(CustomerAliasRow(alias=alias, customer_id=customer, since=since, by=by))
    session.flush()


async def of_customer(session: AsyncSession, customer: str) -> list[str]:
    """Returns the ids that a customer had before, sorted."""
    query = select(CustomerAliasRow.alias).where(CustomerAliasRow.customer_id == customer)
    return list(await session.scalars(query.order_by(CustomerAliasRow.alias)))


async def all_present_ids(session: AsyncSession) -> dict[str, str]:
    """Returns the present ids of customers by all ids that they had before."""
    rows = await session.execute(select(_aliases.c.alias, _aliases.c.customer_id))
    return {row.alias: row.customer_id for row in rows}
