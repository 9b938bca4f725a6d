"""Colleagues by their address: what they are called, their role and their team."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column

from milepost.customer import address_key, is_forgotten
from milepost.planner.instants import Instant
from milepost.roles import Role
from milepost.store.database import Store
from milepost.store.errors import StoreError
from milepost.store.table_types import At, Base, table_of
from milepost.store.upsert import upsert

_FRESH = 2.0  # seconds for which a process goes by the names that it has read


class PersonRow(Base):
    """A colleague: the address in the form that is compared, and the name as it is written, empty where none was told.

    `booking_link` is the page on which customers book a time with them; `left_at` is of the wall clock.
    """

    __tablename__ = "people"

    address: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    booking_link: Mapped[str | None]
    role: Mapped[str | None] = mapped_column(doc="a `milepost.roles.Role`; null: none was given")
    team: Mapped[str | None]
    hours_per_week: Mapped[float | None] = mapped_column(doc="how many hours there are for tasks")
    left_at: Mapped[At | None] = mapped_column(doc="since when they are no colleague any more")
    updated_at: Mapped[At]


_people = table_of(PersonRow)


def put(session: Session, address: str, now: Instant, **values: Any) -> PersonRow:
    """Stores what is told of a colleague, columns by name; what isn't named stays as it was."""
    row = find(session, address)
    if row is None:
        row = PersonRow(address=address_key(address), name="", updated_at=now)
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = now
    session.flush()
    return row


def find(session: Session, address: str) -> PersonRow | None:
    """Returns what was told of a colleague."""
    return session.get(PersonRow, address_key(address))


def add_new(session: Session, names: Mapping[str, str], now: Instant) -> int:
    """Stores names by address of those who have none yet; returns how many they were."""
    keyed: dict[str, str] = {}
    for address, name in names.items():
        keyed.setdefault(address_key(address), name)
    before = load_names(session)
    new = [{"address": key, "name": name, "updated_at": now} for key, name in keyed.items() if key not in before]
    upsert(session, PersonRow, new)
    return len(new)


def load_names(session: Session) -> Mapping[str, str]:
    """Returns all names that were told, by address."""
    rows = session.connection().execute(select(_people.c.address, _people.c.name).where(_people.c.name != ""))
    return MappingProxyType(dict(iter(rows)))


async def booking_links(session: AsyncSession) -> Mapping[str, str]:
    """Returns the pages on which customers book a time with colleagues, by address."""
    is_told = _people.c.booking_link.is_not(None) & _people.c.left_at.is_(None)
    rows = await session.execute(select(_people.c.address, _people.c.booking_link).where(is_told))
    return MappingProxyType({row.address: row.booking_link for row in rows})


async def names(session: AsyncSession) -> Mapping[str, str]:
    """Returns all names by address."""
    return await session.run_sync(load_names)


async def listed(session: AsyncSession) -> list[PersonRow]:
    """Returns all colleagues of whom something was told, by name; those who were forgotten are left out."""
    rows = await session.scalars(select(PersonRow).order_by(PersonRow.name, PersonRow.address))
    return [row for row in rows if not is_forgotten(row.address)]


def lock_admins(session: Session) -> list[str]:
    """Returns the addresses of the admins, whom nobody else changes before the transaction ends.

    Those who were forgotten can't sign in, and are none.
    """
    is_admin = (_people.c.role == Role.ADMIN, _people.c.left_at.is_(None))
    query = select(_people.c.address).where(*is_admin).order_by(_people.c.address).with_for_update()
    return [address for address in session.scalars(query) if not is_forgotten(address)]


class KnownPeople:
    """What is shown of colleagues, for a process that needs it all the time: read at most once in two seconds.

    `booking_links`, by address, are as they were when the names were read.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: Mapping[str, str] = MappingProxyType({})
        self.booking_links: Mapping[str, str] = MappingProxyType({})
        self._read_at: float | None = None

    async def names(self) -> Mapping[str, str]:
        """Returns all names by address; while the database is away, those that were known."""
        if self._read_at is None or time.monotonic() - self._read_at > _FRESH:
            try:
                async with self._store.reading() as session:
                    self._names, self.booking_links = await names(session), await booking_links(session)
            except (SQLAlchemyError, StoreError):  # what is asked for next says so
                return self._names
            self._read_at = time.monotonic()
        return self._names

    def read_again(self) -> None:
        """Makes the next question read the names: one may have changed."""
        self._read_at = None
