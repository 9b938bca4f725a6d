"""Undoing beside other things that happen to a customer: a hand-over, a move of maps, another id; on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.intake.intake import Intake
from milepost.intake.renames import rename
from milepost.intake.undo_errors import NotUndoableError
from milepost.planner.facts import AttributesSet, HandedOver, MapChanged, Noted, StepDone
from milepost.store import maps
from tests.intake.undo_desk import ANA, BO, Desk, begun
from tests.workflows.example import FILES, START


@pytest.fixture
async def desk(intake: Intake, wall: Any) -> Desk:
    return await begun(intake, wall)


async def second_version(intake: Intake) -> str:
    text = FILES["map.yaml"].replace("title: Kickoff call", "title: First call")
    async with intake.context.store.transaction() as session:
        published = await maps.publish(session, "pilot", "Pilot customers", {**FILES, "map.yaml": text}, START)
    return published.version.hash


async def test_a_hand_over_is_not_undone_and_the_answer_says_to_hand_back(desk: Desk) -> None:
    moved = await desk.click(HandedOver, former=ANA, to=BO)
    before = await desk.picture()

    with pytest.raises(NotUndoableError, match="counts at once, for good") as refused:
        await desk.undo(moved)

    assert refused.value.instead == "Hand the customer back."
    assert await desk.picture() == before


async def test_a_click_before_a_hand_over_is_undone_and_the_customer_stays_handed_over(desk: Desk) -> None:
    slip = await desk.click(AttributesSet, attributes={"health": 30})
    await desk.click(HandedOver, former=ANA, to=BO)

    await desk.undo(slip)

    customer = (await desk.picture())["customer"]
    assert (customer["team"]["csm"], customer["attributes"]["health"]) == (BO, 75)


async def test_a_click_before_a_rollout_is_undone_and_the_journey_stays_moved(desk: Desk) -> None:
    version = await second_version(desk.intake)
    slip = await desk.click(StepDone, step="kickoff", result="held")
    await desk.click(MapChanged, by="milepost", source="rollout", version=version)

    await desk.undo(slip)

    picture = await desk.picture()
    assert picture["journey"][1] == version
    assert [(row["task"], row["status"], row["title"]) for row in picture["tasks"]] == [
        ("kickoff/1", "open", "First call")
    ]
    assert await desk.queued() == []


async def test_a_rollout_that_waits_while_somebody_undoes_moves_the_journey_after_it(desk: Desk) -> None:
    version = await second_version(desk.intake)
    slip = await desk.click(StepDone, step="kickoff", result="held")
    await desk.tell(MapChanged, by="milepost", source="rollout", version=version)

    await desk.undo(slip)
    await desk.advance(1)

    assert (await desk.picture())["journey"][1] == version
    assert await desk.queued() == []


async def test_a_click_is_undone_under_the_id_that_the_customer_has_since(desk: Desk) -> None:
    await desk.click(Noted, text="first")
    slip = await desk.click(StepDone, step="kickoff", result="held")
    await rename(desk.intake.context, "acme", "acme-2", by=ANA)

    undone = await desk.intake.undo_fact("acme", slip, by=BO)

    assert (undone.customer, undone.fact_id) == ("acme-2", slip)
    assert [each.fact.kind for each in await desk.intake.undoable("acme-2")] == ["note"]


async def test_after_a_clock_that_went_back_what_was_told_later_can_be_undone(desk: Desk) -> None:
    first = await desk.click(Noted, text="first")
    desk.wall.at -= 3600  # the machine's clock was an hour fast
    before = await desk.picture()
    slip = await desk.tell(StepDone, step="kickoff", result="held")
    await desk.advance()

    await desk.undo(slip)

    assert await desk.picture() == before
    await desk.undo(first)
    assert "note" not in await desk.kinds()
