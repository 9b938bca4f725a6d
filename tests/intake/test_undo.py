"""What somebody just did can be undone, as if it had not been told; on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from milepost.customer import Contact
from milepost.intake.intake import Intake
from milepost.intake.undo_errors import (
    AlreadyUndoneError,
)
from milepost.planner.facts import (
    Answered,
    AttributesSet,
    ContactsGiven,
    Ended,
    MapChanged,
    Noted,
    Paused,
    StepDone,
    TaskAdded,
    TeamGiven,
)
from milepost.planner.instants import text
from milepost.store import maps, messages, timeline
from milepost.store.facts import get as get_fact
from milepost.wire.activities import AdvanceOrder
from tests.intake.undo_desk import ANA, BO, Desk, begun
from tests.workflows.example import CUSTOMER, FILES, START

SAM = "sam@acme.example"
DAY = 86_400


@pytest.fixture
async def desk(intake: Intake, wall: Any) -> Desk:
    return await begun(intake, wall)


async def undone_entries(desk: Desk) -> list[dict[str, Any]]:
    async with desk.intake.context.store.reading() as session:
        rows = await timeline.of_journey(session, desk.journey)
    return [entry.to_json() for row in rows if (entry := timeline.entry_of(row)).kind == "fact_undone"]


async def test_a_task_that_was_closed_by_a_slip_is_open_again_and_its_mail_is_gone(desk: Desk) -> None:
    before = await desk.picture()
    slip = await desk.click(StepDone, step="kickoff", result="held")
    assert await desk.queued() == ["connect/1/opening/1"]

    undone = await desk.undo(slip, by=BO)

    assert await desk.picture() == before
    assert (undone.kind, undone.step, undone.journey) == ("step_done", "kickoff", "acme/1")
    [entry] = await undone_entries(desk)
    assert {name: entry[name] for name in ("fact", "step", "by")} == {"fact": "step_done", "step": "kickoff", "by": BO}
    assert (await desk.kinds())[-1] == "fact_undone"


async def test_the_workflow_goes_on_with_the_number_that_undoing_made(desk: Desk) -> None:
    slip = await desk.click(StepDone, step="kickoff", result="held")
    behind = await desk.advance()
    await desk.undo(slip)

    answer = await desk.worker.advance(AdvanceOrder(desk.journey, behind.n + 1, desk.now))

    assert answer.n == behind.n + 1
    assert answer.deliver == []
    assert not answer.ended
    again = await desk.click(StepDone, step="kickoff", result="held")
    assert await desk.queued() == ["connect/1/opening/1"]
    assert again != slip


async def test_a_fact_that_came_between_is_kept(desk: Desk) -> None:
    await desk.click(Noted, text="before")
    slip = await desk.click(StepDone, step="kickoff", result="held")
    await desk.click(AttributesSet, attributes={"health": 33})
    await desk.click(Noted, text="after")

    await desk.undo(slip)

    picture = await desk.picture()
    assert picture["customer"]["attributes"]["health"] == 33
    assert [entry["text"] for entry in picture["timeline"] if entry["kind"] == "note"] == ["before", "after"]
    assert [row["play"] for row in picture["open_plays"]] == ["rescue"]
    assert {row["task"]: row["status"] for row in picture["tasks"]} == {"kickoff/1": "open", "rescue_call/1": "open"}


async def test_what_came_between_can_be_undone_too_in_any_order(desk: Desk) -> None:
    before = await desk.picture()
    first = await desk.click(StepDone, step="kickoff", result="held")
    second = await desk.click(AttributesSet, attributes={"health": 33})
    third = await desk.click(TaskAdded, title="Call back", role="csm")

    for fact in (second, first, third):
        await desk.undo(fact)

    after = await desk.picture()
    assert after == before
    assert [entry["fact"] for entry in await undone_entries(desk)] == ["set", "step_done", "task_added"]


async def test_an_outcome_that_was_disputed_by_a_slip_is_as_it_was(desk: Desk) -> None:
    await desk.click(StepDone, step="kickoff", result="held")
    await desk.click(StepDone, step="connect")
    for _ in range(10):
        await desk.advance(DAY)
    before = await desk.picture()
    assert [row["status"] for row in before["outcomes"]] == ["asked"]

    slip = await desk.click(Answered, by=SAM, source="portal", outcome="faster", verdict="disputed", comment="by slip")
    assert [row["play"] for row in (await desk.picture())["open_plays"]] == ["rescue"]
    await desk.undo(slip, by=SAM, only_own=True)

    assert await desk.picture() == before
    right = await desk.click(Answered, by=SAM, source="portal", outcome="faster", verdict="verified", value=12)
    assert [row["verdict"] for row in (await desk.picture())["answers"]] == ["verified"]
    assert right != slip


async def test_an_ending_is_undone_and_the_journey_runs_again(desk: Desk) -> None:
    before = await desk.picture()
    slip = await desk.click(StepDone, step="kickoff", result="refused")
    assert (await desk.picture())["journey"][2:4] == ("ended", "refused")

    await desk.undo(slip)

    assert await desk.picture() == before
    again = await desk.worker.advance(AdvanceOrder(desk.journey, 1, desk.now))  # a workflow that starts anew
    assert (again.ended, again.n, again.journey) == (False, 3, desk.journey)
    assert again.wake_at is not None


async def test_what_the_record_learned_after_an_ending_is_told_to_the_journey_that_goes_on(desk: Desk) -> None:
    slip = await desk.click(Ended, reason="churned")
    await desk.tell(AttributesSet, attributes={"health": 12})

    await desk.undo(slip)
    await desk.advance(1)

    picture = await desk.picture()
    assert picture["state"]["customer"]["attributes"]["health"] == 12
    assert picture["customer"]["attributes"]["health"] == 12
    assert [row["play"] for row in picture["open_plays"]] == ["rescue"]


async def test_of_two_who_undo_at_once_one_wins_and_the_other_is_told(desk: Desk) -> None:
    before = await desk.picture()
    slip = await desk.click(StepDone, step="kickoff", result="held")

    answers = await asyncio.gather(desk.undo(slip, by=ANA), desk.undo(slip, by=BO), return_exceptions=True)

    [told] = [each for each in answers if isinstance(each, AlreadyUndoneError)]
    assert told.by in (ANA, BO)
    assert len(await undone_entries(desk)) == 1
    assert await desk.picture() == before


async def test_two_people_undo_each_other(desk: Desk) -> None:
    await desk.click(Noted, text="begin")
    by_ana = await desk.click(AttributesSet, attributes={"health": 30})
    by_bo = await desk.click(StepDone, by=BO, step="kickoff", result="held")

    await asyncio.gather(desk.undo(by_ana, by=BO), desk.undo(by_bo, by=ANA))

    picture = await desk.picture()
    assert picture["customer"]["attributes"]["health"] == 75
    assert [row["status"] for row in picture["tasks"]] == ["open"]
    assert sorted((entry["fact"], entry["by"]) for entry in await undone_entries(desk)) == [
        ("set", BO),
        ("step_done", ANA),
    ]


async def test_what_is_told_while_somebody_undoes_is_kept(desk: Desk) -> None:
    slip = await desk.click(StepDone, step="kickoff", result="held")

    await asyncio.gather(desk.undo(slip), desk.tell(Noted, text="meanwhile"), desk.advance(1))
    await desk.advance(1)

    picture = await desk.picture()
    assert [entry["text"] for entry in picture["timeline"] if entry["kind"] == "note"] == ["meanwhile"]
    assert [row["status"] for row in picture["tasks"]] == ["open"]


async def test_the_record_goes_back_too(desk: Desk) -> None:
    before = await desk.picture()
    sam, eva = CUSTOMER.contacts[0], Contact("Eva Lund", "eva@acme.example", ("sponsor",))
    slips = [
        await desk.click(AttributesSet, attributes={"health": 20, "renews_on": "2027-01-01", "name": "Acme Inc."}),
        await desk.click(ContactsGiven, contacts=(eva, sam)),
        await desk.click(TeamGiven, team={"csm": BO, "lead": ANA}),
    ]
    assert (await desk.picture())["customer"] != before["customer"]

    for slip in slips:
        await desk.undo(slip)

    assert await desk.picture() == before


async def test_a_move_to_another_version_is_undone(desk: Desk) -> None:
    async with desk.intake.context.store.transaction() as session:
        files = {
            **FILES,
            "map.yaml": FILES["map.yaml"].replace("action: connect\n", "action: link_up\n        was: connect\n"),
        }
        assert files != FILES
        published = await maps.publish(session, "pilot", "Pilot customers", files, START)
    await desk.click(StepDone, step="kickoff", result="held")
    await desk.click(Noted, text="on the first version")
    before = await desk.picture()
    slip = await desk.click(MapChanged, version=published.version.hash)
    between = await desk.click(StepDone, step="kickoff", result="held")  # makes no sense on either
    assert (await desk.picture())["journey"] != before["journey"]
    assert "link_up" in (await desk.picture())["state"]["steps"]

    await desk.undo(between)
    await desk.undo(slip)

    assert await desk.picture() == before


async def test_a_pause_is_undone(desk: Desk) -> None:
    before = await desk.picture()
    slip = await desk.click(Paused, reason="wrong customer")
    await desk.undo(slip)
    assert await desk.picture() == before


async def test_what_no_journey_has_taken_in_is_undone_simply(desk: Desk) -> None:
    before = await desk.picture()
    slip = await desk.tell(StepDone, step="kickoff", result="held")
    [waiting] = await desk.intake.undoable("acme")
    assert (waiting.fact.id, waiting.until) == (slip, None)
    desk.wall.at += DAY / 4  # Temporal is away for long

    await desk.undo(slip)
    await desk.advance(1)

    assert await desk.picture() == before
    assert [entry["fact"] for entry in await undone_entries(desk)] == ["step_done"]


async def test_a_message_that_a_click_brings_about_waits_for_the_grace(desk: Desk) -> None:
    await desk.click(StepDone, step="kickoff", result="held")
    async with desk.intake.context.store.reading() as session:
        row = await messages.get(session, desk.journey, "connect/1/opening/1")
    assert row.not_before == row.at + 300
    entry = next(entry for entry in (await desk.picture())["timeline"] if entry["kind"] == "message_sent")
    assert entry["at"] == "2026-03-02T16:00:00Z"  # its own instant all the same


async def test_a_reminder_that_falls_due_by_itself_does_not_wait(desk: Desk) -> None:
    await desk.click(StepDone, step="kickoff", result="held")
    for _ in range(8):
        await desk.advance(DAY)
    async with desk.intake.context.store.reading() as session:
        rows = (await messages.outbox(session)).lines
    reminders = [line.message for line in rows if line.message.reason == "reminder"]
    assert reminders
    assert {row.not_before for row in reminders} == {None}


async def test_what_would_have_fallen_due_since_does_so_late(desk: Desk) -> None:
    await desk.click(StepDone, step="kickoff", result="held")
    reminder = (await desk.advance()).wake_at
    assert reminder is not None
    desk.wall.at = reminder - 60
    slip = await desk.click(Paused)
    behind = await desk.advance(120)
    assert "connect/1/reminder/1" not in await desk.queued()

    await desk.undo(slip)

    lines = [entry for entry in (await desk.picture())["timeline"] if entry["kind"] == "message_sent"]
    assert lines[-1]["at"] == text(reminder)
    late = await desk.worker.advance(AdvanceOrder(desk.journey, behind.n + 1, desk.now))
    assert late.deliver == ["connect/1/opening/1", "connect/1/reminder/1"]
    assert late.wake_at is not None
    assert late.wake_at <= desk.now  # so that the sweeper nudges a workflow that no nudge has reached


async def test_what_a_program_tells_for_a_person_is_undone(desk: Desk) -> None:
    before = await desk.picture()
    slip = await desk.click(StepDone, by=ANA, source="api", step="kickoff", result="held")
    await desk.undo(slip)
    assert await desk.picture() == before


async def test_of_several_journeys_the_one_that_was_told_is_planned_anew(desk: Desk, wall: Any) -> None:
    await desk.click(Ended, reason="churned")
    wall.at += 15 * DAY
    await desk.intake.enrol("acme")
    first = await desk.picture()
    desk.journey = "acme/2"
    await desk.advance()
    before = await desk.picture()
    slip = await desk.click(StepDone, step="kickoff", result="refused")

    await desk.undo(slip)

    assert await desk.picture() == before
    desk.journey = "acme/1"
    assert await desk.picture() == first


async def test_the_fact_stays_on_record_as_undone_and_is_not_told_again_by_its_id(desk: Desk) -> None:
    slip = await desk.click(StepDone, step="kickoff", result="held")
    await desk.undo(slip)
    async with desk.intake.context.store.reading() as session:
        row = await get_fact(session, "acme", slip)
    assert row is not None
    assert row.status == "undone"
    receipt = await desk.intake.record_fact("acme", StepDone(id=slip, at=desk.now, step="kickoff", result="held"))
    assert receipt.status == "known"


LATER = """  - stage: later
    title: Later
    touchpoints:
      - {touchpoint: talk, title: Talk, role: csm}
plays:
"""


async def test_the_last_task_of_a_stage_opens_its_stage_again(intake: Intake, wall: Any) -> None:
    start, _, rest = FILES["map.yaml"].partition("    actions:\n")
    two = {"map.yaml": start + LATER + rest.partition("plays:\n")[2]}
    async with intake.context.store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", two, START)
    desk = await begun(intake, wall)
    before = await desk.picture()
    assert [row["stage"] for row in before["open_stages"]] == ["start"]

    slip = await desk.click(StepDone, step="kickoff", result="held")
    assert [row["stage"] for row in (await desk.picture())["open_stages"]] == ["later"]
    await desk.undo(slip)

    assert await desk.picture() == before
