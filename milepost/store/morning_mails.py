"""The mails of colleagues' mornings: one for each local day, claimed before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.enums import TaskStatus
from milepost.planner.instants import Instant
from milepost.store.desk_message_tables import MorningLineRow, MorningMailRow
from milepost.store.desk_messages import LEASE
from milepost.store.outcome_tables import OutcomeRow
from milepost.store.table_types import table_of
from milepost.store.tables import CustomerRow, JourneyRow, TaskRow
from milepost.store.upsert import insert_new

KEPT = 14
"""Mails of one colleague that are kept, the last ones."""
INTERRUPTED = "Milepost was stopped while it was being sent; it may have arrived."


class MorningStatus(StrEnum):
    """What became of the mail of a morning; `late`: nobody was there to send it in time."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    EMPTY = "empty"
    AWAY = "away"
    HELD = "held"
    LATE = "late"
    FAILED = "failed"


_mails, _lines = table_of(MorningMailRow), table_of(MorningLineRow)


@dataclass(frozen=True, slots=True)
class MorningLine:
    """A line of a mail that was written: `part` is where, `is_open` whether the task still is."""

    part: str
    journey: str
    customer: str
    customer_name: str
    task: str | None
    title: str
    due_at: Instant | None
    is_open: bool


def begin(session: Session, address: str, day: str, *, at: Instant, wall: int, status: MorningStatus) -> bool:
    """Begins the mail of a day; False: there is one already."""
    values = {"address": address, "day": day, "at": at, "began_at": wall, "again_at": wall, "attempts": 0}
    row = {**values, "status": status}
    return bool(insert_new(session, MorningMailRow, [row], ["address", "day"], MorningMailRow.status))


def take(session: Session, wall: int) -> tuple[str, str] | None:
    """Takes a mail that waits, for whoever writes it; returns its colleague and day. None: nothing waits.

    One that was being handed over when its worker died may be out: it counts as failed, and isn't sent again.
    """
    lost = (_mails.c.status == MorningStatus.SENDING, _mails.c.again_at <= wall)
    session.connection().execute(update(_mails).where(*lost).values(status=MorningStatus.FAILED, why=INTERRUPTED))
    is_due = (_mails.c.status == MorningStatus.WAITING, _mails.c.again_at <= wall)
    for row in session.execute(select(_mails.c.address, _mails.c.day).where(*is_due).order_by(_mails.c.again_at)):
        mine = update(_mails).where(_mails.c.address == row.address, _mails.c.day == row.day, *is_due)
        if session.connection().execute(mine.values(again_at=wall + LEASE)).rowcount:
            return row.address, row.day
    return None


def get(session: Session, address: str, day: str) -> MorningMailRow:
    """Returns the mail of a day, which is there."""
    return session.get_one(MorningMailRow, (address, day), populate_existing=True)


def hand_over(session: Session, address: str, day: str, wall: int, lines: Sequence[dict[str, str | None]]) -> None:
    """Stores what a mail has, just before it is handed to the channel: from here on nobody else sends it."""
    session.execute(delete(_lines).where(_lines.c.address == address, _lines.c.day == day))
    rows = [{"address": address, "day": day, "position": at, **line} for at, line in enumerate(lines)]
    if rows:
        session.connection().execute(_lines.insert(), rows)
    row = get(session, address, day)
    row.status, row.again_at, row.attempts = MorningStatus.SENDING, wall + LEASE, row.attempts + 1


def remove_old(session: Session, address: str) -> None:
    """Removes all but the last mails of a colleague."""
    newest = select(_mails.c.day).where(_mails.c.address == address).order_by(_mails.c.day.desc())
    oldest = session.scalar(newest.offset(KEPT - 1).limit(1))
    if oldest is not None:
        for table in (_mails, _lines):
            session.execute(delete(table).where(table.c.address == address, table.c.day < oldest))


def load(session: Session, address: str) -> list[MorningMailRow]:
    """Returns the last mails of a colleague, the newest first."""
    query = select(MorningMailRow).where(MorningMailRow.address == address).order_by(MorningMailRow.day.desc())
    return list(session.scalars(query.limit(KEPT)))


async def lines_of(session: AsyncSession, address: str, day: str) -> list[MorningLine]:
    """Returns the lines of a mail as it was written, without those of customers who were forgotten."""
    task_of = and_(TaskRow.journey_id == MorningLineRow.journey_id, TaskRow.task == MorningLineRow.task)
    statement = (
        select(OutcomeRow.statement)
        .where(OutcomeRow.journey_id == MorningLineRow.journey_id, OutcomeRow.outcome == MorningLineRow.step)
        .order_by(OutcomeRow.occurrence.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(MorningLineRow, CustomerRow.id, CustomerRow.name, TaskRow, statement)
        .join(JourneyRow, JourneyRow.id == MorningLineRow.journey_id)
        .join(CustomerRow, CustomerRow.id == JourneyRow.customer_id)
        .outerjoin(TaskRow, task_of)
        .where(MorningLineRow.address == address, MorningLineRow.day == day)
        .order_by(MorningLineRow.position)
    )
    return [
        MorningLine(
            line.part,
            line.journey_id,
            customer,
            name,
            line.task,
            task.title if task is not None else said or line.step or "",
            task.due_at if task is not None else None,
            task is not None and task.status == TaskStatus.OPEN,
        )
        for line, customer, name, task, said in await session.execute(query)
    ]
