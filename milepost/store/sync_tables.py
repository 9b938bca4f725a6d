"""The tables of books that are kept in step: what is read, what became of each run, and which customers are in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, Serial


class SyncRow(Base):
    """A book that is kept in step with a folder or an address. All instants are those of the wall clock.

    `recipe` says what is read and how (`milepost.intake.sync.recipe`). Whoever runs it holds the lease.
    """

    __tablename__ = "syncs"

    name: Mapped[str] = mapped_column(primary_key=True)
    recipe: Mapped[dict[str, Any]]
    schedule: Mapped[str | None] = mapped_column(doc="when it runs by itself; null: when somebody says so")
    next_at: Mapped[At | None] = mapped_column(index=True)
    lease: Mapped[str | None]
    leased_until: Mapped[At | None]
    accepted_vanished: Mapped[int | None] = mapped_column(doc="missing customers that the next run takes in, at most")
    failures: Mapped[int] = mapped_column(doc="runs since the last one that took the book in")
    files: Mapped[dict[str, Any]] = mapped_column(doc="what the last run that took the book in found of each file")
    salt: Mapped[str] = mapped_column(doc="of the keys and digests of its customers")
    created_at: Mapped[At]
    created_by: Mapped[str | None]


class SyncRunRow(Base):
    """One run; `counts` are customers by what became of them, `problems` what was refused, without cells."""

    __tablename__ = "sync_runs"
    __table_args__ = (Index(None, "sync", "number"),)

    number: Mapped[Serial]
    sync: Mapped[str] = mapped_column(ForeignKey("syncs.name", ondelete="CASCADE"))
    started_at: Mapped[At]
    ended_at: Mapped[At | None]
    status: Mapped[str] = mapped_column(doc="running, done, unchanged, refused, away or stopped")
    why: Mapped[str | None]
    counts: Mapped[dict[str, Any]]
    problems: Mapped[list[dict[str, Any]]]


class SyncedCustomerRow(Base):
    """A customer of such a book: `digest` is that of the row it was last taken from.

    `key` stands for the id, and stays when the customer is forgotten: who was forgotten doesn't come back by a book.
    """

    __tablename__ = "synced_customers"

    sync: Mapped[str] = mapped_column(ForeignKey("syncs.name", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"), index=True)
    digest: Mapped[str]
    vanished_at: Mapped[At | None] = mapped_column(doc="since when the book doesn't have it; null: it does")
