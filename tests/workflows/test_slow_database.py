"""A database that stands still, and workers that come back late: journeys go on, and their histories replay."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from milepost.channels.recorder import RecordingChannel
from milepost.intake.intake import Intake
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers
from milepost.wire.journey import workflow_id
from tests.workflows.example import CUSTOMER, START
from tests.workflows.real_server import LOCKED, enrolled, has, intake_at, lines, locked, real_client, simulated
from tests.workflows.rig import LINKS, eventually
from tests.workflows.sandbox import sandboxed
from worker import make_worker
from workflows.customer_journey import CustomerJourney

DAYS_A_SECOND = 0.25
CUSTOMERS = ["acme", "bolt", "crown"]


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def intake(sqlite_url: str, client: Client) -> AsyncIterator[Intake]:
    async with intake_at(sqlite_url, client, DAYS_A_SECOND) as opened:
        yield opened


async def test_a_database_that_is_locked_over_two_due_times_and_a_new_worker_kill_no_journey(
    client: Client, intake: Intake, sqlite_url: str
) -> None:
    store = intake.context.store
    async with store.transaction() as session:
        await customers.save(session, [CUSTOMER.having(id=name) for name in CUSTOMERS], START)
    async with make_worker(client, store, RecordingChannel(), LINKS):
        journeys = [await enrolled(intake, name) for name in CUSTOMERS]
        for journey in journeys:
            await eventually(has(intake, journey, "step_opened"))
        with locked(sqlite_url):
            await asyncio.sleep(LOCKED)
        for journey in journeys:
            await eventually(has(intake, journey, "step_escalated"))

    async with make_worker(client, store, RecordingChannel(), LINKS):
        for name, journey in zip(CUSTOMERS, journeys, strict=True):
            await intake.record_fact(name, WrittenFact(step_done="kickoff", result="held"))
            await eventually(has(intake, journey, "step_done"))
            assert await lines(store, journey) == await simulated(intake, journey)

    histories = [await client.get_workflow_handle(workflow_id(name)).fetch_history() for name in CUSTOMERS]
    assert any(_beats(history) for history in histories), "no workflow task lasted long enough to beat"
    replayer = Replayer(
        workflows=[CustomerJourney], workflow_runner=sandboxed(), data_converter=pydantic_data_converter
    )
    for history in histories:
        await replayer.replay_workflow(history)


def _beats(history: WorkflowHistory) -> bool:
    """Tells whether a workflow task was completed only to begin another one: a heartbeat."""
    kinds = [event.event_type for event in history.events]
    completed, scheduled = 7, 5  # EVENT_TYPE_WORKFLOW_TASK_COMPLETED, _SCHEDULED
    return any(pair == (completed, scheduled) for pair in itertools.pairwise(kinds))
