"""The table of colleagues' calendars."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base


class CalendarFeedRow(Base):
    """The feed of a colleague; `id` is kept without the signature that makes its address. Instants are wall clock."""

    __tablename__ = "calendar_feeds"

    id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True, doc="the colleague's, in lower case")
    made_at: Mapped[At]
