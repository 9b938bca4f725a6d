"""Undoing a date that was agreed on, before its invitation left and after; on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.intake.intake import Intake
from milepost.intake.undo_errors import MessageLeftError
from milepost.planner.facts import Agreed
from milepost.planner.state import State
from milepost.store import journeys, maps, messages
from milepost.store.database import Store
from milepost.store.messages import MessageStatus
from milepost.wire.activities import Advanced
from tests.intake.undo_desk import GRACE, Desk, begun
from tests.privacy.crowd import GUESTS
from tests.workflows.example import CUSTOMER, START

INVITATION = "kickoff/1/invitation/1"
TUESDAY, WEDNESDAY = "2026-03-10T18:00:00Z", "2026-03-11T18:00:00Z"


@pytest.fixture
async def desk(intake: Intake, store: Store, wall: Any) -> Desk:
    """Acme, whose kickoff has a guest, on a map of its own version."""
    async with store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", GUESTS, START, by="ops@vendor.example", why="guests")
    return await begun(intake, wall)


async def agree(desk: Desk, at: str) -> str:
    return await desk.click(Agreed, steps={"kickoff": {"at": at}})


async def state(desk: Desk) -> State:
    async with desk.intake.context.store.reading() as session:
        return State.from_json((await journeys.get(session, desk.journey)).state)


async def leave(desk: Desk) -> None:
    """The mail leaves, as a delivery takes it and is done with it."""

    def work(session: Any) -> None:
        messages.claim(session, desk.journey, INVITATION, desk.now)
        messages.record_sent(session, desk.journey, INVITATION, desk.now, channel="smtp", channel_id="1")

    await desk.intake.context.store.write(work)


async def test_a_date_that_is_undone_within_the_grace_reaches_nobodys_calendar(desk: Desk) -> None:
    before = await desk.picture()
    slip = await agree(desk, TUESDAY)
    assert await desk.queued() == [INVITATION]
    assert CUSTOMER.contacts[0].email in (await state(desk)).invitations["kickoff/1"].guests
    await desk.undo(slip)

    assert await desk.queued() == []
    assert await desk.picture() == before
    assert (await state(desk)).invitations == {}
    later: Advanced = await desk.advance(int(GRACE.total_seconds()) + 1)
    assert later.deliver == []


async def test_the_date_that_is_agreed_on_instead_is_the_first_that_guests_hear_of(desk: Desk) -> None:
    await desk.undo(await agree(desk, TUESDAY))
    await agree(desk, WEDNESDAY)

    assert await desk.queued() == [INVITATION]
    async with desk.intake.context.store.reading() as session:
        row = await messages.get(session, desk.journey, INVITATION)
    assert row.status == MessageStatus.QUEUED
    assert (row.calendar or {})["moved"] is False
    [invited] = (await state(desk)).invitations.values()
    assert (invited.day, invited.number) == ("2026-03-11", 1)


async def test_a_change_that_is_undone_leaves_the_first_date_and_its_mail(desk: Desk) -> None:
    await agree(desk, TUESDAY)
    before = await state(desk)
    await desk.undo(await agree(desk, WEDNESDAY))

    assert (await state(desk)).invitations == before.invitations
    assert await desk.queued() == [INVITATION]


async def test_once_the_invitation_has_left_the_date_stays_and_the_reason_is_told(desk: Desk) -> None:
    slip = await agree(desk, TUESDAY)
    await leave(desk)

    with pytest.raises(MessageLeftError) as refused:
        await desk.undo(slip)

    assert INVITATION in str(refused.value)
    assert (await state(desk)).invitations["kickoff/1"].day == "2026-03-10"
