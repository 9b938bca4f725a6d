"""Mail whose delivery was lost is found by the sweeper and delivered, on Temporal's development server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update
from temporalio.client import Client

from milepost.channels.recorder import RecordingChannel
from milepost.intake.intake import Intake
from milepost.planner.written_facts import WrittenFact
from milepost.store import messages
from milepost.store.messages import MessageStatus
from milepost.store.tables import MessageRow
from tests.workflows.real_server import enrolled, has, intake_at, real_client
from tests.workflows.rig import LINKS, eventually
from worker import make_worker

REAL_SPEED = 1 / 86_400
MAIL = "connect/1/opening/1"


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def intake(sqlite_url: str, client: Client) -> AsyncIterator[Intake]:
    async with intake_at(sqlite_url, client, REAL_SPEED) as opened:
        yield opened


async def test_a_mail_that_nobody_delivers_is_found_after_a_while_and_delivered_once(
    client: Client, intake: Intake
) -> None:
    channel, store = RecordingChannel(), intake.context.store
    async with make_worker(client, store, channel, LINKS):
        journey = await enrolled(intake)
        await intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"), source="desk")
        await eventually(has(intake, journey, "message_sent"))

        async def is_sent() -> bool:
            async with store.reading() as session:
                return (await messages.get(session, journey, MAIL)).status == MessageStatus.SENT

        await eventually(is_sent)
        assert await intake.sweeper.deliver_lost_mail() == 0
        async with store.transaction() as session:  # as if no delivery had ever been made
            as_new = {"status": MessageStatus.QUEUED, "sent_at": None, "tried_at": None, "at": MessageRow.at - 7300}
            await session.execute(update(MessageRow).where(MessageRow.message == MAIL).values(as_new))
        channel.delivered.clear()

        assert await intake.sweeper.deliver_lost_mail() == 1

        await eventually(is_sent)
        assert len(channel.delivered) == 1
        assert await intake.sweeper.deliver_lost_mail() == 0
