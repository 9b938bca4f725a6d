"""Books that are kept in step: who may run one, what a run found, and which customers each book has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store.sync_tables import SyncedCustomerRow, SyncRow, SyncRunRow
from milepost.store.table_types import table_of
from milepost.store.tables import CustomerRow
from milepost.store.upsert import upsert

LEASE = 120
"""Seconds after which somebody else may go on where a run stands still."""
_KEPT_RUNS = 50  # of each book
_BATCH = 500
_syncs, _runs, _synced = table_of(SyncRow), table_of(SyncRunRow), table_of(SyncedCustomerRow)


class RunStatus(StrEnum):
    """The status of a run.

    `unchanged`: no file had changed. `refused`: the book wasn't believed. `away`: the source couldn't be read.
    `stopped`: it was killed, or failed otherwise; the next run goes on where it was.
    """

    RUNNING = "running"
    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    AWAY = "away"
    STOPPED = "stopped"


TAKEN_IN = (RunStatus.DONE, RunStatus.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Synced:
    """A row of a book as it was last taken in; without a customer, who was forgotten."""

    key: str
    customer: str | None
    digest: str
    vanished: bool


@dataclass(frozen=True, slots=True)
class Vanished:
    """A customer that a book doesn't have any more, and since when (wall clock)."""

    customer: str
    name: str
    since: Instant


async def all_syncs(session: AsyncSession) -> list[SyncRow]:
    """Returns the books, by name."""
    return list(await session.scalars(select(SyncRow).order_by(SyncRow.name)))


async def mappings(session: AsyncSession) -> list[str]:
    """Returns the texts of the books' mappings."""
    recipes = await session.scalars(select(SyncRow.recipe).order_by(SyncRow.name))
    return [text for recipe in recipes if (text := recipe.get("mapping"))]


async def find(session: AsyncSession, name: str) -> SyncRow | None:
    """Returns the book of this name."""
    return await session.get(SyncRow, name, populate_existing=True)


def load(session: Session, name: str) -> SyncRow | None:
    """Returns the book of this name."""
    return session.get(SyncRow, name, populate_existing=True)


async def due(session: AsyncSession, wall: float) -> list[str]:
    """Returns the books whose time has come and that nobody reads, the longest due first."""
    query = select(SyncRow.name).where(SyncRow.next_at <= int(wall), _is_free(int(wall)))
    return list(await session.scalars(query.order_by(SyncRow.next_at)))


def _is_free(wall: int) -> Any:
    return or_(SyncRow.leased_until.is_(None), SyncRow.leased_until < wall)


def claim(session: Session, name: str, token: str, wall: int, *, only_due: bool) -> int | None:
    """Takes the book for one who runs it; returns the number of the run, None if it is taken, or not due."""
    free = update(_syncs).where(_syncs.c.name == name, _is_free(wall))
    if only_due:
        free = free.where(_syncs.c.next_at <= wall)
    if not session.connection().execute(free.values(lease=token, leased_until=wall + LEASE)).rowcount:
        return None
    killed = update(_runs).where(_runs.c.sync == name, _runs.c.status == RunStatus.RUNNING)
    session.connection().execute(killed.values(status=RunStatus.STOPPED, ended_at=wall))
    run = SyncRunRow(sync=name, started_at=wall, status=RunStatus.RUNNING, counts={}, problems=[])
    session.add(run)
    session.flush()
    return run.number


def renew(session: Session, name: str, token: str, wall: int) -> bool:
    """Keeps the book for two minutes more; False if somebody else has it, as we stood still."""
    mine = update(_syncs).where(_syncs.c.name == name, _syncs.c.lease == token)
    return bool(session.connection().execute(mine.values(leased_until=wall + LEASE)).rowcount)


def end_run(session: Session, number: int, token: str, sync: Mapping[str, Any], run: Mapping[str, Any]) -> bool:
    """Writes what became of a run, and frees the book; nothing is written if somebody else has it meanwhile."""
    name = session.scalar(select(SyncRunRow.sync).where(SyncRunRow.number == number))
    mine = update(_syncs).where(_syncs.c.name == name, _syncs.c.lease == token)
    if not session.connection().execute(mine.values(lease=None, leased_until=None, **sync)).rowcount:
        return False
    session.connection().execute(update(_runs).where(_runs.c.number == number).values(**run))
    kept = select(_runs.c.number).where(_runs.c.sync == name).order_by(_runs.c.number.desc()).offset(_KEPT_RUNS - 1)
    oldest = session.scalar(kept.limit(1))
    if oldest is not None:
        session.connection().execute(delete(_runs).where(_runs.c.sync == name, _runs.c.number < oldest))
    return True


