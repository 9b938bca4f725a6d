from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from milepost.cli.temporal_runner import time_skipping_server
from milepost.store.database import Store, open_store
from tests.workflows.rig import Rig, rig_on


@pytest.fixture
async def server(real_server: None) -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's server with skipped time."""
    async with time_skipping_server() as started:
        yield started


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    """An open store on a fresh SQLite file."""
    opened = open_store(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def rig(server: WorkflowEnvironment, store: Store) -> AsyncIterator[Rig]:
    async with rig_on(server, store) as made:
        yield made
