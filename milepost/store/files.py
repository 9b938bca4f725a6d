"""Rows of uploaded files: what came in, what became of it, which are used, and which contents have to go."""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import address_key
from milepost.language.stored_file import StoredFile
from milepost.planner.facts import StepDone
from milepost.planner.instants import Instant
from milepost.store.file_tables import FileLeftoverRow, FileRow
from milepost.store.form_drafts import FormDraftRow
from milepost.store.inbox import InboxStatus
from milepost.store.table_types import table_of
from milepost.store.tables import FactRow, JourneyRow
from milepost.store.upsert import insert_new

_ID_LETTERS = string.ascii_letters + string.digits
_ID_LENGTH = 20
_BATCH = 200
_files, _leftovers = table_of(FileRow), table_of(FileLeftoverRow)


class FileStatus(StrEnum):
    """What became of a file."""

    COMING = "coming"
    """Its content is being written."""
    CHECKING = "checking"
    READY = "ready"
    FOUND = "found"
    """The check found something in it; its content is gone."""
    REMOVED = "removed"
    """It was kept for long enough, or who sent it was forgotten; its content is gone."""


EVIDENCE = "@evidence"
"""The field of a file that no form asks for: evidence of a task, or what belongs to a note. It is never swept."""
ANSWERS = (FileStatus.CHECKING, FileStatus.READY)
"""The states in which a file can be the answer to a form."""
HELD = (*ANSWERS, FileStatus.COMING)
"""The states in which a content may be there."""


@dataclass(frozen=True, slots=True)
class FileOwner:
    """Where a file belongs: to one field of one step's form, and to the person who sent it."""

    journey: str
    step: str
    field: str
    contact: str