async def runs(session: AsyncSession, name: str, limit: int = 10) -> list[SyncRunRow]:
    """Returns the last runs of a book, the newest first."""
    query = select(SyncRunRow).where(SyncRunRow.sync == name).order_by(SyncRunRow.number.desc()).limit(limit)
    return list(await session.scalars(query))


async def last_taken_in(session: AsyncSession, name: str) -> Instant | None:
    """Returns when the book was last read and believed (wall clock)."""
    query = select(func.max(SyncRunRow.ended_at)).where(SyncRunRow.sync == name, SyncRunRow.status.in_(TAKEN_IN))
    return await session.scalar(query)


async def synced_of(session: AsyncSession, name: str, keys: Sequence[str]) -> dict[str, Synced]:
    """Returns what is known of rows by their keys."""
    query = select(_synced).where(_synced.c.sync == name, _synced.c.key.in_(keys))
    return {row["key"]: _of(row) for row in (await session.execute(query)).mappings()}


async def synced_after(session: AsyncSession, name: str, key: str, limit: int = _BATCH) -> list[Synced]:
    """Returns what is known of rows in the order of their keys, after one."""
    query = select(_synced).where(_synced.c.sync == name, _synced.c.key > key).order_by(_synced.c.key).limit(limit)
    return [_of(row) for row in (await session.execute(query)).mappings()]


def _of(row: Any) -> Synced:
    return Synced(row["key"], row["customer_id"], row["digest"], row["vanished_at"] is not None)


def keep(session: Session, name: str, customers: Mapping[str, tuple[str, str]]) -> None:
    """Writes the digests of customers' rows, and their ids, by key; a customer has one key in a book."""
    ids = [customer for customer, _ in customers.values()]
    session.connection().execute(
        delete(_synced).where(
            _synced.c.sync == name, _synced.c.customer_id.in_(ids), _synced.c.key.not_in(list(customers))
        )
    )
    upsert(
        session,
        SyncedCustomerRow,
        [
            {"sync": name, "key": key, "customer_id": customer, "digest": digest, "vanished_at": None}
            for key, (customer, digest) in customers.items()
        ],
    )


def set_vanished(session: Session, name: str, keys: Sequence[str], since: Instant | None) -> None:
    """Notes since when the book doesn't have these rows; None: it has them again."""
    for batch in _batches(keys):
        rows = update(_synced).where(_synced.c.sync == name, _synced.c.key.in_(batch))
        session.connection().execute(rows.values(vanished_at=since))


def drop(session: Session, name: str, keys: Sequence[str]) -> None:
    """Forgets rows: their customers have others that count."""
    for batch in _batches(keys):
        session.connection().execute(delete(_synced).where(_synced.c.sync == name, _synced.c.key.in_(batch)))


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))


async def vanished(session: AsyncSession, name: str, limit: int) -> list[Vanished]:
    """Returns customers that the book doesn't have any more, the latest first."""
    query = (
        select(CustomerRow.id, CustomerRow.name, SyncedCustomerRow.vanished_at)
        .join(CustomerRow, CustomerRow.id == SyncedCustomerRow.customer_id)
        .where(SyncedCustomerRow.sync == name, SyncedCustomerRow.vanished_at.is_not(None))
        .order_by(SyncedCustomerRow.vanished_at.desc(), CustomerRow.id)
        .limit(limit)
    )
    return [Vanished(customer, title, since or 0) for customer, title, since in await session.execute(query)]


async def count(session: AsyncSession, name: str, *, vanished: bool) -> int:
    """Counts a book's customers, those that it has or those that vanished."""
    is_gone = SyncedCustomerRow.vanished_at.is_not(None)
    query = select(func.count()).where(
        SyncedCustomerRow.sync == name,
        SyncedCustomerRow.customer_id.is_not(None),
        is_gone if vanished else ~is_gone,
    )
    return await session.scalar(query) or 0
