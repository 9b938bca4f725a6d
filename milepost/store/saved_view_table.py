"""The table of views of the list of customers that colleagues keep."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base


class SavedViewRow(Base):
    """The filters and the order of a list, kept by a colleague (an address in lower case) under a name.

    `query` is that of the list's address; `saved_at` is wall clock.
    """

    __tablename__ = "saved_views"

    person: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str]
    saved_at: Mapped[At]
