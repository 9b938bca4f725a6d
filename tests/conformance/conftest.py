from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from milepost.cli.temporal_runner import time_skipping_server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(real_server: None) -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's server with skipped time, one for all scenarios: they come one after the other and share its clock."""
    async with time_skipping_server() as started:
        yield started
