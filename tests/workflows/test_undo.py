"""Undoing on Temporal's development server: mails wait through the loss of a worker, and endings begin again."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from milepost.channels.recorder import RecordingChannel
from milepost.intake.intake import Intake
from milepost.planner.written_facts import WrittenFact
from milepost.wire.journey import workflow_id
from tests.workflows.real_server import enrolled, has, intake_at, real_client
from tests.workflows.rig import LINKS, eventually
from worker import make_worker

GRACE = timedelta(seconds=6)
REAL_SPEED = 1 / 86_400
ANA = "ana.ruiz@vendor.example"


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def intake(sqlite_url: str, client: Client) -> AsyncIterator[Intake]:
    async with intake_at(sqlite_url, client, REAL_SPEED) as opened:
        yield opened


async def click(intake: Intake, **what: str) -> str:
    receipt = await intake.record_fact("acme", WrittenFact(**what), by=ANA, source="desk")
    return receipt.fact_id


async def test_a_mail_that_waits_is_sent_once_after_the_grace_though_its_worker_is_lost(
    client: Client, intake: Intake
) -> None:
    channel, store = RecordingChannel(), intake.context.store
    async with make_worker(client, store, channel, LINKS, grace=GRACE):
        journey = await enrolled(intake)
        before = time.time()
        await click(intake, step_done="kickoff", result="held")
        await eventually(has(intake, journey, "message_sent"))
    assert channel.attempts == []

    async with make_worker(client, store, channel, LINKS, grace=GRACE):

        async def is_out() -> bool:
            return bool(channel.delivered)

        await eventually(is_out, within=60)

    assert time.time() - before >= GRACE.total_seconds() - 1
    assert len(channel.delivered) == 1


async def test_what_is_undone_is_not_sent_and_told_again_it_is(client: Client, intake: Intake) -> None:
    channel, store = RecordingChannel(), intake.context.store
    async with make_worker(client, store, channel, LINKS, grace=GRACE):
        journey = await enrolled(intake)
        slip = await click(intake, step_done="kickoff", result="held")
        await eventually(has(intake, journey, "message_sent"))
        await intake.undo_fact("acme", slip, by=ANA)
        again = time.time()
        await click(intake, step_done="kickoff", result="held")

        async def is_out() -> bool:
            return bool(channel.delivered)

        await eventually(is_out, within=60)

    assert time.time() - again >= GRACE.total_seconds() - 1
    assert len(channel.delivered) == 1


async def test_an_ending_that_is_undone_runs_again(client: Client, intake: Intake) -> None:
    handle = client.get_workflow_handle(workflow_id("acme"))
    async with make_worker(client, intake.context.store, RecordingChannel(), LINKS, grace=GRACE):
        journey = await enrolled(intake)
        slip = await click(intake, ended="churned")
        await eventually(has(intake, journey, "journey_ended"))

        async def is_over() -> bool:
            return (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED

        await eventually(is_over)
        assert (await intake.undo_fact("acme", slip, by=ANA)).reached
        await click(intake, step_done="kickoff", result="held")
        await eventually(has(intake, journey, "step_done"))
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_what_is_undone_while_temporal_is_away_counts_once_it_is_back(
    client: Client, intake: Intake, sqlite_url: str
) -> None:
    channel, store = RecordingChannel(), intake.context.store
    async with make_worker(client, store, channel, LINKS, grace=timedelta(minutes=1)):
        journey = await enrolled(intake)
        slip = await click(intake, ended="churned")
        await eventually(has(intake, journey, "journey_ended"))

    away = Intake(store, None, intake.context.clock)
    assert not (await away.undo_fact("acme", slip, by=ANA)).reached

    async with make_worker(client, store, channel, LINKS, grace=timedelta(minutes=1)):
        await intake.sweeper.recover()
        await click(intake, step_done="kickoff", result="held")
        await eventually(has(intake, journey, "step_done"))
