"""What was released by name on real servers: until it has left, a later hold or an undo takes it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from milepost.channels.protocol import TemporaryDeliveryError
from milepost.intake import mail, mail_hold
from milepost.intake.mail import MailAction, MailOrder
from milepost.planner.enums import MailSwitch
from milepost.planner.instants import parse
from milepost.store.database import Store, open_store
from milepost.store.mail_switches import FREE, Scope, Switch
from tests.workflows.example import CUSTOMER
from tests.workflows.rig import Rig, eventually, rig_on
from tests.workflows.test_held_mail import CONNECT, HELD, OPS, do, is_sent, kick_off, waiting

GRACE = timedelta(minutes=5)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on each database."""
    async with open_store(database_url) as opened:
        yield opened


@pytest.fixture
async def rig(server: WorkflowEnvironment, store: Store) -> AsyncIterator[Rig]:
    async with rig_on(server, store, grace=GRACE) as made:
        yield made


async def released_at_night(rig: Rig) -> None:
    """All mail is held; one was released by name at night and waits for the contact's hours."""
    await mail_hold.turn(rig.intake.context, Scope(), HELD, by=OPS)
    await rig.enrol()
    await kick_off(rig)
    await rig.pass_time(parse("2026-03-03T03:00:00Z"))
    await do(rig, MailAction.RELEASE)
    await rig.settled()
    assert await waiting(rig) == [(CONNECT, "window")]


async def test_mail_that_was_released_by_name_is_held_again_until_it_has_left(rig: Rig) -> None:
    await released_at_night(rig)
    turned = await mail_hold.turn(rig.intake.context, Scope(customer=CUSTOMER.id), HELD, by=OPS)
    await rig.settled()
    assert turned.held_again == 1
    assert await waiting(rig) == [(CONNECT, "release")]
    await rig.pass_time(rig.intake.now() + 2 * 86_400)
    assert rig.channel.attempts == []
    await do(rig, MailAction.RELEASE)
    await rig.pass_time(rig.intake.now() + 86_400)
    assert await is_sent(rig) == ["sam@acme.example"]


@pytest.mark.parametrize("first", [None, 3])
async def test_mail_that_was_freed_with_all_waits_for_a_person_once_it_is_held_again(
    rig: Rig, first: int | None
) -> None:
    context = rig.intake.context
    await mail_hold.turn(context, Scope(), HELD, by=OPS)
    await rig.enrol()
    await kick_off(rig)
    await rig.pass_time(parse("2026-03-03T03:00:00Z"))
    await mail_hold.turn(context, Scope(), FREE, by=OPS)
    await rig.settled()
    assert await waiting(rig) == [(CONNECT, "window")]

    turned = await mail_hold.turn(context, Scope(), Switch(MailSwitch.HELD, first), by=OPS)
    await rig.settled()

    assert turned.held_again == 1
    assert await waiting(rig) == [(CONNECT, "release")]
    await rig.pass_time(rig.intake.now() + 2 * 86_400)
    assert rig.channel.attempts == []
    await do(rig, MailAction.RELEASE)
    await rig.pass_time(rig.intake.now() + 86_400)
    assert await is_sent(rig) == ["sam@acme.example"]


async def test_a_release_that_is_undone_keeps_the_mail_from_leaving(rig: Rig) -> None:
    await released_at_night(rig)
    [release] = await rig.intake.undoable(CUSTOMER.id)
    await rig.intake.undo_fact(CUSTOMER.id, release.fact.id, by=OPS)
    await rig.settled()
    assert await waiting(rig) == [(CONNECT, "release")]
    assert "message_released" not in await rig.kinds()
    await rig.pass_time(rig.intake.now() + 2 * 86_400)
    assert rig.channel.attempts == []


async def test_released_mail_that_a_server_refused_for_now_comes_back_when_it_is_held(rig: Rig) -> None:
    await mail_hold.turn(rig.intake.context, Scope(), HELD)
    await rig.enrol()
    await kick_off(rig)
    rig.channel.fail_always(TemporaryDeliveryError("greylisted"))
    await do(rig, MailAction.SEND_NOW)

    async def was_tried() -> bool:
        return bool(rig.channel.attempts)

    await eventually(was_tried)
    await mail_hold.turn(rig.intake.context, Scope(), HELD)
    rig.channel.fail_always(None)

    async def waits() -> bool:
        await rig.pass_time(rig.intake.now() + 10)
        return await waiting(rig) == [(CONNECT, "release")]

    await eventually(waits)
    assert rig.channel.delivered == []


async def released_by_day(rig: Rig) -> None:
    """All mail is held; one was released by name in the contact's hours, and waits for the grace alone."""
    await mail_hold.turn(rig.intake.context, Scope(), HELD, by=OPS)
    await rig.enrol()
    await kick_off(rig)
    [result] = await mail.order(rig.intake.context, MailOrder(MailAction.RELEASE, OPS), [(CUSTOMER.id, CONNECT)])
    assert result.departure is not None
    assert result.departure.at == rig.intake.now() + 300, "it says that it leaves after the grace"
    await rig.settled()
    assert await waiting(rig) == []


async def test_mail_on_its_way_comes_back_at_once_when_it_is_held_within_the_grace(rig: Rig) -> None:
    await released_by_day(rig)
    turned = await mail_hold.turn(rig.intake.context, Scope(map="pilot"), HELD, by=OPS)
    await rig.settled()
    assert turned.held_again == 1
    assert await waiting(rig) == [(CONNECT, "release")]
    await rig.pass_time(rig.intake.now() + 2 * 86_400)
    assert rig.channel.attempts == []
    await do(rig, MailAction.RELEASE)
    await rig.pass_time(rig.intake.now() + 86_400)
    assert await is_sent(rig) == ["sam@acme.example"]


async def test_released_mail_leaves_after_the_grace(rig: Rig) -> None:
    await released_by_day(rig)
    assert rig.channel.attempts == []
    await rig.pass_time(rig.intake.now() + 301)
    assert await is_sent(rig) == ["sam@acme.example"]


async def test_a_release_by_day_is_undone_within_the_grace(rig: Rig) -> None:
    await released_by_day(rig)
    [release] = [each for each in await rig.intake.undoable(CUSTOMER.id) if each.fact.kind == "message_released"]
    await rig.intake.undo_fact(CUSTOMER.id, release.fact.id, by=OPS)
    await rig.settled()
    assert await waiting(rig) == [(CONNECT, "release")]
    await rig.pass_time(rig.intake.now() + 2 * 86_400)
    assert rig.channel.attempts == []
    assert (await rig.kinds())[-1] != "message_sent"
