"""The tables of keys for the API, and of when each was used. Keys are kept as digests alone."""

from __future__ import annotations

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base


class ApiKeyRow(Base):
    """A key of a program; ended ones stay, as what they told is marked with their name. Instants are of the wall clock.

    `digest` is that of the key; `scopes` are those of `milepost.scopes.Scope`.
    """

    __tablename__ = "api_keys"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[At]
    made_by: Mapped[str | None]
    ended_at: Mapped[At | None]
    ended_by: Mapped[str | None]


class ApiKeyUseRow(Base):
    """When a key was used last, those in the settings included. Of the wall clock, give or take five minutes."""

    __tablename__ = "api_key_uses"

    name: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[At]
