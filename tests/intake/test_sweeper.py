from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from temporalio.testing import WorkflowEnvironment

from milepost.channels.protocol import TemporaryDeliveryError
from milepost.cli.temporal_runner import time_skipping_server
from milepost.intake.facts import FactStatus
from milepost.intake.intake import Intake
from milepost.intake.sweeper import Sweeper
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, facts, journeys
from milepost.store.database import Store, open_store
from milepost.temporal.connection import TemporalAddress, connect
from tests.workflows.example import CUSTOMER, START
from tests.workflows.rig import Rig, eventually, rig_on


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def server(real_server: None) -> AsyncIterator[WorkflowEnvironment]:
    async with time_skipping_server() as started:
        yield started


@pytest.fixture
async def rig(server: WorkflowEnvironment, store: Store) -> AsyncIterator[Rig]:
    async with rig_on(server, store) as made:
        yield made


def away(rig: Rig) -> Intake:
    """The same installation, while Temporal is away."""
    return Intake(rig.store, None, rig.clock, wall=lambda: rig.wall)


async def test_what_was_said_while_temporal_was_away_is_told_when_it_is_back(rig: Rig) -> None:
    entered = await away(rig).enrol("acme")
    await away(rig).record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    rig.journey = getattr(entered, "journey", "")

    assert await rig.intake.sweeper.sweep() == 1

    await rig.settled()
    assert (await rig.state()).steps["kickoff"].result == "held"
    assert await rig.intake.sweeper.sweep() == 0


async def test_a_fact_that_has_just_come_in_is_left_alone_for_a_while(rig: Rig) -> None:
    await rig.enrol()
    await away(rig).record_fact("acme", WrittenFact(set={"health": 60}))

    assert await rig.intake.sweeper.sweep(grace=5.0) == 0
    rig.wall += 7.0
    assert await rig.intake.sweeper.sweep(grace=5.0) == 1


async def test_one_journey_that_stands_still_is_nudged_more_and_more_seldom_and_holds_up_no_other(rig: Rig) -> None:
    """Its workflow runs where nobody works, as if its worker hung."""
    stuck = Intake(rig.store, rig.server.client, rig.clock, wall=lambda: rig.wall, task_queue="nobody-works-here")
    async with rig.store.transaction() as session:
        await customers.save(session, [CUSTOMER.having(id=f"stuck{number}") for number in range(3)], START)
    for number in range(3):
        await stuck.enrol(f"stuck{number}")
        for health in range(40, 90):
            await away(rig).record_fact(f"stuck{number}", WrittenFact(set={"health": health}))
    await away(rig).enrol("acme")
    rig.journey = "acme/1"
    rig.wall += 60

    assert await rig.intake.sweeper.sweep(grace=5.0) == 4
    await rig.settled_alone()
    nudged = []
    for _ in range(200):
        rig.wall += 5
        nudged.append(await rig.intake.sweeper.sweep(grace=5.0))
    assert 3 * 4 <= sum(nudged) <= 3 * 9


async def test_after_a_long_time_without_temporal_journeys_are_nudged_at_once(rig: Rig) -> None:
    await rig.enrol()
    nobody = away(rig)
    await nobody.record_fact("acme", WrittenFact(set={"health": 60}))
    sweeper = Sweeper(replace(rig.intake.context, journey_client=nobody.context.journey_client))
    for _ in range(60):
        rig.wall += 5
        assert await sweeper.sweep(grace=5.0) == 0

    sweeper._context = rig.intake.context
    rig.wall += 5
    assert await sweeper.sweep(grace=5.0) == 1


async def test_a_journey_that_temporal_has_lost_is_started_again_by_the_next_fact(rig: Rig) -> None:
    await rig.enrol()
    await rig.pass_time(START + 3 * 86_400)
    await rig.handle.terminate("the cluster is gone")

    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))

    await rig.settled()
    kinds = await rig.kinds()
    assert kinds.count("journey_started") == 1
    assert kinds[-1] == "message_sent"


async def test_a_journey_that_temporal_has_lost_is_started_again_when_it_is_due(rig: Rig) -> None:
    await rig.enrol()
    await rig.handle.terminate("the cluster is gone")
    due = (await rig.row()).wake_at
    assert due is not None
    rig.wall = rig.clock.wall_of(due + 10)

    assert await rig.intake.sweeper.sweep(grace=5.0) == 1

    await eventually(rig.runs)


async def test_a_fact_that_waits_when_a_journey_ends_is_taken_and_not_nudged_again_and_again(rig: Rig) -> None:
    await rig.enrol()
    await away(rig).record_fact("acme", WrittenFact(id="late", set={"health": 60}))
    await rig.intake.record_fact("acme", WrittenFact(ended="sold"))
    await rig.handle.result()

    assert await rig.intake.sweeper.sweep() == 0
    async with rig.store.reading() as session:
        assert {row.status for row in await facts.of_customer(session, "acme")} == {"delivered"}


async def test_a_new_journey_begins_while_the_last_messages_of_the_one_before_are_on_their_way(rig: Rig) -> None:
    rig.channel.fail_always(TemporaryDeliveryError("away", retry_after=0.1))
    await rig.enrol()
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.settled()
    await rig.intake.record_fact("acme", WrittenFact(ended="sold"))
    await eventually(lambda: has_ended(rig))
    async with rig.store.transaction() as session:
        state = State.begin(CUSTOMER, "pilot", rig.version, rig.intake.now())
        rig.journey = (await journeys.begin(session, state)).id
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))

    await rig.settled()
    assert (await rig.status()).journey == "acme/2"
    assert (await rig.state()).steps["kickoff"].status == "done"
    rig.channel.fail_always(None)

    async def both_are_out() -> bool:
        await rig.server.sleep(10)
        return {message.journey for message in rig.channel.delivered} == {"acme/1", "acme/2"}

    await eventually(both_are_out)


async def has_ended(rig: Rig) -> bool:
    async with rig.store.reading() as session:
        return (await journeys.get(session, rig.journey)).ended_at is not None


async def test_a_customer_comes_back_in_a_journey_of_its_own(rig: Rig) -> None:
    await rig.enrol()
    await rig.intake.record_fact("acme", WrittenFact(ended="sold"))
    await rig.handle.result()
    await rig.pass_time(START + 30 * 86_400)

    await rig.enrol()

    assert rig.journey == "acme/2"
    assert (await rig.status()).journey == "acme/2"


async def test_a_server_that_does_not_answer_counts_as_away(store: Store, rig: Rig) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{taken.getsockname()[1]}"
        client = await connect(TemporalAddress(address=nobody, namespace="default"), lazy=True)
        intake = Intake(store, client, rig.clock, wall=lambda: rig.wall)
        await rig.enrol()

        told = await intake.record_fact("acme", WrittenFact(set={"health": 60}))

    assert told.status is FactStatus.PENDING
