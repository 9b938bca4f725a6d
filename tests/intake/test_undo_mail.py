"""Undoing around mails that failed, came back, or went again; on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.intake import mail_hold
from milepost.intake.intake import Intake
from milepost.intake.mail import MailAction, MailOrder, order
from milepost.intake.undo_errors import MessageLeftError
from milepost.planner.enums import MailSwitch
from milepost.planner.facts import MessageFailed, MessageRetried, MessageReturned, Noted, Paused, Resumed, StepDone
from milepost.store import mail_switches, messages
from milepost.store.mail_switches import Scope, Switch, Turn
from milepost.store.messages import FailureCause
from milepost.store.tables import JourneyRow, MessageRow
from milepost.wire.activities import AdvanceOrder
from tests.intake.undo_desk import ANA, Desk, begun

MAIL = "connect/1/opening/1"


@pytest.fixture
async def desk(intake: Intake, wall: Any) -> Desk:
    return await begun(intake, wall)


async def row(desk: Desk) -> MessageRow:
    async with desk.intake.context.store.reading() as session:
        return await messages.get(session, desk.journey, MAIL)


async def fail(desk: Desk) -> None:
    """The mail server refuses the mail, as a delivery tells of it."""

    def record(session: Any) -> None:
        messages.claim(session, desk.journey, MAIL, desk.now)
        messages.record_failed(session, desk.journey, MAIL, desk.now, "no", cause=FailureCause.REFUSED)

    await desk.intake.context.store.write(record)
    await desk.click(MessageFailed, by="milepost", source="delivery", message=MAIL)


async def failed_once(desk: Desk) -> None:
    await desk.click(StepDone, step="kickoff", result="held")
    await desk.advance(400)
    await fail(desk)
    await desk.advance(400)


async def test_a_mail_that_failed_a_second_time_is_not_sent_a_third_time_by_an_undoing(desk: Desk) -> None:
    await failed_once(desk)
    slip = await desk.click(Noted, text="a slip")
    await desk.click(MessageRetried, message=MAIL)
    await fail(desk)
    before = await row(desk)
    assert (before.status, before.retries) == ("failed", 1)

    await desk.undo(slip)

    after = await row(desk)
    assert (after.status, after.retries, after.last_error) == ("failed", 1, "no")
    assert await desk.queued() == []
    assert (await desk.advance(1)).deliver == []


async def test_what_let_a_mail_go_again_is_not_undone_once_it_has(desk: Desk) -> None:
    await failed_once(desk)
    await desk.click(Paused)
    await desk.advance(400)
    slip = await desk.click(Resumed)
    await desk.click(MessageRetried, message=MAIL)
    before = await desk.picture()

    with pytest.raises(MessageLeftError):
        await desk.undo(slip)

    assert await desk.picture() == before
    assert await desk.queued() == [MAIL]


async def test_a_mail_that_was_not_sent_again_in_a_pause_is_when_the_pause_is_undone(desk: Desk) -> None:
    await failed_once(desk)
    slip = await desk.click(Paused)
    await desk.click(MessageRetried, message=MAIL)
    behind = await desk.advance()
    assert await desk.queued() == []

    await desk.undo(slip)

    assert await desk.queued() == [MAIL]
    told = await desk.worker.advance(AdvanceOrder(desk.journey, behind.n + 1, desk.now))
    assert told.deliver == [MAIL]


async def test_a_mail_that_came_back_waits_once_after_an_undoing(desk: Desk) -> None:
    slip = await desk.click(Noted, text="a slip")
    await desk.click(StepDone, by="a program", source="import", step="kickoff", result="held")
    turn = Turn(Scope(), Switch(MailSwitch.HELD), desk.now)
    await desk.intake.context.store.write(lambda session: mail_switches.turn(session, turn))
    await desk.intake.context.store.write(lambda session: messages.record_returned(session, desk.journey, MAIL))
    sent = await row(desk)
    returned = {"message": MAIL, "steps": sent.steps, "templates": sent.templates}
    await desk.click(MessageReturned, by="milepost", source="delivery", **returned)
    before = await desk.picture()
    assert (before["journey"][-1], await desk.queued()) == (1, [])

    await desk.undo(slip)

    assert (await row(desk)).status == "returned"
    assert (await desk.advance(1)).deliver == []
    assert (await desk.picture())["journey"] == before["journey"]


async def released(desk: Desk, template: str) -> int:
    """How many messages of a text people have released."""

    def count(session: Any) -> int:
        return mail_switches.released(
            session,
            "pilot",
            template,
            desk.intake.context.compiled_maps.message_digests(session, session.get(JourneyRow, desk.journey).version),
        )

    return await desk.intake.context.store.write(count)


@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_release_that_is_undone_does_not_count_towards_the_first_ones(desk: Desk, *, is_taken: bool) -> None:
    await mail_hold.turn(desk.intake.context, Scope(), Switch(MailSwitch.HELD, 5))
    await desk.click(StepDone, by="a program", source="import", step="kickoff", result="held")
    given = MailOrder(MailAction.RELEASE, ANA, id="slip", source="ops")
    await order(desk.intake.context, given, [(desk.customer, MAIL)])
    if is_taken:
        await desk.advance(1)
    assert await released(desk, "connect.md") == 1

    await desk.undo(f"mail/slip/{MAIL}")

    assert await released(desk, "connect.md") == 0
    await desk.advance(1)
    assert await desk.queued() == []
    assert "message_released" not in await desk.kinds()


async def test_a_mail_that_failed_and_was_sent_again_comes_back_after_a_later_hold(desk: Desk) -> None:
    await failed_once(desk)
    await desk.click(MessageRetried, message=MAIL)
    sent = await row(desk)
    assert (sent.status, sent.released, sent.hold) == ("queued", True, 0)

    await mail_hold.turn(desk.intake.context, Scope(), Switch(MailSwitch.HELD))

    def is_held(session: Any) -> bool:
        return mail_switches.holds(session, sent, "pilot", dict)

    assert await desk.intake.context.store.write(is_held)


async def test_a_mail_that_is_ordered_anew_is_named_until_somebody_delivers_it(desk: Desk) -> None:
    """Its delivery may have found it gone just before, and then asks."""
    await desk.click(StepDone, step="kickoff", result="held")

    assert (await desk.advance()).deliver == [MAIL]
