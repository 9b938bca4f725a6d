"""The table of links that customers get."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, OfJourney


class LinkRow(Base):
    """A link for one person at one journey's customer. The signature that makes it work is made when it leaves.

    `contact` is the address. Instants are of the wall clock, as links don't run with a demo's time.
    """

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(primary_key=True)
    journey_id: Mapped[OfJourney] = mapped_column(index=True)
    contact: Mapped[str]
    purpose: Mapped[str] = mapped_column(doc="what it opens, a `links.Purpose`")
    created_at: Mapped[At]
    expires_at: Mapped[At] = mapped_column(index=True)
    made_by: Mapped[str | None] = mapped_column(doc="whoever asked for it; null: a message carried it")
    used_on: Mapped[str | None] = mapped_column(doc="the last UTC day, YYYY-MM-DD, on which it was acted with")
    voided_at: Mapped[At | None]
    voided_by: Mapped[str | None]
    voided_why: Mapped[str | None]
