"""Task queues as Temporal describes them: who asks for work, and, by that, what time it is on the server."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, PollWorkflowTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

SEEN_WITHIN = timedelta(seconds=90)
"""Whoever asked for work in that time is there: a poll lasts a minute."""
_CLOCK_QUEUE = "milepost-clock"
_POLL = timedelta(seconds=10)
_TRIES = 30
_PAUSE = 0.1  # seconds


async def pollers(client: Client, task_queue: str) -> list[PollerInfo]:
    """Returns who has asked for workflow tasks in the last minutes, and when, on the server's clock.

    Raises:
        RPCError: Temporal doesn't answer.
    """
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    return list((await client.workflow_service.describe_task_queue(request)).pollers)


async def clock_offset(client: Client) -> float | None:
    """Returns by how many seconds the server's clock is ahead of this machine's; None if it can't be told.

    Temporal's API never says what time it is. So this asks for work in a queue that never has any, and reads when the
    server says that it was asked.

    Raises:
        RPCError: Temporal doesn't answer.
    """
    identity = f"clock-{time.time_ns()}"
    request = PollWorkflowTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=_CLOCK_QUEUE), identity=identity
    )
    before = time.time()
    poll = asyncio.create_task(client.workflow_service.poll_workflow_task_queue(request, timeout=_POLL))
    try:
        for _ in range(_TRIES):
            await asyncio.sleep(_PAUSE)
            mine = [each for each in await pollers(client, _CLOCK_QUEUE) if each.identity == identity]
            if mine:
                return _outside(mine[0].last_access_time.ToNanoseconds() / 1e9, before, time.time())
        return None
    finally:
        poll.cancel()
        with suppress(asyncio.CancelledError, RPCError):
            await poll


def _outside(instant: float, earliest: float, latest: float) -> float:
    """By how much an instant lies after (or, negative, before) the time in which it must have been."""
    return max(instant - latest, 0.0) + min(instant - earliest, 0.0)
