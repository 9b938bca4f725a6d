"""Rehearsals that people start on pages: one at a time, how far it is, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store import numbered_rows
from milepost.store.errors import RehearsalRunsError, UnknownRehearsalError
from milepost.store.import_tables import ImportRow
from milepost.store.rehearsal_tables import RehearsalRow
from milepost.store.upsert import insert_new

SILENT_SECONDS = 30
"""How long the program that runs a rehearsal may say nothing before it is taken for dead."""
_SLOT = 1


class RehearsalStatus(StrEnum):
    """The status of a rehearsal; `lost`: the program that ran it has ended, and the rehearsal with it."""

    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"


AT_WORK = (RehearsalStatus.RUNNING, RehearsalStatus.CANCELLING)


def status_of(row: RehearsalRow, wall: float) -> RehearsalStatus:
    """Returns the status that a rehearsal has by the wall clock: without a sign of life, one at work is lost."""
    is_silent = row.status in AT_WORK and row.beat_at < wall - SILENT_SECONDS
    return RehearsalStatus.LOST if is_silent else RehearsalStatus(row.status)


def add(session: Session, row: RehearsalRow, wall: float) -> tuple[int, bool]:
    """Stores a rehearsal that begins; returns its number, and False if the same form has started it before.

    Raises:
        RehearsalRunsError: another one is at work.
    """
    earlier = session.scalar(select(RehearsalRow.number).where(RehearsalRow.form == row.form))
    if earlier is not None:
        return earlier, False
    current = session.scalar(select(RehearsalRow).where(RehearsalRow.slot == _SLOT).with_for_update())
    if current is not None and status_of(current, wall) in AT_WORK:
        raise RehearsalRunsError(current.number)
    if current is not None:
        end(current, RehearsalStatus.LOST, row.started_at)
        session.flush()
    values = {column.name: getattr(row, column.name) for column in RehearsalRow.__table__.columns}
    values |= {"slot": _SLOT}
    values.pop("number")
    new = insert_new(session, RehearsalRow, [values], ["slot"], RehearsalRow.number)
    if not new:  # somebody else was faster
        raise RehearsalRunsError(session.scalars(select(RehearsalRow.number).where(RehearsalRow.slot == _SLOT)).one())
    [number] = new.values()
    return number, True


async def get(session: AsyncSession, number: int) -> RehearsalRow:
    """Returns a rehearsal.

    Raises:
        UnknownRehearsalError: there is none of this number.
    """
    return await numbered_rows.get(session, RehearsalRow, number, UnknownRehearsalError)


def lock(session: Session, number: int) -> RehearsalRow:
    """Returns a rehearsal that nobody else changes before the transaction ends.

    Raises:
        UnknownRehearsalError: there is none of this number.
    """
    return numbered_rows.lock(session, RehearsalRow, number, UnknownRehearsalError)


async def latest(
    session: AsyncSession, *, limit: int, before: int | None = None
) -> list[tuple[RehearsalRow, ImportRow]]:
    """Returns the latest rehearsals with the import whose book they play, newest first, those before a number."""
    query = select(RehearsalRow, ImportRow).join(ImportRow).order_by(RehearsalRow.number.desc()).limit(limit)
    rows = await session.execute(query if before is None else query.where(RehearsalRow.number < before))
    return [(rehearsal, book) for rehearsal, book in rows]


async def of_import(session: AsyncSession, number: int) -> RehearsalRow | None:
    """Returns the latest rehearsal of the book of an import."""
    query = select(RehearsalRow).where(RehearsalRow.import_number == number)
    found: RehearsalRow | None = await session.scalar(query.order_by(RehearsalRow.number.desc()).limit(1))
    return found


async def current(session: AsyncSession) -> RehearsalRow | None:
    """Returns the rehearsal that is at work, as far as its row says."""
    found: RehearsalRow | None = await session.scalar(select(RehearsalRow).where(RehearsalRow.slot == _SLOT))
    return found


def beat(session: Session, number: int, wall: float, report: Mapping[str, Any] | None) -> bool:
    """Says that a rehearsal is still at work, and how far it is; tells whether it is to go on."""
    row = lock(session, number)
    row.beat_at = int(wall)
    if report is not None:
        row.address, row.account = report["address"], report["account"]
        row.played = min(report["days"], row.days)  # the last step of a simulation may go beyond the last day
    return row.status == RehearsalStatus.RUNNING


def cancel(session: Session, number: int) -> None:
    """Asks the program that runs a rehearsal to stop it; one that is over stays as it is."""
    row = lock(session, number)
    if row.status == RehearsalStatus.RUNNING:
        row.status = RehearsalStatus.CANCELLING


def end(row: RehearsalRow, status: RehearsalStatus, now: Instant) -> None:
    """Ends a locked rehearsal; the next one may begin."""
    row.status, row.slot, row.address, row.ended_at = status, None, None, now


async def accounts_of(session: AsyncSession, import_number: int) -> list[Any]:
    """Returns the accounts of the rehearsals of an import."""
    query = select(RehearsalRow.account).where(RehearsalRow.import_number == import_number)
    return list(await session.scalars(query))


def remove_details(session: Session, import_number: int) -> None:
    """Removes customers and rows from the accounts of an import's rehearsals, and stops one that runs; figures stay."""
    query = select(RehearsalRow).where(RehearsalRow.import_number == import_number).with_for_update()
    for row in session.scalars(query):
        if row.status == RehearsalStatus.RUNNING:
            row.status = RehearsalStatus.CANCELLING
        row.problem = None
        if isinstance(row.account, dict):
            row.account = {**row.account, "concerns": [], "refused": [], "entered": None, "removed": True}
