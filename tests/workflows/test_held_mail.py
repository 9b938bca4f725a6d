"""Held mail on real servers: it waits, and goes when somebody says so, whatever dies in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from milepost.channels.protocol import TemporaryDeliveryError, UndeliverableError
from milepost.intake import mail, mail_hold
from milepost.intake.errors import MailRefusedError
from milepost.intake.facts import FactReceipt
from milepost.intake.mail import MailAction, MailOrder
from milepost.planner.enums import MailSwitch
from milepost.planner.facts import ContactsGiven, StepDone
from milepost.store import held_mail, messages
from milepost.store.database import Store, open_store
from milepost.store.held_mail import HeldFilter
from milepost.store.mail_switches import Scope, Switch
from tests.workflows.example import CUSTOMER
from tests.workflows.rig import Rig, eventually

HELD, FREE = Switch(MailSwitch.HELD), Switch(MailSwitch.FREE)
CONNECT = "connect/1/opening/1"
OPS = "ops@vendor.example"


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on each database."""
    async with open_store(database_url) as opened:
        yield opened


async def kick_off(rig: Rig) -> None:
    await rig.intake.record_fact(CUSTOMER.id, StepDone(id="k", at=0, step="kickoff", result="held"))
    await rig.settled()


async def is_sent(rig: Rig, message: str = CONNECT) -> list[str]:
    """The addresses that a message was sent to, once it was."""

    async def addresses() -> list[str] | None:
        return [sent.to_address for sent in rig.channel.delivered if sent.message == message] or None

    return await eventually(addresses)


async def has_failed(rig: Rig, words: str) -> None:
    """Wait until a message failed for this reason, and the journey knows."""

    async def failed() -> bool:
        async with rig.store.reading() as session:
            return (await messages.get(session, rig.journey, CONNECT)).last_error == words

    async def knows() -> bool:
        return bool((await rig.state()).tasks)

    await eventually(failed)
    await eventually(knows)


async def waiting(rig: Rig) -> list[tuple[str, str]]:
    async with rig.store.reading() as session:
        page = await held_mail.page(session, HeldFilter())
    return [(line.row.message, line.row.why) for line in page.lines]


async def do(rig: Rig, action: MailAction, message: str = CONNECT) -> Any:
    [result] = await mail.order(rig.intake.context, MailOrder(action, OPS), [(CUSTOMER.id, message)])
    return result.outcome


async def test_a_held_mail_is_not_sent_and_a_released_one_is(rig: Rig) -> None:
    await mail_hold.turn(rig.intake.context, Scope(), HELD, by=OPS)
    await rig.enrol()
    await kick_off(rig)
    assert await waiting(rig) == [(CONNECT, "release")]
    assert rig.channel.attempts == []
    assert isinstance(await do(rig, MailAction.RELEASE), FactReceipt)
    assert await is_sent(rig) == ["sam@acme.example"]
    assert await waiting(rig) == []


async def test_mail_freed_while_temporal_is_away_goes_when_the_sweeper_looks(rig: Rig) -> None:
    await mail_hold.turn(rig.intake.context, Scope(), HELD)
    await rig.enrol()
    await kick_off(rig)
    client, rig.intake.context.journey_client._client = rig.intake.context.journey_client._client, None
    await mail_hold.turn(rig.intake.context, Scope(), FREE)
    rig.intake.context.journey_client._client = client
    assert rig.channel.attempts == []
    rig.wall += 2
    await rig.intake.sweeper.sweep()
    assert await is_sent(rig)
    assert "mail_switched" in await rig.kinds()


async def test_a_switch_turned_while_a_journey_runs_holds_what_is_due_next(rig: Rig) -> None:
    await rig.enrol()
    await mail_hold.turn(rig.intake.context, Scope(customer=CUSTOMER.id), HELD)
    await kick_off(rig)
    assert await waiting(rig) == [(CONNECT, "release")]
    assert (await rig.state()).mail_held


async def test_after_the_first_ones_of_a_text_the_others_go(rig: Rig) -> None:
    await mail_hold.turn(rig.intake.context, Scope(map="pilot"), Switch(MailSwitch.HELD, 1))
    await rig.enrol()
    await kick_off(rig)
    await do(rig, MailAction.RELEASE)
    await is_sent(rig)
    await rig.pass_time(rig.intake.now() + 9 * 86_400)  # its reminders have the same text
    assert len(rig.channel.delivered) > 1
    assert await waiting(rig) == []


async def test_a_failed_mail_is_sent_again_to_the_corrected_address(rig: Rig) -> None:
    rig.channel.fail_next(UndeliverableError("no such mailbox", address_refused=True))
    await rig.enrol()
    await kick_off(rig)
    await has_failed(rig, "no such mailbox")
    refused = await do(rig, MailAction.RETRY)
    assert isinstance(refused, MailRefusedError)
    assert "gets no such mail" in str(refused)
    corrected = replace(CUSTOMER.contacts[0], email="sam.poe@acme.example")
    await rig.intake.record_fact(CUSTOMER.id, ContactsGiven(id="c", at=0, contacts=(corrected,)))
    await rig.settled()
    assert isinstance(await do(rig, MailAction.RETRY), FactReceipt)
    assert await is_sent(rig) == ["sam.poe@acme.example"]

    async def is_recorded() -> bool:
        async with rig.store.reading() as session:
            return (await messages.get(session, rig.journey, CONNECT)).status == "sent"

    await eventually(is_recorded)
    async with rig.store.reading() as session:
        row = await messages.get(session, rig.journey, CONNECT)
    assert (row.status, row.retries, row.cause) == ("sent", 1, None)
    assert isinstance(await do(rig, MailAction.RETRY), MailRefusedError)


async def test_a_mail_that_fails_again_is_told_again(rig: Rig) -> None:
    rig.channel.fail_next(UndeliverableError("full"), UndeliverableError("full again"))
    await rig.enrol()
    await kick_off(rig)
    await has_failed(rig, "full")
    await do(rig, MailAction.RETRY)
    await has_failed(rig, "full again")
    async with rig.store.reading() as session:
        row = await messages.get(session, rig.journey, CONNECT)
    assert (row.status, row.last_error, row.cause) == ("failed", "full again", "refused")
    state = await rig.state()
    assert [task.why for task in state.tasks.values()] == ["message_failed"]


async def test_mail_on_its_way_stops_when_mail_is_held_and_nobody_is_asked_by_it(rig: Rig) -> None:
    rig.channel.fail_always(TemporaryDeliveryError("greylisted"))
    await rig.enrol()
    await kick_off(rig)

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
    assert (await rig.status()).in_flight == []
    await do(rig, MailAction.RELEASE)
    assert await is_sent(rig)
    assert await waiting(rig) == []
