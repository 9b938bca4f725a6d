"""The sweeper: tells journeys what they could not be told, and starts those that could not be started.

Any number of processes may sweep; whatever it does may be done twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from milepost.intake.context import IntakeContext
from milepost.intake.journey_client import SignalResult
from milepost.store import facts
from milepost.store.tables import FactRow, JourneyRow

log = structlog.get_logger()
EVERY = 5.0  # seconds
AT_MOST_EVERY = 600.0  # seconds between two attempts to tell the same fact


@dataclass(frozen=True, slots=True)
class Swept:
    """What one round did."""

    told: int = 0
    started: int = 0


class Sweeper:
    """Goes round again and again. A fact is told again more and more seldom: a journey that is stuck is not flooded."""

    def __init__(self, context: IntakeContext) -> None:
        self._house = context
        self._next: dict[tuple[str, str], tuple[float, float]] = {}

    async def run(self, every: float = EVERY) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep(every)
            except SQLAlchemyError as error:
                log.warning("sweeping failed, the database is away", why=str(error))
            await asyncio.sleep(every)

    async def sweep(self, every: float = 0.0) -> Swept:
        """One round. A fact is left alone for `every` seconds after it was first seen: it may be on its way."""
        started = await self._start_journeys()
        return Swept(await self._tell_facts(every), started)

    async def _start_journeys(self) -> int:
        waiting = select(JourneyRow).where(JourneyRow.ended_at.is_(None), JourneyRow.revision == 0)
        async with self._house.store.reading() as session:
            rows = list(await session.scalars(waiting.order_by(JourneyRow.id)))
        started = 0
        for row in rows:
            if not await self._house.journey_client.start(row, self._house.wall()):
                break
            started += 1
        return started

    async def _tell_facts(self, every: float) -> int:
        async with self._house.store.reading() as session:
            pending = await facts.pending(session)
        keys = {(row.customer_id, row.id) for row in pending}
        self._next = {key: when for key, when in self._next.items() if key in keys}
        told = 0
        for row in pending:
            if row.journey_id is None or not self._is_time(row, every):
                continue
            reached = await self._house.journey_client.tell(
                row.journey_id, row.customer_id, row.data, self._house.wall()
            )
            if reached is SignalResult.AWAY:
                break
            told += 1
        return told

    def _is_time(self, row: FactRow, every: float) -> bool:
        key, now = (row.customer_id, row.id), self._house.wall()
        at, pause = self._next.get(key, (now + every, every))
        if now < at:
            self._next[key] = (at, pause)
            return False
        pause = min(max(pause, EVERY) * 2, AT_MOST_EVERY)
        self._next[key] = (now + pause, pause)
        return True
