"""The table of states from before what can still be undone."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, OfJourney


class UndoPointRow(Base):
    """The state of a journey before an advance that took in what somebody may still undo.

    The row is of no use from `until` on, in journey time, and is removed soon after.
    """

    __tablename__ = "undo_points"

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, doc="the advance")
    state: Mapped[dict[str, Any]]
    until: Mapped[At] = mapped_column(index=True)
