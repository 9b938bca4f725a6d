"""The one timer of a journey."""

from __future__ import annotations

import asyncio

from temporalio import workflow

SHORTEST = 0.001  # seconds; Temporal's timers count milliseconds
LONGEST = 365 * 86_400.0  # seconds; what is further ahead is looked at once a year


class WakeTimer:
    """Rings at a time or before it. It is set anew only for an earlier time: ringing too early costs less."""

    def __init__(self) -> None:
        self._at: float | None = None
        self._sleeping: asyncio.Task[None] | None = None
        self.rang = False

    def set(self, at: float | None) -> None:
        """Ring by `at`, wall clock in seconds since 1970; None: there is nothing to ring for."""
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
