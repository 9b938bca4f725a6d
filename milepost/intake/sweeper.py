"""The sweeper: sends facts that couldn't be sent, and starts journeys that couldn't be started.

Any number of processes may sweep; everything it does may be repeated safely.
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
INTERVAL = 5.0  # seconds
MAX_INTERVAL = 600.0  # seconds between two attempts to send the same fact


@dataclass(frozen=True, slots=True)
class SweepResult:
    """The number of facts that one round sent, and of journeys that it started."""

    sent: int = 0
    started: int = 0


class Sweeper:
    """Sweeps in rounds. It waits longer and longer to send a fact again, so that a stuck journey isn't flooded."""

    def __init__(self, context: IntakeContext) -> None:
        self._context = context
        self._next: dict[tuple[str, str], tuple[float, float]] = {}

    async def run(self, every: float = INTERVAL) -> None:
        """Sweeps until cancelled."""
        while True:
            try:
                await self.sweep(every)
            except SQLAlchemyError as error:
                log.warning("sweeping failed, the database is away", why=str(error))
            await asyncio.sleep(every)

    async def sweep(self, every: float = 0.0) -> SweepResult:
        """Sweeps one round. A fact is left alone for `every` seconds after it was first seen: it may be on its way."""
        started = await self._start_journeys()
        return SweepResult(await self._send_facts(every), started)

    async def _start_journeys(self) -> int:
        waiting = select(JourneyRow).where(JourneyRow.ended_at.is_(None), JourneyRow.revision == 0)
        async with self._context.store.reading() as session:
            rows = list(await session.scalars(waiting.order_by(JourneyRow.id)))
        started = 0
        for row in rows:
            if not await self._context.journey_client.start(row, self._context.wall()):
                break
            started += 1
        return started

    async def _send_facts(self, every: float) -> int:
        async with self._context.store.reading() as session:
            pending = await facts.pending(session)
        keys = {(row.customer_id, row.id) for row in pending}
        self._next = {key: when for key, when in self._next.items() if key in keys}
        sent = 0
        for row in pending:
            if row.journey_id is None or not self._is_time(row, every):
                continue
            result = await self._context.journey_client.send_fact(
                row.journey_id, row.customer_id, row.data, self._context.wall()
            )
            if result is SignalResult.AWAY:
                break
            sent += 1
        return sent

    def _is_time(self, row: FactRow, every: float) -> bool:
        key, now = (row.customer_id, row.id), self._context.wall()
        at, pause = self._next.get(key, (now + every, every))
        if now < at:
            self._next[key] = (at, pause)
            return False
        pause = min(max(pause, INTERVAL) * 2, MAX_INTERVAL)
        self._next[key] = (now + pause, pause)
        return True
