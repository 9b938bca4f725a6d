"""How long things may take, and how they are retried."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy

ADVANCE_TIMEOUT = timedelta(seconds=60)
ADVANCE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))

DELIVERY_ATTEMPT_TIMEOUT = timedelta(minutes=2)
DELIVERY_HEARTBEAT_TIMEOUT = timedelta(seconds=30)
DELIVERY_RETRY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(hours=1))

BATCH_TIMEOUT = timedelta(minutes=5)
BATCH_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))

IMPORT_TIMEOUT = timedelta(hours=12)
IMPORT_HEARTBEAT_TIMEOUT = timedelta(seconds=30)
"""A batch of rows, or a workbook that is opened, takes seconds; a worker that was killed is missed after this."""

RUNS = 10
"""Past so many times the advances of a run it ends with deliveries under way; the next run starts them again."""

_BLOCKED_FIRST = timedelta(minutes=1).total_seconds()
_BLOCKED_LONGEST = timedelta(hours=6).total_seconds()


def blocked_for(times: int) -> float:
    """Seconds until a journey that couldn't be planned `times` times in a row is tried again by itself.

    A version or a worker that can plan it nudges it, so that trying often would only fill its history.
    """
    return min(_BLOCKED_FIRST * 2.0 ** min(times - 1, 20), _BLOCKED_LONGEST)
