"""How long things may take, and what is said when they took too long."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, FailureError

ADVANCE_TIMEOUT = timedelta(seconds=30)
ADVANCE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))

DELIVERY_ATTEMPT_TIMEOUT = timedelta(minutes=2)
DELIVERY_RETRY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(hours=1))

HISTORIES = 10
"""After so many times the longest history, deliveries under way are started anew in the next run."""


def root_of(failed: ActivityError) -> str:
    """What really went wrong, in its own words: a timeout hides the last attempt's error."""
    cause: BaseException = failed
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return cause.message if isinstance(cause, FailureError) else str(cause)
