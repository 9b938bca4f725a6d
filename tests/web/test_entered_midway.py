"""Customers who enter in the middle: what a rehearsal checks, and what their plan says of the stages before."""

from __future__ import annotations

from milepost.planner.entry_point import PLAIN, EntryPoint, JourneyStart
from milepost.store.entered_midway import EnteredMidway, entered_midway
from tests.web.conftest import World, text_of
from tests.web.example import DAY, FILES, START, customer

VALUE = """  - stage: value
    title: In use
    touchpoints:
      - {touchpoint: review, title: Look at the figures, role: csm, due: 5 business days}
  - stage: renewal
"""
TWO_STAGES = {**FILES, "map.yaml": FILES["map.yaml"].replace("  - stage: renewal\n", VALUE)}
IN_USE = JourneyStart(EntryPoint("value"))


async def played(world: World, start: JourneyStart) -> EnteredMidway:
    """Lets a customer live for two weeks who should have begun in the second stage."""
    await world.publish(TWO_STAGES)
    await world.intake.upsert_customer(customer(), start=start)
    if start is PLAIN:
        await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 14 * DAY)
    async with world.store.reading() as session:
        return await entered_midway(session, world.intake.context.compiled_maps, {"acme": "value"})


async def test_whoever_enters_in_the_middle_hears_nothing_of_what_lies_before(empty_world: World) -> None:
    entered = await played(empty_world, IN_USE)

    assert entered == EnteredMidway(1)
    assert entered.sentence.startswith("1 customer entered in the middle; no message was about a step before that")


async def test_a_customer_who_was_put_at_the_beginning_all_the_same_is_found(empty_world: World) -> None:
    entered = await played(empty_world, PLAIN)

    assert {(each.customer, each.message, each.step) for each in entered.early} == {
        ("Acme Ltd", "connect.md", "connect")
    }
    assert "went out about steps before that: Acme Ltd (connect.md, about connect)" in entered.sentence


async def test_the_plan_says_that_the_stages_before_are_finished(empty_world: World) -> None:
    await played(empty_world, IN_USE)
    async with empty_world.client() as visitor:
        plan = text_of(await visitor.get(empty_world.plan()))

    assert "Getting started finished" in plan
    assert "Getting started later" not in plan
    assert "Renewal later" in plan


def test_where_nobody_enters_in_the_middle_there_is_nothing_to_say() -> None:
    assert not EnteredMidway(0).sentence
