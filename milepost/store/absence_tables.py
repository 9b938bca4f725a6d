"""The tables of absences, and of whom customers had before a hand-over."""

from __future__ import annotations

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import LONG, At, Base, OfCustomer, Serial


class AbsenceRow(Base):
    """A colleague who is away, and the delegate who stands in; addresses are in lower case.

    It lasts from the local date `first_day` to `last_day`, both `YYYY-MM-DD` and part of it, in `timezone`;
    `starts_at` and `ends_at` are the same as instants, the end not part of it. It is over earlier once it has an
    `ended_at`.
    """

    __tablename__ = "absences"

    number: Mapped[Serial]
    person: Mapped[str] = mapped_column(index=True)
    delegate: Mapped[str]
    role: Mapped[str | None] = mapped_column(doc="the role that the delegate stands in for; null: all")
    some_customers: Mapped[bool] = mapped_column(server_default=false(), doc="only for those of `absence_customers`")
    first_day: Mapped[str]
    last_day: Mapped[str]
    timezone: Mapped[str]
    starts_at: Mapped[At]
    ends_at: Mapped[At] = mapped_column(index=True)
    told_at: Mapped[At]
    told_by: Mapped[str | None]
    ended_at: Mapped[At | None]
    ended_by: Mapped[str | None]


class AbsenceCustomerRow(Base):
    """A customer to which an absence of some customers applies."""

    __tablename__ = "absence_customers"

    absence: Mapped[int] = mapped_column(LONG, ForeignKey("absences.number", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[OfCustomer] = mapped_column(primary_key=True, index=True)


class FormerColleagueRow(Base):
    """A colleague who handed a role of a customer over: a file that still names them is older than that."""

    __tablename__ = "former_colleagues"

    customer_id: Mapped[OfCustomer] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True, doc="in lower case")
    handed_over_at: Mapped[At]
