"""The tables of hand-overs for good: what was ordered, and how far each customer is.

Both are removed some days after the hand-over was done (`milepost.store.hand_over_orders`); timelines keep what became
of it. Instants are journey time, but for `keep_until`, which is wall clock.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import LONG, At, Base, OfCustomer, Serial


class HandOverOrderRow(Base):
    """A hand-over that was ordered; `former` and `successor` are addresses as they were typed."""

    __tablename__ = "hand_over_orders"

    number: Mapped[Serial]
    form: Mapped[str] = mapped_column(unique=True, doc="the id of the form that it was sent by: sent twice, it is one")
    former: Mapped[str]
    successor: Mapped[str]
    roles: Mapped[Any | None] = mapped_column(JSON(none_as_null=True), doc="a list; null: all")
    introduce: Mapped[bool] = mapped_column(server_default=false())
    source: Mapped[str]
    ordered_at: Mapped[At]
    ordered_by: Mapped[str | None]
    ended_at: Mapped[At | None] = mapped_column(index=True, doc="null: it goes on")
    keep_until: Mapped[At | None] = mapped_column(doc="wall clock; null: it goes on")


class HandOverCustomerRow(Base):
    """A customer of a hand-over; `status` is a `milepost.store.hand_over_orders.Part`."""

    __tablename__ = "hand_over_customers"

    hand_over: Mapped[int] = mapped_column(
        LONG, ForeignKey("hand_over_orders.number", ondelete="CASCADE"), primary_key=True
    )
    customer_id: Mapped[OfCustomer] = mapped_column(primary_key=True, index=True)
    status: Mapped[str]
    problem: Mapped[str | None] = mapped_column(doc="why the customer stayed")
