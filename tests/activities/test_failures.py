"""What the log says, and Temporal learns, of an activity that fails because the database can't be used."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from temporalio import activity
from temporalio.client import ActivityFailureError, Client
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

from activities.failures import NamelessFailures
from milepost.store.errors import StoreUnwritableError
from tests.workflows.real_server import real_client


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@activity.defn
async def fail() -> None:
    raise StoreUnwritableError("'milepost.db'", "the disk is full")


async def test_it_is_one_line_that_says_why_without_a_traceback(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    queue = str(uuid.uuid4())
    with capture_logs() as logs:
        async with Worker(client, task_queue=queue, activities=[fail], interceptors=[NamelessFailures()]):
            handle = await client.start_activity(
                fail,
                id=queue,
                task_queue=queue,
                start_to_close_timeout=timedelta(seconds=9),
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
            with pytest.raises(ActivityFailureError):
                await handle.result()
    [line] = logs
    assert line["why"].startswith("Cannot write to the database 'milepost.db': the disk is full.")
    assert not [record for record in caplog.records if record.exc_info]
