"""The table of links to a map on the wall."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base


class WallLinkRow(Base):
    """A link with which anybody may look at a map with its numbers, until somebody ends it.

    It is kept without the signature that makes it work. Instants are of the wall clock.
    """

    __tablename__ = "wall_links"

    id: Mapped[str] = mapped_column(primary_key=True)
    map: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[At]
    made_by: Mapped[str | None]
    ended_at: Mapped[At | None]
    ended_by: Mapped[str | None]
