"""Keys for the API: made, ended, known by their digest, with their last use."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.scopes import Scope
from milepost.store.key_tables import ApiKeyRow, ApiKeyUseRow
from milepost.store.table_types import table_of
from milepost.store.upsert import upsert

MARK = "milepost_"
"""Each key begins with it, so that programs which look for leaked secrets know one."""
_USED_EVERY = 300  # seconds: a use is written down no oftener

_keys, _uses = table_of(ApiKeyRow), table_of(ApiKeyUseRow)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key that somebody made. Instants are of the wall clock; `used_at` is None for one that was never used."""

    name: str
    scopes: frozenset[Scope]
    made_at: Instant
    made_by: str | None
    ended_at: Instant | None
    ended_by: str | None
    used_at: Instant | None


def add(session: Session, name: str, scopes: Collection[Scope], by: str | None, now: Instant) -> str:
    """Stores a key of a new name; returns the key, which is nowhere else."""
    key = MARK + secrets.token_urlsafe(32)
    session.add(ApiKeyRow(name=name, digest=_digest(key), scopes=sorted(scopes), made_at=now, made_by=by))
    session.flush()
    return key


def find(session: Session, name: str) -> ApiKeyRow | None:
    """Returns the key of that name, also one that has ended."""
    return session.get(ApiKeyRow, name)


def names(session: Session) -> list[str]:
    """Returns the names of all keys that still work."""
    return list(session.scalars(select(_keys.c.name).where(_keys.c.ended_at.is_(None)).order_by(_keys.c.name)))


def end(session: Session, name: str, by: str | None, now: Instant) -> None:
    """Ends a key for good."""
    session.execute(update(_keys).where(_keys.c.name == name).values(ended_at=now, ended_by=by))


async def of_key(session: AsyncSession, key: str) -> StoredKey | None:
    """Returns which key it is; None if it is none, or has ended."""
    rows = await session.execute(_listed.where(_keys.c.digest == _digest(key), _keys.c.ended_at.is_(None)))
    row = rows.mappings().first()
    return _stored(row) if row else None


async def listed(session: AsyncSession) -> list[StoredKey]:
    """Returns all keys, those that still work first, by name."""
    rows = await session.execute(_listed.order_by(_keys.c.ended_at.is_not(None), _keys.c.name))
    return [_stored(row) for row in rows.mappings()]


async def used(session: AsyncSession, names: Collection[str]) -> dict[str, Instant]:
    """Returns when each of these keys was used last; those that never were are left out."""
    rows = await session.execute(select(_uses.c.name, _uses.c.used_at).where(_uses.c.name.in_(names)))
    return {row.name: row.used_at for row in rows}


def is_worth_telling(used_at: Instant | None, now: Instant) -> bool:
    """Returns whether a use now is to be written down."""
    return used_at is None or used_at < now - _USED_EVERY


def touch(session: Session, name: str, now: Instant) -> None:
    """Says that a key was used just now."""
    upsert(session, ApiKeyUseRow, [{"name": name, "used_at": now}])


_listed = select(_keys, _uses.c.used_at).join_from(_keys, _uses, _uses.c.name == _keys.c.name, isouter=True)


def _stored(row: RowMapping) -> StoredKey:
    values = {name: row[name] for name in ("name", "made_at", "made_by", "ended_at", "ended_by", "used_at")}
    return StoredKey(**values, scopes=frozenset(map(Scope, row["scopes"])))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
