"""The table of what people changed beside customers' timelines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, Serial


class AuditRow(Base):
    """One change. `at` is of the wall clock; `by` is a `milepost.actor.actor`; `kind` is an `audit.Kind`.

    `about` is the address, name, map or number that it is about.
    """

    __tablename__ = "audit"

    number: Mapped[Serial]
    at: Mapped[At]
    by: Mapped[str | None]
    kind: Mapped[str]
    about: Mapped[str | None]
    why: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
