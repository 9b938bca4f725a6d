"""The tables of files that customers upload into forms. Their content is elsewhere (`milepost.files.places`)."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, OfJourney


class FileRow(Base):
    """An uploaded file. `contact` is the address of who sent it, `at` when, in journey time.

    `received_at` and `unused_since` are of the wall clock, as nobody's file may vanish where a demo lets days pass in
    seconds.
    """

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(primary_key=True)
    journey_id: Mapped[OfJourney] = mapped_column(index=True)
    step: Mapped[str]
    field: Mapped[str]
    contact: Mapped[str]
    name: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    type: Mapped[str] = mapped_column(doc="a `FileType`, told by the content")
    status: Mapped[str] = mapped_column(index=True, doc="a `files.FileStatus`")
    at: Mapped[At]
    received_at: Mapped[At]
    unused_since: Mapped[At | None] = mapped_column(doc="since when no form has it as its answer")


class FileLeftoverRow(Base):
    """A content that has to go: written together with what takes its file away, deleted once the content is gone."""

    __tablename__ = "file_leftovers"

    id: Mapped[str] = mapped_column(primary_key=True)
