"""Tables of one row each: what is known of the whole store."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base


class RetentionRow(Base):
    """When old data was last removed, one row: see `milepost.store.retention`."""

    __tablename__ = "retention"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ran_at: Mapped[At] = mapped_column(doc="wall clock")
    timeline_serial: Mapped[int] = mapped_column(BigInteger, doc="the last entry that has been dealt with")


class CalendarDataRow(Base):
    """The zones and holidays that were planned with last, one row; `since` when, in journey time, after `previous`."""

    __tablename__ = "calendar_data"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[str]
    previous: Mapped[str | None]
    since: Mapped[At]


class ClockRow(Base):
    """The journey clock, one row, and who is played by visitors of a demo: see `milepost.store.clock`."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wall_epoch: Mapped[float]
    journey_epoch: Mapped[At]
    speed: Mapped[float]
    stops_at: Mapped[At | None] = mapped_column(doc="where it was told to stop")
    horizon: Mapped[At | None] = mapped_column(doc="how far the journeys let it run")
    usual_speed: Mapped[float | None] = mapped_column(doc="what it goes back to; none where nobody may steer it")
    taken_colleagues: Mapped[list[str] | None]
    taken_customers: Mapped[list[str] | None]
