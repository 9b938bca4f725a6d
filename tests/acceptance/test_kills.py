"""`kill -9` of everything in the middle of the sample: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import pytest
from sqlalchemy import select
from temporalio.client import Client

from milepost.customer import Customer
from milepost.demo.clock import BEGINS
from milepost.devserver.data_folder import owner_of
from milepost.store.database import Store, open_store
from milepost.store.tables import FactRow, JourneyRow, MessageRow
from milepost.temporal.connection import TemporalAddress, connect
from milepost.wire.journey import STATUS, JourneyReport, workflow_id
from tests.acceptance.equality import hold
from tests.acceptance.up_process import Teller, Up

TOLD_OF = ["aldermoor-foods", "corrigan-freight", "moosbach-pumpen", "tatra-okna"]
KILLS = [
    (150, ["worker"]),
    (300, ["temporal"]),
    (450, ["web"]),
    (600, ["worker"]),
    (750, ["temporal", "worker", "web"]),
]
"""After how many lines of all timelines what is killed."""
DAY = 86_400


@pytest.mark.timeout(170)
async def test_kill_9_of_everything_in_the_middle_of_the_sample_loses_and_doubles_nothing(
    start: Callable[..., Up], book: dict[str, Customer]
) -> None:
    promised = _run_and_kill(start("--sample", "--speed", "3"))
    again = start("--sample", "--speed", "3")
    store = open_store(f"sqlite:///{again.folder / 'milepost.db'}")
    try:
        again.until(again.web)
        stood = again.count("timeline")
        last = again.latest("timeline", "at")
        again.until(lambda: again.count("timeline") > stood + 100 and not again.count("facts", "status = 'pending'"))
        assert again.latest("facts", "at") - last < 90 * DAY, "journey time stood still in between"
        owner = owner_of(again.folder)
        assert owner is not None
        client = await connect(TemporalAddress(address=owner.listens["temporal"], alone=True))
        await _nothing_is_lost(store, client, promised)
        again.process.send_signal(signal.SIGINT)
        assert again.wait(within=40) == 0
        assert "not accounted for" not in again.output
        await _nothing_is_doubled(store, book)
    finally:
        await store.close()


def _run_and_kill(up: Up) -> dict[str, str]:
    """Let it run, kill everything at different moments, and at last `up` itself; the facts that it promised to keep."""
    up.until(lambda: up.count("timeline") > 50)
    teller = Teller(up, TOLD_OF)
    for lines, programs in KILLS:
        up.until(lambda lines=lines: teller.tell() or up.count("timeline") > lines)
        for program in programs:
            up.kill(program)
    up.until(lambda: teller.tell() or up.count("timeline") > 950)
    up.process.kill()
    up.process.wait()
    teller.close()
    assert len(teller.promised) > 50
    assert up.latest("timeline", "at") > BEGINS
    return teller.promised


async def _nothing_is_lost(store: Store, client: Client, promised: dict[str, str]) -> None:
    async with store.reading() as session:
        facts = list(await session.scalars(select(FactRow)))
        failed = list(await session.scalars(select(MessageRow).where(MessageRow.status == "failed")))
    kept = {(fact.customer_id, fact.id) for fact in facts}
    assert {(customer, fact) for fact, customer in promised.items()} <= kept
    assert not failed
    async with asyncio.timeout(30):
        while await _forgotten(store, client):  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.5)


async def _forgotten(store: Store, client: Client) -> set[tuple[str, str]]:
    """Messages that are neither out nor in the hands of their journey, and facts that no journey has taken in.

    What a killed worker had in hand is tried again when its time is over: two minutes.
    """
    queued = await _unfinished(store)
    in_hand = set()
    for row in await _running(store):
        in_hand |= await _in_hand(store, client, row)
    return (queued - in_hand) & await _unfinished(store)


async def _running(store: Store) -> list[JourneyRow]:
    async with store.reading() as session:
        return list(await session.scalars(select(JourneyRow).where(JourneyRow.ended_at.is_(None))))


async def _in_hand(store: Store, client: Client, row: JourneyRow) -> set[tuple[str, str]]:
    """The messages that a journey is about to send. It may have ended since its row was read: the row says so too."""
    status = await _status(client, row)
    if (status.journey, status.ended) == (row.id, False):
        return {(row.id, message) for message in status.in_flight}
    assert row.id not in {still.id for still in await _running(store)}, f"{row.id} runs, but its workflow has ended"
    return set()


async def _unfinished(store: Store) -> set[tuple[str, str]]:
    async with store.reading() as session:
        queued = await session.execute(
            select(MessageRow.journey_id, MessageRow.message).where(MessageRow.status == "queued")
        )
        pending = await session.execute(select(FactRow.customer_id, FactRow.id).where(FactRow.status == "pending"))
        return {tuple(row) for row in (*queued, *pending)}


async def _status(client: Client, row: JourneyRow) -> JourneyReport:
    handle = client.get_workflow_handle(workflow_id(row.customer_id))
    status: JourneyReport = await handle.query(STATUS, result_type=JourneyReport)
    return status


async def _nothing_is_doubled(store: Store, book: dict[str, Customer]) -> None:
    held = await hold(store, book)
    assert len(held) == 38
    for journey in held:
        assert journey.written == journey.simulated, journey.journey
        assert journey.tasks == journey.simulated_tasks, journey.journey
        assert journey.messages == journey.sent, journey.journey
