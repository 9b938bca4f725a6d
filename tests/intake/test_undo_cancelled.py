"""Undoing around mails that people cancelled on their way, and undoing a cancellation; on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from milepost.intake import mail
from milepost.intake.facts import FactReceipt
from milepost.intake.intake import Intake
from milepost.intake.mail import MailAction, MailOrder
from milepost.planner.facts import MapChanged, StepDone
from milepost.store import held_mail, maps, messages
from milepost.store.errors import UnknownMessageError
from milepost.store.held_mail import HeldFilter
from milepost.wire.activities import Advanced, AdvanceOrder
from tests.intake.undo_desk import ANA, Desk, begun
from tests.workflows.example import FILES, START

MAIL = "connect/1/opening/1"
SECOND = """      - action: people
        title: Name your people
        persona: sponsor
        after: kickoff
        message: connect.md
        due: 5 business days
"""
MAILED = """      - {touchpoint: hello, title: Hello, to: sponsor, after: kickoff, message: connect.md}
"""


async def published(intake: Intake, *, actions: str = "", touchpoints: str = "") -> None:
    text = FILES["map.yaml"].replace("    outcomes:\n", actions + "    outcomes:\n", 1)
    text = text.replace("    actions:\n", touchpoints + "    actions:\n", 1)
    async with intake.context.store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", {**FILES, "map.yaml": text}, START)


async def cancel(desk: Desk, message: str = MAIL) -> str:
    """Cancels a mail on its way, and lets the journey take that in; returns the id of the fact."""
    desk.told += 1
    given = MailOrder(MailAction.CANCEL, ANA, "not now", id=str(desk.told), source="ops")
    [result] = await mail.order(desk.intake.context, given, [(desk.customer, message)])
    assert isinstance(result.outcome, FactReceipt), result.outcome
    await desk.advance(1)
    return f"mail/{desk.told}/{message}"


async def delivered(desk: Desk, behind: Advanced) -> list[str]:
    """Asks as a workflow does that has not heard of what was undone; returns what it is told to deliver."""
    told = await desk.worker.advance(AdvanceOrder(desk.journey, behind.n + 1, desk.now))
    return list(told.deliver)


async def held(desk: Desk) -> list[str]:
    async with desk.intake.context.store.reading() as session:
        return [key[1] for key in await held_mail.keys(session, HeldFilter(), 10)]


async def status(desk: Desk, message: str = MAIL) -> str | None:
    async with desk.intake.context.store.reading() as session:
        try:
            return (await messages.get(session, desk.journey, message)).status
        except UnknownMessageError:
            return None


async def test_the_click_behind_a_mail_that_was_taken_back_is_undone(intake: Intake, wall: Any) -> None:
    desk = await begun(intake, wall)
    before = await desk.picture()
    slip = await desk.click(StepDone, step="kickoff", result="held")
    await cancel(desk)
    assert await status(desk) == "returned"

    await desk.undo(slip)

    after = await desk.picture()
    assert after.pop("timeline")[: len(before["timeline"])] == before.pop("timeline")
    assert after == before
    assert (await desk.advance(400)).deliver == []
    assert await status(desk) is None


async def test_a_mail_touchpoint_that_was_taken_back_does_not_wait_once_its_cause_is_undone(
    intake: Intake, wall: Any
) -> None:
    await published(intake, touchpoints=MAILED)
    desk = await begun(intake, wall)
    before = await desk.picture()
    slip = await desk.click(StepDone, step="kickoff", result="held")
    await cancel(desk, "hello/1/touchpoint/1")

    await desk.undo(slip)

    after = await desk.picture()
    del after["timeline"], before["timeline"]
    assert after == before


async def test_a_cancellation_that_is_undone_lets_the_whole_merged_mail_go_again(intake: Intake, wall: Any) -> None:
    await published(intake, actions=SECOND)
    desk = await begun(intake, wall)
    await desk.click(StepDone, step="kickoff", result="held")
    before = await desk.picture()
    assert [row["steps"] for row in before["messages"]] == [["connect", "people"]]
    slip = await cancel(desk)
    behind = await desk.advance()
    assert (await desk.queued(), len(await desk.intake.undoable("acme"))) == ([], 2)

    await desk.undo(slip)

    after = await desk.picture()
    assert [(row["message"], row["steps"], row["status"]) for row in after["messages"]] == [
        (MAIL, ["connect", "people"], "queued")
    ]
    assert after["tasks"] == before["tasks"]
    assert await delivered(desk, behind) == [MAIL]


async def test_a_merged_mail_is_cancelled_whole_after_its_steps_were_renamed(intake: Intake, wall: Any) -> None:
    await published(intake, actions=SECOND)
    desk = await begun(intake, wall)
    await desk.click(StepDone, step="kickoff", result="held")
    people = SECOND.replace("people\n", "team\n        was: people\n", 1)
    await published(intake, actions=people)
    async with intake.context.store.reading() as session:
        [newest] = [row.hash for row in await maps.current(session)]
    moved = await desk.click(MapChanged, version=newest)
    assert "team" in (await desk.picture())["state"]["steps"]

    slip = await cancel(desk)
    behind = await desk.advance()

    assert (await held(desk), await desk.queued()) == ([], [])
    await desk.undo(slip)
    assert await delivered(desk, behind) == [MAIL]
    await desk.undo(moved)
    assert await delivered(desk, behind) == [MAIL]


async def test_the_click_behind_a_merged_mail_that_was_taken_back_is_undone(intake: Intake, wall: Any) -> None:
    await published(intake, actions=SECOND)
    desk = await begun(intake, wall)
    before = await desk.picture()
    slip = await desk.click(StepDone, step="kickoff", result="held")
    await cancel(desk)

    await desk.undo(slip)

    after = await desk.picture()
    del after["timeline"], before["timeline"]
    assert after == before
