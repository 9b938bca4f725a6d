"""The tables of mail that waits for a person: what waits, the switches that hold it, and the texts looked at."""

from __future__ import annotations

from sqlalchemy import Index, false
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, OfCustomer, OfJourney, Serial


class _Switch:
    """One turn of a switch that holds mail or lets it go. The latest is `current`, unless a wider one took its place.

    Rows are never removed: they say who did what when. With `first`, so many messages of each text wait, then the text
    is free. A hold that `overrules` holds what was released by name before, too; those of earlier programs didn't.
    """

    serial: Mapped[Serial]
    mail: Mapped[str] = mapped_column(doc="held or free")
    first: Mapped[int | None]
    at: Mapped[At]
    by: Mapped[str | None]
    why: Mapped[str | None]
    current: Mapped[bool]
    overrules: Mapped[bool] = mapped_column(server_default=false())


class MailSwitchRow(_Switch, Base):
    """The switch of a map, or of all maps (null)."""

    __tablename__ = "mail_switches"

    map: Mapped[str | None]


class CustomerMailSwitchRow(_Switch, Base):
    """The switch of one customer, which goes before those of maps."""

    __tablename__ = "customer_mail_switches"

    customer_id: Mapped[OfCustomer] = mapped_column(index=True)


class ReleasedTextRow(Base):
    """How many messages of one text of a map people have released; `digest` is that of the file and its languages."""

    __tablename__ = "released_texts"

    map: Mapped[str] = mapped_column(primary_key=True)
    template: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class HeldMessageRow(Base):
    """A message that is due and waits, as the journey's state has it: `why`, since and until when (null: unknown).

    One that a person has `released` goes by itself, unless mail is held once more before.
    """

    __tablename__ = "held_messages"
    __table_args__ = (
        Index(None, "why", "since", "journey_id", "message"),
        Index(None, "released", "since", "journey_id", "message"),
        Index(None, "customer_id", "since"),
    )

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    message: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[OfCustomer]
    step: Mapped[str]
    template: Mapped[str]
    reason: Mapped[str]
    why: Mapped[str]
    since: Mapped[At]
    until: Mapped[At | None]
    released: Mapped[bool] = mapped_column(server_default=false())
