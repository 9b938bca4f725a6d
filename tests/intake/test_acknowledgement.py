"""What a journey made of a fact is found where it says so: in the store."""

from __future__ import annotations

import pytest

from activities.journey import JourneyActivities
from milepost.intake.acknowledgement import Acknowledgement, acknowledgement_of
from milepost.intake.intake import Intake
from milepost.planner.written_facts import WrittenFact
from milepost.store import journeys
from milepost.wire.activities import AdvanceOrder
from tests.intake.conftest import Hands
from tests.workflows.example import CUSTOMER


async def take_in(intake: Intake, wall: Hands) -> None:
    """What a worker does a minute later: the journey takes in what it was told."""
    wall.at += 60
    store = intake.context.store
    async with store.reading() as session:
        row = await journeys.open_of(session, CUSTOMER.id)
    assert row is not None
    order = AdvanceOrder(row.id, row.revision + 1, int(wall.at))
    await JourneyActivities(store, intake.context.compiled_maps).advance(order)


@pytest.fixture
async def running(intake: Intake, wall: Hands) -> Intake:
    await intake.enrol(CUSTOMER.id)
    await take_in(intake, wall)
    return intake


async def test_a_fact_that_changes_something_is_taken_in(running: Intake, wall: Hands) -> None:
    told = await running.record_fact(CUSTOMER.id, WrittenFact(step_done="kickoff", result="held"))
    assert await acknowledgement_of(running.context.store, CUSTOMER.id, told.fact_id, timeout=0) is None
    await take_in(running, wall)
    assert await acknowledgement_of(running.context.store, CUSTOMER.id, told.fact_id, timeout=0) == Acknowledgement(
        None
    )


async def test_a_fact_that_changes_nothing_says_why(running: Intake, wall: Hands) -> None:
    for _ in range(2):
        told = await running.record_fact(CUSTOMER.id, WrittenFact(step_done="kickoff", result="held"))
        await take_in(running, wall)
    answer = await acknowledgement_of(running.context.store, CUSTOMER.id, told.fact_id, timeout=0)
    assert answer == Acknowledgement("that was closed already")


async def test_two_facts_of_one_instant_are_told_apart(running: Intake, wall: Hands) -> None:
    done = await running.record_fact(CUSTOMER.id, WrittenFact(step_done="kickoff", result="held"))
    resumed = await running.record_fact(CUSTOMER.id, WrittenFact(resumed=True))
    await take_in(running, wall)
    store = running.context.store
    assert await acknowledgement_of(store, CUSTOMER.id, done.fact_id, timeout=0) == Acknowledgement(None)
    assert await acknowledgement_of(store, CUSTOMER.id, resumed.fact_id, timeout=0) == Acknowledgement(
        "the journey is not paused"
    )


async def test_a_fact_that_nobody_kept_has_no_answer(running: Intake) -> None:
    assert await acknowledgement_of(running.context.store, CUSTOMER.id, "none", timeout=0) is None
