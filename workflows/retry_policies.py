"""How long things may take, how they are retried, and what is reported when they fail for good."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, FailureError

ADVANCE_TIMEOUT = timedelta(seconds=30)
ADVANCE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))

DELIVERY_ATTEMPT_TIMEOUT = timedelta(minutes=2)
DELIVERY_RETRY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(hours=1))

HISTORIES = 10
"""Past so many times the longest history, a run ends with deliveries under way; the next run starts them again."""


def root_of(failed: ActivityError) -> str:
    """The message of the error behind a failure: a timeout hides the error of the last attempt."""
    cause: BaseException = failed
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return cause.message if isinstance(cause, FailureError) else str(cause)
