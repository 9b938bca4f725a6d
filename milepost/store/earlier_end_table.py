"""The table of journeys that had ended before Milepost knew their customers."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, OfCustomer


class EarlierEndRow(Base):
    """A customer of whom a book says that the journey is over: the reason, and since when Milepost knows it."""

    __tablename__ = "earlier_ends"

    customer_id: Mapped[OfCustomer] = mapped_column(primary_key=True)
    reason: Mapped[str]
    since: Mapped[At]
