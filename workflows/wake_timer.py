"""The one timer of a journey."""

from __future__ import annotations

import asyncio

from temporalio import workflow

SHORTEST = 0.001  # seconds; Temporal's timers count milliseconds
LONGEST = 365 * 86_400.0  # seconds; for anything further ahead it wakes up once a year


class WakeTimer:
    """One timer, re-armed only for an earlier time: an early wake-up is cheaper than a cancelled timer."""

    def __init__(self) -> None:
        self._at: float | None = None
        self._sleeping: asyncio.Task[None] | None = None
        self.rang = False

    def set(self, at: float | None) -> None:
        """Wake up by `at`, wall clock in seconds since 1970; None: there is nothing to wake up for."""
        self.rang = False
        if at is None or (self._at is not None and self._at <= at):
            return
        if self._sleeping is not None:
            self._sleeping.cancel()
        self._at = at
        self._sleeping = asyncio.create_task(self._ring_at(at))

    def stop(self) -> None:
        if self._sleeping is not None:
            self._sleeping.cancel()

    async def _ring_at(self, at: float) -> None:
        await asyncio.sleep(min(max(at - workflow.time(), SHORTEST), LONGEST))
        self._at = None
        self._sleeping = None
        self.rang = True
