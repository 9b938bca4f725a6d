"""Hand-overs that go on behind their page, on Temporal's development server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from milepost.channels.recorder import RecordingChannel
from milepost.intake import hand_over_runs
from milepost.intake.hand_over import HandOver
from milepost.intake.intake import Intake
from milepost.store import customers, hand_over_orders, hand_overs, timeline
from milepost.wire.hand_over import workflow_id
from tests.workflows.example import CUSTOMER, START
from tests.workflows.real_server import enrolled, intake_at, real_client
from tests.workflows.rig import LINKS, eventually
from worker import make_worker

COUNT, BATCH = 20, 5
ANA, BO = "ana@vendor.example", "bo@vendor.example"


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def intake(sqlite_url: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Intake]:
    """Ana looks after twenty customers, the first of whom has a journey."""
    monkeypatch.setattr(hand_over_runs, "BATCH", BATCH)
    async with intake_at(sqlite_url, client, days_a_second=0.01) as opened:
        async with opened.context.store.transaction() as session:
            many = [CUSTOMER.having(id=f"c{number:02}", team={"csm": ANA}) for number in range(COUNT)]
            await customers.save(session, many, START)
        yield opened


def worker_of(client: Client, intake: Intake) -> Worker:
    context = intake.context
    return make_worker(client, context.store, RecordingChannel(), LINKS, journey_clock=context.clock)


async def begun(intake: Intake) -> int:
    """A hand-over as the page begins it: written down, and a first batch done."""
    wish = HandOver(ANA, BO, customers=tuple(f"c{number:02}" for number in range(COUNT)))
    number = await hand_over_runs.order(intake.context, wish, form="form", by=ANA, source="desk")
    assert (await hand_over_runs.hand_over_next(intake.context, number)).moved == BATCH
    return number


def tells(intake: Intake, journey: str) -> Callable[[], Awaitable[bool]]:
    """Asks whether a journey has taken a hand-over in."""

    async def ask() -> bool:
        async with intake.context.store.reading() as session:
            return any(line.kind == "handed_over" for line in await timeline.of_journey(session, journey))

    return ask


async def is_whole(intake: Intake, number: int, journey: str) -> None:
    """Every customer has moved, once."""
    async with intake.context.store.reading() as session:
        assert (await hand_over_orders.get(session, number)).ended_at is not None
        assert (await hand_over_orders.progress(session, number)).parts == {"moved": COUNT}
        assert len(await session.run_sync(hand_overs.on_teams, BO)) == COUNT
        lines = await timeline.of_journey(session, journey)
    assert [line.kind for line in lines].count("handed_over") == 1


async def test_another_worker_goes_on_where_one_was_stopped(
    client: Client, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, reached, loop = hand_over_orders.still_left, asyncio.Event(), asyncio.get_running_loop()
    number = await begun(intake)

    def third_batch(session: object, order: int, chosen: list[str]) -> list[str]:
        if "c10" in chosen:
            loop.call_soon_threadsafe(reached.set)
            raise ConnectionError("the machine is gone")
        return real(session, order, chosen)  # type: ignore[arg-type]

    async with worker_of(client, intake):
        journey = await enrolled(intake, "c12")
        with monkeypatch.context() as patch:
            patch.setattr(hand_over_orders, "still_left", third_batch)
            await intake.context.journey_client.start_hand_over(number)
            await asyncio.wait_for(reached.wait(), 30)
    async with intake.context.store.reading() as session:
        assert (await hand_over_orders.progress(session, number)).left == COUNT - 2 * BATCH

    async with worker_of(client, intake):
        await client.get_workflow_handle(workflow_id(number)).result()
        await eventually(tells(intake, journey))

    await is_whole(intake, number, journey)


async def test_a_hand_over_whose_page_never_reached_temporal_is_started_by_the_sweeper(
    client: Client, intake: Intake
) -> None:
    async with worker_of(client, intake):
        journey = await enrolled(intake, "c19")
        number = await begun(intake)
        await intake.sweeper.recover()

        await client.get_workflow_handle(workflow_id(number)).result()
        await eventually(tells(intake, journey))
    await is_whole(intake, number, journey)


async def test_temporal_holds_nothing_of_a_hand_over_but_numbers(client: Client, intake: Intake) -> None:
    number = await begun(intake)
    async with worker_of(client, intake):
        await intake.context.journey_client.start_hand_over(number)
        handle = client.get_workflow_handle(workflow_id(number))
        await handle.result()

    history = (await handle.fetch_history()).to_json()
    for word in ("vendor.example", "c17", "Customer"):
        assert word not in history
