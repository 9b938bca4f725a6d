"""What can't be undone, and what the answer says to do instead; on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.explain.local_time import zoned_time_of
from milepost.intake.intake import Intake
from milepost.intake.undo_errors import (
    CannotReplanError,
    FellDueError,
    GraceOverError,
    JourneyBeganSinceError,
    MessageLeftError,
    NotUndoableError,
    NotYoursError,
    UnknownFactError,
)
from milepost.planner.facts import (
    AttributesSet,
    Ended,
    EventHappened,
    Noted,
    Paused,
    Resumed,
    StepDone,
)
from milepost.planner.state import State
from milepost.store import customers, journeys, messages, undo_points
from milepost.store.errors import UnknownCustomerError
from tests.intake.undo_desk import ANA, Desk, begun
from tests.workflows.example import CUSTOMER

SAM = "sam@acme.example"
DAY = 86_400


@pytest.fixture
async def desk(intake: Intake, wall: Any) -> Desk:
    return await begun(intake, wall)


async def test_an_ending_is_not_undone_once_another_journey_has_begun(desk: Desk) -> None:
    slip = await desk.click(Ended, reason="churned")
    async with desk.intake.context.store.transaction() as session:
        row = await journeys.get(session, desk.journey)
        await journeys.begin(session, State.begin(CUSTOMER, row.map, row.version, desk.now))

    with pytest.raises(JourneyBeganSinceError, match="acme/2") as refused:
        await desk.undo(slip)

    assert "enroll" in refused.value.instead


async def test_after_the_grace_nothing_is_undone_and_the_answer_says_what_to_do(desk: Desk) -> None:
    slip = await desk.click(StepDone, step="kickoff", result="held")
    assert [(each.fact.id, each.until) for each in await desk.intake.undoable("acme")] == [(slip, desk.now - 1 + 300)]
    desk.wall.at += 300
    before = await desk.picture()

    with pytest.raises(GraceOverError, match=f"over since {zoned_time_of(desk.now - 1, 'UTC')}") as refused:
        await desk.undo(slip)

    assert "reopen" in refused.value.instead
    assert await desk.picture() == before
    assert await desk.intake.undoable("acme") == []
    await desk.intake.sweeper.end_graces()
    async with desk.intake.context.store.reading() as session:
        assert await session.run_sync(undo_points.find, desk.journey, 2, 0) is None


async def test_once_a_message_is_leaving_nothing_is_undone(desk: Desk) -> None:
    slip = await desk.click(StepDone, step="kickoff", result="held")
    until = desk.now + 299
    before = await desk.picture()

    def claim(session: Any) -> None:
        messages.claim(session, desk.journey, "connect/1/opening/1", until)

    await desk.intake.context.store.write(claim)
    with pytest.raises(MessageLeftError, match="connect/1/opening/1"):
        await desk.undo(slip)

    assert await desk.picture() == before


async def test_what_followed_by_itself_stands_against_undoing(desk: Desk) -> None:
    await desk.click(StepDone, step="kickoff", result="held")
    reminder = (await desk.advance()).wake_at
    assert reminder is not None
    desk.wall.at = reminder - 10 * 3600
    await desk.click(Paused)
    desk.wall.at = reminder - 30
    slip = await desk.click(Resumed)
    await desk.advance(60)
    before = await desk.picture()
    assert "connect/1/reminder/1" in await desk.queued()

    with pytest.raises(MessageLeftError, match="connect/1/reminder/1") as refused:
        await desk.undo(slip)

    assert refused.value.instead == "Pause the journey again."
    assert await desk.picture() == before


async def test_a_due_date_that_passed_because_of_it_stands_against_undoing(desk: Desk) -> None:
    due = (await desk.advance()).wake_at
    assert due is not None
    desk.wall.at = due - 10 * 3600
    await desk.click(Paused)
    desk.wall.at = due - 30
    slip = await desk.click(Resumed)
    await desk.advance(60)
    assert "step_overdue" in await desk.kinds()

    with pytest.raises(FellDueError, match="step_overdue of 'kickoff'"):
        await desk.undo(slip)


async def test_what_falls_due_whether_or_not_it_was_told_does_not_stand_against_undoing(desk: Desk) -> None:
    due = (await desk.advance()).wake_at
    assert due is not None
    desk.wall.at = due - 30
    slip = await desk.click(Noted, text="slip")
    await desk.advance(60)

    await desk.undo(slip)

    assert (await desk.kinds()).count("step_overdue") == 1
    assert "note" not in await desk.kinds()


@pytest.mark.parametrize("source", ["import", "rollout", "api"])
async def test_only_what_people_do_is_undone(desk: Desk, source: str) -> None:
    by = "api" if source == "api" else "milepost"
    event = await desk.click(EventHappened, event="connected", by=by, source=source)
    with pytest.raises(NotUndoableError):
        await desk.undo(event)
    assert await desk.intake.undoable("acme") == []


async def test_a_contact_undoes_their_own_and_nothing_else(desk: Desk) -> None:
    await desk.click(StepDone, step="kickoff", result="held")
    theirs = await desk.click(StepDone, by=SAM, source="portal", step="connect")
    ours = await desk.click(Noted, text="ours")
    with pytest.raises(NotYoursError):
        await desk.undo(ours, by=SAM, only_own=True)
    with pytest.raises(NotYoursError):
        await desk.undo(theirs, by="eva@acme.example", only_own=True)
    await desk.undo(theirs, by=SAM.upper(), only_own=True)


async def test_a_fact_that_nobody_told_is_named_with_those_that_were(desk: Desk) -> None:
    await desk.click(StepDone, step="kickoff", result="held")
    with pytest.raises(UnknownFactError) as unknown:
        await desk.undo("click/11")
    assert "click/1" in str(unknown.value.hint)


async def test_a_record_that_was_changed_without_a_journey_is_not_undone(intake: Intake, wall: Any) -> None:
    desk = Desk(intake, wall)
    told = await desk.tell(AttributesSet, attributes={"health": 20})
    with pytest.raises(NotUndoableError, match="no journey"):
        await desk.undo(told)


async def test_what_was_planned_with_other_holidays_is_not_planned_anew(desk: Desk, monkeypatch: Any) -> None:
    slip = await desk.click(StepDone, step="kickoff", result="held")
    monkeypatch.setattr("milepost.intake.undo.calendar_data", lambda: "holidays other")
    with pytest.raises(CannotReplanError, match="holidays other"):
        await desk.undo(slip)


async def test_without_a_customer_the_near_one_is_named(desk: Desk) -> None:
    with pytest.raises(UnknownCustomerError):
        await desk.intake.undo_fact("acne", "x", by=ANA)
    async with desk.intake.context.store.reading() as session:
        assert await customers.ids(session) == ["acme"]
