"""The table of reviews that maps had."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base


class MapReviewRow(Base):
    """A review of a map by its owner, or by somebody for the owner; the id is that of the submitted form."""

    __tablename__ = "map_reviews"

    id: Mapped[str] = mapped_column(primary_key=True)
    map: Mapped[str] = mapped_column(index=True)
    reviewed_at: Mapped[At]
    by: Mapped[str]
    note: Mapped[str | None]
