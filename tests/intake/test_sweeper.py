from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from milepost.channels.protocol import TemporaryDeliveryError
from milepost.cli.temporal_runner import time_skipping_server
from milepost.intake.facts import FactStatus
from milepost.intake.intake import Intake
from milepost.intake.sweeper import SweepResult
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store import facts, journeys
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

    assert await rig.intake.sweeper.sweep() == SweepResult(sent=1, started=1)

    await rig.settled()
    assert (await rig.state()).steps["kickoff"].result == "held"
    assert await rig.intake.sweeper.sweep() == SweepResult()


async def test_a_fact_that_is_on_its_way_is_left_alone_for_a_while(rig: Rig) -> None:
    await rig.enrol()
    await away(rig).record_fact("acme", WrittenFact(set={"health": 60}))

    assert (await rig.intake.sweeper.sweep(every=5.0)).sent == 0
    rig.wall += 4.0
    assert (await rig.intake.sweeper.sweep(every=5.0)).sent == 0
    rig.wall += 1.0
    assert (await rig.intake.sweeper.sweep(every=5.0)).sent == 1


async def test_a_journey_that_temporal_has_lost_is_started_again_from_the_mirror(rig: Rig) -> None:
    await rig.enrol()
    await rig.pass_time(START + 3 * 86_400)
    await rig.handle.terminate("the cluster is gone")

    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))

    await rig.settled()
    kinds = await rig.kinds()
    assert kinds.count("journey_started") == 1
    assert kinds[-1] == "message_sent"


async def test_a_fact_for_a_journey_that_is_over_is_kept_and_not_told_again_and_again(rig: Rig) -> None:
    await rig.enrol()
    await away(rig).record_fact("acme", WrittenFact(id="late", set={"health": 60}))
    await rig.intake.record_fact("acme", WrittenFact(ended="sold"))
    await rig.handle.result()

    await rig.intake.sweeper.sweep()

    async with rig.store.reading() as session:
        statuses = {row.id: row.status for row in await facts.of_customer(session, "acme")}
    assert statuses["late"] == "kept"


async def test_a_new_journey_waits_until_the_last_messages_of_the_one_before_are_out(rig: Rig) -> None:
    rig.channel.fail_always(TemporaryDeliveryError("away", retry_after=0.1))
    await rig.enrol()
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.intake.record_fact("acme", WrittenFact(ended="sold"))
    await eventually(lambda: has_ended(rig))
    async with rig.store.transaction() as session:
        state = State.begin(CUSTOMER, "pilot", rig.version, rig.intake.now())
        rig.journey = (await journeys.begin(session, state)).id
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    assert (await rig.status()).journey == "acme/1"

    rig.channel.fail_always(None)
    await rig.handle.result()
    await rig.intake.sweeper.sweep()

    await rig.settled()
    assert (await rig.status()).journey == "acme/2"
    assert (await rig.state()).steps["kickoff"].status == "done"


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
