"""Facts put into the inbox of a journey, past the intake's checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.instants import Instant
from milepost.store import inbox
from milepost.store.inbox import NewFact, RecordedFact


async def put(
    session: AsyncSession,
    customer: str,
    fact: Mapping[str, Any],
    now: Instant,
    *,
    source: str = "api",
    received_at: Instant | None = None,
    journey: str | None = None,
) -> RecordedFact:
    """Records a fact as of `now`, as the intake does; with `journey` for that one, though it may have ended."""

    def record(blocking: Session) -> RecordedFact:
        recipient = inbox.recipients(blocking, [customer])[customer]
        if journey is not None:
            recipient = replace(recipient, journey=journey)
        new = NewFact(recipient, inbox.checked(fact, now), source)
        return inbox.record(blocking, [new], now, received_at=received_at)[0]

    return await session.run_sync(record)
