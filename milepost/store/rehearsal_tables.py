"""The table of rehearsals that people start on pages. Each plays the book of an import, and goes with its details."""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import LONG, At, Base, Serial

OfImport = Annotated[int, mapped_column(LONG, ForeignKey("imports.number", ondelete="CASCADE"))]
MaybeJson = Annotated[Any | None, mapped_column(JSON(none_as_null=True))]


class RehearsalRow(Base):
    """A rehearsal. `slot` is 1 while it is at work and null afterwards: as it is unique, one is at work at a time."""

    __tablename__ = "rehearsals"

    number: Mapped[Serial]
    import_number: Mapped[OfImport] = mapped_column(index=True)
    form: Mapped[str] = mapped_column(unique=True, doc="the id of the form that started it: sent twice, it is one")
    status: Mapped[str] = mapped_column(doc="see `milepost.store.rehearsals.RehearsalStatus`")
    slot: Mapped[int | None] = mapped_column(unique=True)
    days: Mapped[int] = mapped_column(doc="days of journey that are to be played")
    people: Mapped[int] = mapped_column(doc="made-up people for each persona that a customer has nobody for")
    played: Mapped[int] = mapped_column(doc="days that were played")
    started_at: Mapped[At]
    started_by: Mapped[str]
    ended_at: Mapped[At | None]
    beat_at: Mapped[At] = mapped_column(doc="wall clock; when the program that runs it last said so")
    address: Mapped[str | None] = mapped_column(doc="that of its pages while it runs")
    account: Mapped[MaybeJson] = mapped_column(doc="what happened so far, or at its end")
    problem: Mapped[str | None] = mapped_column(doc="why it could not go on")
