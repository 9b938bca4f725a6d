"""On Temporal's development server, in real time, with journeys that live a few days a second."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.client import Client

from milepost.channels.recorder import RecordingChannel
from milepost.intake.intake import Intake
from milepost.planner.written_facts import WrittenFact
from milepost.settings import load
from tests.workflows.real_server import enrolled, has, intake_at, lines, real_client, simulated
from tests.workflows.rig import LINKS, eventually
from worker import is_at_work, make_worker

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def intake(sqlite_url: str, client: Client) -> AsyncIterator[Intake]:
    async with intake_at(sqlite_url, client) as opened:
        yield opened


async def test_a_journey_in_real_time_writes_what_the_planner_makes_of_its_facts(
    client: Client, intake: Intake
) -> None:
    async with make_worker(client, intake.context.store, RecordingChannel(), LINKS):
        journey = await enrolled(intake)
        await eventually(has(intake, journey, "step_overdue"))
        await intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await eventually(has(intake, journey, "message_sent"))
        await intake.record_fact("acme", WrittenFact(event="connected"))
        await eventually(has(intake, journey, "outcome_silent"))
        await intake.record_fact("acme", WrittenFact(ended="merged"))
        await eventually(has(intake, journey, "journey_ended"))

    assert await lines(intake.context.store, journey) == await simulated(intake, journey)


async def test_facts_that_come_while_no_worker_runs_are_taken_in_by_the_next(client: Client, intake: Intake) -> None:
    store = intake.context.store
    async with make_worker(client, store, RecordingChannel(), LINKS):
        journey = await enrolled(intake)
        await eventually(has(intake, journey, "step_opened"))
    told_meanwhile = await intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    assert told_meanwhile.delivered

    async with make_worker(client, store, RecordingChannel(), LINKS):
        await eventually(has(intake, journey, "message_sent"))

    assert await lines(store, journey) == await simulated(intake, journey)


async def test_operations_can_search_journeys_by_map_stage_and_open_risk(client: Client, intake: Intake) -> None:
    async with make_worker(client, intake.context.store, RecordingChannel(), LINKS):
        await enrolled(intake)
        await intake.record_fact("acme", WrittenFact(set={"health": 10}))

        async def found() -> bool:
            query = "MilepostMap = 'pilot' AND MilepostStage = 'start' AND MilepostRisk = true"
            return (await client.count_workflows(query)).count == 1

        await eventually(found)


async def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    client: Client, intake: Intake, sqlite_url: str, tmp_path: Path
) -> None:
    environment = {
        "MILEPOST_DATA": str(tmp_path / "data"),
        "MILEPOST_DATABASE_URL": sqlite_url,
        "MILEPOST_TEMPORAL_ADDRESS": client.service_client.config.target_host,
    }
    settings = load(
        data=tmp_path / "data", database_url=sqlite_url, temporal_address=environment["MILEPOST_TEMPORAL_ADDRESS"]
    )
    async with worker_process(environment) as first:
        await eventually(lambda: is_at_work(settings), within=40.0)
        journey = await enrolled(intake)
        for health in range(60, 65):
            await intake.record_fact("acme", WrittenFact(set={"health": health}))
        first.send_signal(signal.SIGKILL)
        await first.wait()
    await intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))

    async with worker_process(environment) as second:
        await eventually(has(intake, journey, "message_sent"), within=40.0)
        second.send_signal(signal.SIGTERM)
        assert await second.wait() == 0

    assert await lines(intake.context.store, journey) == await simulated(intake, journey)


@asynccontextmanager
async def worker_process(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "worker.py",
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
