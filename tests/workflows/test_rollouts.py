"""Rollouts on Temporal's development server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import Worker

from milepost.channels.recorder import RecordingChannel
from milepost.intake import rollouts
from milepost.intake.intake import Intake
from milepost.intake.rollouts import Pace
from milepost.store import rollouts as stored
from milepost.wire.rollout import workflow_id
from tests.workflows.real_server import intake_at, lines, real_client, rolled_out
from tests.workflows.rig import LINKS, eventually
from worker import make_worker

IDS = ["c1", "c2", "c3", "c4", "c5"]


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def intake(sqlite_url: str, client: Client) -> AsyncIterator[Intake]:
    async with intake_at(sqlite_url, client, days_a_second=0.01) as opened:
        yield opened


def worker_of(client: Client, intake: Intake) -> Worker:
    context = intake.context
    return make_worker(client, context.store, RecordingChannel(), LINKS, journey_clock=context.clock)


def counts_are(intake: Intake, number: int, **expected: int) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        async with intake.context.store.reading() as session:
            return (await stored.counts(session, [number]))[number] == expected

    return ask


async def test_another_worker_goes_on_with_a_rollout_that_one_has_begun(client: Client, intake: Intake) -> None:
    store = intake.context.store
    async with worker_of(client, intake):
        number = await rolled_out(intake, IDS, Pace(2, 60))
        await eventually(counts_are(intake, number, moved=2, waiting=3))

    async with worker_of(client, intake):
        await eventually(counts_are(intake, number, moved=5))

    for each in IDS:
        assert [line["kind"] for line in await lines(store, f"{each}/1")].count("map_changed") == 1


async def test_a_paused_rollout_ends_its_run_and_a_resumed_one_goes_on(client: Client, intake: Intake) -> None:
    async with worker_of(client, intake):
        number = await rolled_out(intake, IDS, Pace(2, 60))
        await eventually(counts_are(intake, number, moved=2, waiting=3))
        await rollouts.pause(intake.context, number)
        await client.get_workflow_handle(workflow_id(number)).result()
        assert await counts_are(intake, number, moved=2, waiting=3)()

        await rollouts.resume(intake.context, number)

        await eventually(counts_are(intake, number, moved=5))


async def test_a_rollout_that_temporal_has_lost_is_started_by_the_sweeper(client: Client, intake: Intake) -> None:
    async with worker_of(client, intake):
        number = await rolled_out(intake, IDS, Pace(2, 60))
        handle = client.get_workflow_handle(workflow_id(number))
        await handle.terminate("as if it were lost")
        assert (await handle.describe()).status == WorkflowExecutionStatus.TERMINATED

        await intake.sweeper.recover()

        await eventually(counts_are(intake, number, moved=5))
