"""The table of candidates: versions of maps that people look at before they publish them, or move customers to them."""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, Serial

MaybeJson = Annotated[Any | None, mapped_column(JSON(none_as_null=True))]


class CandidateRow(Base):
    """A map's folder as somebody sent it, or a version that is published already, and what was found out about it.

    `report` is written by a process that looks at it, which says with `beat_at` that it is alive.
    """

    __tablename__ = "map_candidates"

    number: Mapped[Serial]
    form: Mapped[str] = mapped_column(unique=True, doc="the id of the form that sent it: sent twice, it is one")
    status: Mapped[str] = mapped_column(doc="see `milepost.store.candidates.CandidateStatus`")
    name: Mapped[str] = mapped_column(doc="of the folder, as its findings name it")
    files: Mapped[dict[str, str]] = mapped_column(doc="texts by name, of the map and of its scenarios")
    left_out: Mapped[MaybeJson] = mapped_column(doc="names of files that came along and are no part of a map")
    map: Mapped[str | None] = mapped_column(index=True, doc="null: nobody could read it yet")
    title: Mapped[str | None]
    hash: Mapped[str | None] = mapped_column(doc="of the version that it is, or would become")
    report: Mapped[MaybeJson] = mapped_column(doc="see `milepost.intake.candidates.report`")
    errors: Mapped[int | None] = mapped_column(doc="findings that stop publishing")
    warnings: Mapped[int | None] = mapped_column(doc="findings that don't")
    total: Mapped[int] = mapped_column(doc="journeys on other versions that are looked at")
    done: Mapped[int]
    problem: Mapped[str | None] = mapped_column(doc="why nobody could look at it to the end")
    sent_at: Mapped[At]
    sent_by: Mapped[str]
    looked_at: Mapped[At | None] = mapped_column(doc="when the report was made")
    published_at: Mapped[At | None]
    beat_at: Mapped[At] = mapped_column(doc="wall clock; when the process that looks at it last said so")
    keep_until: Mapped[At] = mapped_column(index=True, doc="wall clock")