def fresh_id() -> str:
    """Returns the id of a new file, of letters and digits alone."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


async def get(session: AsyncSession, file: str) -> FileRow | None:
    """Returns the row of a file; None where there is none."""
    return await session.get(FileRow, file)


async def of_journeys(session: AsyncSession, journeys: Collection[str]) -> list[FileRow]:
    """Returns the files of journeys, the oldest first."""
    return await _oldest_first(session, FileRow.journey_id.in_(journeys))


async def of_customer(session: AsyncSession, customer: str) -> list[FileRow]:
    """Returns the files of all journeys of a customer, the oldest first."""
    ids = select(JourneyRow.id).where(JourneyRow.customer_id == customer)
    return await _oldest_first(session, FileRow.journey_id.in_(ids))


async def _oldest_first(session: AsyncSession, condition: ColumnElement[bool]) -> list[FileRow]:
    query = select(FileRow).where(condition).order_by(FileRow.received_at, FileRow.id)
    return list(await session.scalars(query))


async def to_check(session: AsyncSession, most: int) -> list[FileRow]:
    """Returns files that wait for their check, the oldest first."""
    query = select(FileRow).where(FileRow.status == FileStatus.CHECKING).order_by(FileRow.received_at).limit(most)
    return list(await session.scalars(query))


def count(session: Session, journey: str) -> int:
    """Returns how many files a journey has."""
    return session.scalar(select(func.count()).select_from(FileRow).where(FileRow.journey_id == journey)) or 0


def hold(session: Session, journey: str) -> bool:
    """Lets files of a journey come in one after another until the transaction ends; tells whether there is one."""
    return session.scalar(select(JourneyRow.id).where(JourneyRow.id == journey).with_for_update()) is not None


def same(session: Session, owner: FileOwner, sha256: str) -> FileRow | None:
    """Returns the file that the same person sent for the same field with the same content."""
    is_same = (FileRow.journey_id == owner.journey, FileRow.step == owner.step, FileRow.field == owner.field)
    rows = session.scalars(select(FileRow).where(*is_same, FileRow.sha256 == sha256, FileRow.status.in_(HELD)))
    return next((row for row in rows if address_key(row.contact) == address_key(owner.contact)), None)


def change_status(session: Session, file: str, before: FileStatus, after: FileStatus) -> bool:
    """Changes the status of a file that has the one before; tells whether it had."""
    is_so = (_files.c.id == file, _files.c.status == before)
    return bool(session.connection().execute(update(_files).where(*is_so).values(status=after)).rowcount)


def empty(session: Session, files: Sequence[str], status: FileStatus) -> None:
    """Takes the contents of files away; the rows stay, with this status."""
    if files:
        _leave(session, files)
        session.connection().execute(update(_files).where(_files.c.id.in_(files)).values(status=status))


def drop(session: Session, files: Sequence[str]) -> None:
    """Takes files away, rows and contents."""
    if files:
        _leave(session, files)
        session.connection().execute(delete(_files).where(_files.c.id.in_(files)))


def leave_those(session: Session, condition: ColumnElement[bool]) -> None:
    """Lets the contents of files go whose rows are about to be deleted."""
    _leave(session, list(session.scalars(select(FileRow.id).where(condition))))


def _leave(session: Session, files: Sequence[str]) -> None:
    if files:
        insert_new(session, FileLeftoverRow, [{"id": each} for each in files], ["id"], FileLeftoverRow.id)


async def leftovers(session: AsyncSession) -> list[str]:
    """Returns the ids of files whose contents have to go."""
    return list(await session.scalars(select(FileLeftoverRow.id).order_by(FileLeftoverRow.id)))


def is_gone(session: Session, file: str) -> None:
    """Keeps that a content is gone."""
    session.connection().execute(delete(_leftovers).where(_leftovers.c.id == file))


def sent_by(session: Session, address: str, journeys: Select[Any]) -> list[str]:
    """Returns the files with a content that a person sent on these journeys."""
    rows = session.scalars(select(FileRow).where(FileRow.journey_id.in_(journeys), FileRow.status.in_(ANSWERS)))
    return [row.id for row in rows if address_key(row.contact) == address_key(address)]


# Which files are used.


def named_in(answers: Mapping[str, Any]) -> Iterator[str]:
    """Yields the ids of the files that a form has as its answers."""
    for value in answers.values():
        file = StoredFile.parse(value)
        if file is not None:
            yield file.id


@dataclass(frozen=True, slots=True)
class FileUse:
    """A file, since when it is known to be unused, and whether it is used now."""

    file: str
    unused_since: int | None
    is_used: bool


async def uses(session: AsyncSession, after: str, received_before: float) -> list[FileUse]:
    """Returns whether files are used, from a place in the order of their ids: a batch, empty at the end."""
    query = (
        select(_files.c.id, _files.c.unused_since, _files.c.journey_id, JourneyRow.state["answers"].label("answers"))
        .join(JourneyRow, JourneyRow.id == _files.c.journey_id)
        .where(_files.c.id > after, _files.c.received_at < received_before)
        .where(_files.c.status.in_(HELD), _files.c.field != EVIDENCE)
    )
    rows = (await session.execute(query.order_by(_files.c.id).limit(_BATCH))).all()
    waiting = await _named_in_waiting_facts(session, {row.journey_id for row in rows})
    drafted = await _named_in_drafts(session, {row.journey_id for row in rows})
    used = {file for row in rows for answers in (row.answers or {}).values() for file in named_in(answers)}
    used |= waiting | drafted
    return [FileUse(row.id, row.unused_since, row.id in used) for row in rows]


async def _named_in_drafts(session: AsyncSession, journeys: Collection[str]) -> set[str]:
    drafts = await session.scalars(select(FormDraftRow.typed).where(FormDraftRow.journey_id.in_(journeys)))
    texts = (text for typed in drafts for each in typed.values() for text in each)
    return {file.id for text in texts if (file := StoredFile.parse(text)) is not None}


async def _named_in_waiting_facts(session: AsyncSession, journeys: Collection[str]) -> set[str]:
    customers = select(JourneyRow.customer_id).where(JourneyRow.id.in_(journeys))
    is_waiting = (FactRow.status == InboxStatus.PENDING, FactRow.kind == StepDone.kind)
    facts = await session.scalars(select(FactRow.data).where(*is_waiting, FactRow.customer_id.in_(customers)))
    return {file for data in facts for file in named_in(data.get("answers") or {})}


def mark_use(session: Session, seen: Sequence[FileUse], wall: float, keep_seconds: int) -> int:
    """Keeps since when files are unused, and drops those that have been for so long; returns how many."""
    over = [each.file for each in seen if _is_over(each, wall - keep_seconds)]
    newly = [each.file for each in seen if not each.is_used and each.unused_since is None]
    again = [each.file for each in seen if each.is_used and each.unused_since is not None]
    connection = session.connection()
    for files, since in ((newly, int(wall)), (again, None)):
        if files:
            connection.execute(update(_files).where(_files.c.id.in_(files)).values(unused_since=since))
    drop(session, over)
    return len(over)


def _is_over(use: FileUse, before: float) -> bool:
    return not use.is_used and use.unused_since is not None and use.unused_since < before


def kept_long_enough(session: Session, before: Instant) -> list[str]:
    """Returns files with a content that came in before an instant."""
    return list(session.scalars(select(FileRow.id).where(FileRow.at < before, FileRow.status.in_(ANSWERS))))
