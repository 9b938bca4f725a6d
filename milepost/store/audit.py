"""The audit: who changed what, when and why, of all that stands on no customer's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.audit_kinds import Kind
from milepost.planner.instants import Instant
from milepost.store.audit_tables import AuditRow
from milepost.store.keyset import Cursor, Page, Segment, read_page


@dataclass(frozen=True, slots=True)
class Entry:
    """A change to be recorded. `at` is of the wall clock; `by` is a `milepost.actor.actor`."""

    at: Instant
    by: str | None
    kind: Kind
    about: str | None = None
    why: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def record(session: Session | AsyncSession, entry: Entry) -> None:
    """Stores an entry, in the transaction of the change that it tells of."""
    values = {"at": entry.at, "by": entry.by, "kind": entry.kind, "about": entry.about, "why": entry.why}
    session.add(AuditRow(**values, details=dict(entry.details)))


async def listed(
    session: AsyncSession, limit: int, *, by: str | None = None, kind: Kind | None = None, cursor: Cursor | None = None
) -> Page:
    """Returns entries, the newest first; narrowed to who did it, or to what was done."""
    wanted: list[ColumnElement[bool]] = []
    if by is not None:
        wanted.append(AuditRow.by == by)
    if kind is not None:
        wanted.append(AuditRow.kind == kind)
    segment = Segment((AuditRow.number,), tuple(wanted), downwards=True)
    return await read_page(session, select(AuditRow), [segment], cursor, limit)
