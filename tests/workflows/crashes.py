"""Crashes: an activity does its work, and nobody learns of it."""

from __future__ import annotations

from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor


class CrashAfter(Interceptor):
    """Fails an activity `times` times, after it has done everything; the first `spared` are let be."""

    def __init__(self, kind: str, times: int = 1, *, spared: int = 0) -> None:
        self.kind = kind
        self.times = times
        self.spared = spared
        self.crashed = 0

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Crashing(next, self)


class _Crashing(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, crash: CrashAfter) -> None:
        super().__init__(following)
        self._crash = crash

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        result = await super().execute_activity(input)
        if activity.info().activity_type != self._crash.kind:
            return result
        if self._crash.spared:
            self._crash.spared -= 1
        elif self._crash.crashed < self._crash.times:
            self._crash.crashed += 1
            raise ConnectionError("the worker died before it could say what it had done")
        return result
