"""Open journeys run again, whatever Temporal has lost: its whole file, or the code of Milepost's first version."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from milepost.channels.recorder import RecordingChannel
from milepost.intake.intake import Intake
from milepost.intake.recovery import Recovery, is_needed, recover
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, journeys
from milepost.store.database import Store, open_store
from milepost.wire.journey import FIRST_JOURNEY, TASK_QUEUE, workflow_id
from tests.inbox import put
from tests.workflows.example import CUSTOMER, START
from tests.workflows.real_server import enrolled, has, intake_at, lines, real_client, simulated
from tests.workflows.rig import LINKS, eventually
from worker import make_worker

OLD_HISTORY = Path(__file__).parents[1] / "histories" / "first_version" / "past_its_timers.json"


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with open_store(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def intake(sqlite_url: str, client: Client) -> AsyncIterator[Intake]:
    async with intake_at(sqlite_url, client) as opened:
        yield opened


async def run_of(client: Client, customer: str = "acme") -> tuple[str, WorkflowExecutionStatus | None]:
    described = await client.get_workflow_handle(workflow_id(customer)).describe()
    return described.workflow_type, described.status


async def test_with_another_temporal_every_open_journey_goes_on_and_no_message_is_sent_twice(
    client: Client, intake: Intake
) -> None:
    store, channel = intake.context.store, RecordingChannel()
    async with store.transaction() as session:
        await customers.save(session, [CUSTOMER.having(id=name) for name in ("bolt", "crown")], START)
    async with make_worker(client, store, channel, LINKS):
        for customer in ("acme", "bolt", "crown"):
            await enrolled(intake, customer)
            await intake.record_fact(customer, WrittenFact(step_done="kickoff", result="held"))
        for customer in ("acme", "bolt", "crown"):
            await eventually(has(intake, f"{customer}/1", "message_sent"))

        async def all_are_out() -> bool:
            return len(channel.delivered) >= 3

        await eventually(all_are_out)
        await intake.record_fact("crown", WrittenFact(ended="sold"))
        await eventually(has(intake, "crown/1", "journey_ended"))

    async with real_client() as other:
        again = Intake(store, other, intake.context.clock)
        async with make_worker(other, store, channel, LINKS):
            assert await is_needed(again.context)
            assert await recover(again.context) == Recovery(open=2, started=2, missing=0, ended=0)
            for customer in ("acme", "bolt"):
                await again.record_fact(customer, WrittenFact(event="connected"))
                await eventually(has(again, f"{customer}/1", "outcome_asked"))
                assert await lines(store, f"{customer}/1") == await simulated(again, f"{customer}/1")

            async def all_run() -> bool:
                return await again.context.journey_client.running() == {"acme", "bolt"}

            await eventually(all_run)
            assert not await is_needed(again.context)
            assert await recover(again.context) == Recovery(open=2, started=0, missing=0, ended=0)
    openings = [message for message in channel.delivered if message.message == "connect/1/opening/1"]
    assert len(openings) == 3


async def test_without_temporal_a_recovery_says_what_is_missing(intake: Intake) -> None:
    await enrolled(intake)
    away = Intake(intake.context.store, None, intake.context.clock)

    assert await recover(away.context) == Recovery(open=1, started=0, missing=1, ended=0)


async def test_a_running_journey_of_the_first_version_is_carried_over(client: Client, intake: Intake) -> None:
    """Its run stands in Temporal as recorded: with its state, and with facts that it was sent and had not taken in."""
    store = intake.context.store
    started, signals = _recorded(OLD_HISTORY)
    async with store.transaction() as session:
        version = (await intake.context.compiled_maps.current())[0].version
        await journeys.begin(session, State.begin(CUSTOMER, "pilot", version, intake.now()))
        fact = {**signals[0]["fact"], "id": "sent-and-not-taken"}
        await put(session, "acme", fact, intake.now())
    old = await client.start_workflow(FIRST_JOURNEY, started, id=workflow_id("acme"), task_queue=TASK_QUEUE)
    for signal in signals:
        await old.signal("take_fact", signal)

    async def found() -> bool:
        return (await client.count_workflows(f"WorkflowType = '{FIRST_JOURNEY}'")).count == 1

    await eventually(found)
    async with make_worker(client, store, RecordingChannel(), LINKS):
        assert await recover(intake.context) == Recovery(open=1, started=1, missing=0, ended=1)
        await eventually(has(intake, "acme/1", "step_done"))

    assert await run_of(client) == ("Journey", WorkflowExecutionStatus.RUNNING)
    first_run = client.get_workflow_handle(old.id, run_id=old.first_execution_run_id)
    assert (await first_run.describe()).status is WorkflowExecutionStatus.TERMINATED
    assert await lines(store, "acme/1") == await simulated(intake, "acme/1")


def _recorded(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The input of a recorded run, and the signals that it got."""
    events = json.loads(path.read_text())["events"]
    started = events[0]["workflowExecutionStartedEventAttributes"]["input"]
    signals = [
        _value(event["workflowExecutionSignaledEventAttributes"]["input"])
        for event in events
        if "workflowExecutionSignaledEventAttributes" in event
    ]
    return _value(started), signals


def _value(payloads: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(base64.b64decode(payloads["payloads"][0]["data"]))
    return value
