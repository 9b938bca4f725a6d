"""On Temporal's development server, in real time, with journeys that live a few days a second."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import sysconfig
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from milepost.channels.recorder import RecordingChannel
from milepost.intake.enrolment import Enrolment
from milepost.intake.intake import Intake
from milepost.planner import facts as told
from milepost.planner.clock import JourneyClock
from milepost.planner.written_facts import WrittenFact
from milepost.settings import load
from milepost.store import clock, customers, facts, journeys, maps, timeline
from milepost.store.database import Store, open_store
from milepost.temporal.connection import data_converter
from milepost.wire.search_attributes import ALL
from tests.simulation import simulate
from tests.workflows.example import CUSTOMER, FILES, START
from tests.workflows.rig import LINKS, eventually
from worker import is_at_work, make_worker

DAYS_A_SECOND = 10
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    server = await WorkflowEnvironment.start_local(
        data_converter=data_converter(),
        search_attributes=ALL,
        dev_server_existing_path=str(Path(sysconfig.get_path("scripts")) / "temporal"),
        dev_server_log_level="never",
    )
    async with server:
        yield server.client


@pytest.fixture
async def intake(sqlite_url: str, client: Client) -> AsyncIterator[Intake]:
    """A door to a store in which the example's map is published and ten days pass a second."""
    store = open_store(sqlite_url)
    runs = JourneyClock(time.time(), START, DAYS_A_SECOND * 86_400.0)
    async with store.transaction() as session:
        await clock.write(session, runs)
        await maps.publish(session, "pilot", "Pilot customers", FILES, START)
        await customers.save(session, [CUSTOMER], START)
    yield Intake(store, client, runs)
    await store.close()


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


async def enrolled(intake: Intake) -> str:
    entered = await intake.enrol("acme")
    assert isinstance(entered, Enrolment)
    assert entered.started
    return entered.journey


def has(intake: Intake, journey: str, kind: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return kind in [line["kind"] for line in await lines(intake.context.store, journey)]

    return ask


async def lines(store: Store, journey: str) -> list[dict[str, object]]:
    async with store.reading() as session:
        return [timeline.entry_of(row).to_json() for row in await timeline.of_journey(session, journey)]


async def simulated(intake: Intake, journey: str) -> list[dict[str, object]]:
    """What the planner alone makes of the same facts, up to where the journey has come."""
    async with intake.context.store.reading() as session:
        row = await journeys.get(session, journey)
        known = [told.from_json(fact.data) for fact in await facts.of_customer(session, "acme")][::-1]
    compiled_map = await intake.context.compiled_maps.of(row.version)
    run = simulate(compiled_map, CUSTOMER, row.started_at, known, row.clock)
    return [entry.to_json() for entry in run.timeline]
