"""Candidates: what somebody may publish, or move customers to, and how far the look at it is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, defer

from milepost.planner.instants import Instant
from milepost.store import numbered_rows
from milepost.store.candidate_tables import CandidateRow
from milepost.store.errors import UnknownCandidateError
from milepost.store.upsert import insert_new

KEPT_SECONDS = 7 * 86_400
SILENT_SECONDS = 30
"""How long the process that looks at one may say nothing before it is taken for dead."""


class CandidateStatus(StrEnum):
    """The status of a candidate.

    `looking`: somebody finds out about it. `looked`: that is done. `failed`: it could not be done. `lost`: the process
    that did it has ended.
    """

    LOOKING = "looking"
    LOOKED = "looked"
    FAILED = "failed"
    LOST = "lost"


def status_of(row: CandidateRow, wall: float) -> CandidateStatus:
    """Returns the status that a candidate has by the wall clock."""
    is_silent = row.status == CandidateStatus.LOOKING and row.beat_at < wall - SILENT_SECONDS
    return CandidateStatus.LOST if is_silent else CandidateStatus(row.status)


def add(session: Session, row: CandidateRow) -> tuple[int, bool]:
    """Stores a candidate; returns its number, and False if the same form has sent it before."""
    values = {column.name: getattr(row, column.name) for column in CandidateRow.__table__.columns}
    values.pop("number")
    if new := insert_new(session, CandidateRow, [values], ["form"], CandidateRow.number):
        [number] = new.values()
        return number, True
    return session.scalars(select(CandidateRow.number).where(CandidateRow.form == row.form)).one(), False


async def get(session: AsyncSession, number: int) -> CandidateRow:
    """Returns a candidate.

    Raises:
        UnknownCandidateError: there is none of this number.
    """
    return await numbered_rows.get(session, CandidateRow, number, UnknownCandidateError)


def lock(session: Session, number: int) -> CandidateRow:
    """Returns a candidate that nobody else changes before the transaction ends.

    Raises:
        UnknownCandidateError: there is none of this number.
    """
    return numbered_rows.lock(session, CandidateRow, number, UnknownCandidateError)


async def latest(session: AsyncSession, *, limit: int) -> list[CandidateRow]:
    """Returns the latest candidates, newest first, without their files and reports."""
    query = select(CandidateRow).order_by(CandidateRow.number.desc()).limit(limit)
    heavy = [defer(column, raiseload=True) for column in (CandidateRow.files, CandidateRow.report)]
    return list(await session.scalars(query.options(*heavy)))


async def looked_at(session: AsyncSession, map_id: str) -> dict[str, tuple[int, int]]:
    """Returns the number of the latest look at each version of a map that somebody looked at, and its findings."""
    query = (
        select(CandidateRow.hash, CandidateRow.number, CandidateRow.warnings)
        .where(CandidateRow.map == map_id, CandidateRow.status == CandidateStatus.LOOKED, CandidateRow.errors == 0)
        .order_by(CandidateRow.number)
    )
    return {digest or "": (number, warnings or 0) for digest, number, warnings in await session.execute(query)}


def beat(session: Session, number: int, wall: float, done: int, total: int) -> bool:
    """Says that somebody still looks at a candidate, and how far that is; tells whether it is still there."""
    row = session.get(CandidateRow, number, with_for_update=True, populate_existing=True)
    if row is None or row.status != CandidateStatus.LOOKING:
        return False
    row.beat_at, row.done, row.total = int(wall), done, total
    return True


def begin_look(session: Session, number: int, wall: float) -> bool:
    """Lets somebody look at a candidate again; tells whether nobody does so already."""
    row = lock(session, number)
    if status_of(row, wall) == CandidateStatus.LOOKING:
        return False
    row.status, row.report, row.problem, row.looked_at = CandidateStatus.LOOKING, None, None, None
    row.beat_at, row.done, row.total, row.keep_until = int(wall), 0, 0, int(wall) + KEPT_SECONDS
    return True


def end_look(
    session: Session, number: int, report: Mapping[str, Any] | None, problem: str | None, now: Instant
) -> None:
    """Keeps what was found out about a candidate, or why nothing was; one that is gone stays so."""
    row = session.get(CandidateRow, number, with_for_update=True, populate_existing=True)
    if row is None or row.status != CandidateStatus.LOOKING:
        return
    row.status = CandidateStatus.FAILED if report is None else CandidateStatus.LOOKED
    row.problem, row.looked_at = problem, now
    if report is not None:
        row.report, row.map, row.title, row.hash = report, report["map"], report["title"], report["hash"]
        errors = sum(each["severity"] == "error" for each in report["problems"])
        row.errors, row.warnings = errors, len(report["problems"]) - errors


def remove(session: Session, number: int) -> None:
    """Throws a candidate away."""
    session.execute(delete(CandidateRow).where(CandidateRow.number == number))


def remove_expired(session: Session, wall: float) -> None:
    """Removes candidates that were kept for long enough."""
    session.execute(delete(CandidateRow).where(CandidateRow.keep_until < wall))
