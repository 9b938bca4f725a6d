"""What colleagues are told in a chat: what is new for them, once, and what a chat that is gone leads to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from milepost.channels.chat_address import ChatAddressError
from milepost.channels.sealed_text import Sealer
from milepost.intake import absences, people
from milepost.intake.absences import NewAbsence
from milepost.intake.chat_news import ATTEMPTS
from milepost.intake.contact_erasure import forget_contact
from milepost.intake.desk_choices import InvalidChoiceError, end_chat
from milepost.store import desk_messages
from milepost.store.database import Store
from milepost.store.desk_message_tables import DeskMessagesRow, DeskNewsRow
from tests.channels.loopback_servers import Answer, Receiver, http_receiver
from tests.intake.told_colleagues import BASE, Colleagues
from tests.web.example import ANA, BO, DAY, LEA, SAM, START


@pytest.fixture
def receiver(real_server: None) -> Iterator[Receiver]:
    with http_receiver() as server:
        yield server


@pytest.fixture
async def colleagues(store: Store, receiver: Receiver) -> Colleagues:
    return await Colleagues.at_work(store)


def texts(receiver: Receiver) -> list[str]:
    """What was told in Slack's notifications."""
    return [json.loads(each.body)["text"] for each in receiver.requests]


def lines(receiver: Receiver) -> list[str]:
    """The lines of the last message."""
    blocks: list[dict[str, Any]] = json.loads(receiver.requests[-1].body)["blocks"]
    return [each["text"]["text"] for each in blocks[1:]]


async def news(store: Store) -> list[DeskNewsRow]:
    async with store.reading() as session:
        return list(await session.scalars(select(DeskNewsRow).order_by(DeskNewsRow.serial)))


async def test_a_new_task_is_told_once_with_its_page(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    await colleagues.add()

    assert await colleagues.chats.send_due() == 1
    assert await colleagues.chats.send_due() == 0
    assert texts(receiver) == ["New task: Kickoff call (Acme Ltd, due Wed 4 Mar 2026)"]
    address = f"{BASE}/desk/ana.ruiz%40vendor.example?journey=acme/1&amp;task=kickoff/1"
    assert lines(receiver) == [f"New task: <{address}|Kickoff call>, Acme Ltd, due Wed 4 Mar 2026"]
    assert await news(colleagues.store) == []


async def test_what_is_new_together_is_one_message(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    for number in range(13):
        await colleagues.add(f"c{number:02}", f"Customer {number}")

    assert await colleagues.chats.send_due() == 1
    assert texts(receiver) == ["13 new tasks"]
    assert len(lines(receiver)) == 11
    assert lines(receiver)[-1] == f"<{BASE}/desk|And 3 more>"


async def test_two_workers_tell_it_once(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    await colleagues.add()

    told = await asyncio.gather(*(colleagues.another_chat().send_due() for _ in range(4)))

    assert sum(told) == 1
    assert len(receiver.requests) == 1


async def test_only_what_was_chosen_is_told(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url, about=("disputed",))
    await colleagues.add()
    await colleagues.tell(step_done="kickoff", result="held")
    await colleagues.tell(event="connected")
    assert await colleagues.chats.send_due() == 0
    await colleagues.tell(answer="faster", verdict="disputed", by=SAM)

    assert await colleagues.chats.send_due() == 1
    assert texts(receiver) == ["Disputed: Reports are made in half the time. (Acme Ltd)"]


async def test_an_escalated_task_is_told_to_whom_it_was_escalated(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url, LEA)
    await colleagues.add()
    await colleagues.chats.send_due()
    await colleagues.move_to(START + 8 * DAY)

    await colleagues.chats.send_due()
    assert texts(receiver) == ["Escalated to you: Kickoff call (Acme Ltd, due Wed 4 Mar 2026)"]


async def test_a_task_that_is_done_by_then_is_not_told(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    await colleagues.add()
    await colleagues.tell(step_done="kickoff", result="held")

    assert await colleagues.chats.send_due() == 0
    assert receiver.requests == []
    assert await news(colleagues.store) == []


async def test_a_task_of_ones_own_is_no_news(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.add()
    await colleagues.wants_chat(receiver.url)
    await colleagues.tell(task_added="Send the slides", person=ANA, by=ANA)
    assert await colleagues.chats.send_due() == 0
    await colleagues.tell(task_added="Send the slides", person=ANA, by=LEA)

    assert await colleagues.chats.send_due() == 1
    assert texts(receiver)[0].startswith("New task: Send the slides")


async def test_a_task_that_a_colleague_hands_over_is_told_to_whose_it_is_now(
    colleagues: Colleagues, receiver: Receiver
) -> None:
    await colleagues.add()
    await colleagues.wants_chat(receiver.url, BO)
    await colleagues.tell(agreed={"kickoff": {"due": "2026-03-10"}})
    assert await colleagues.chats.send_due() == 0
    await colleagues.tell(agreed={"kickoff": {"person": BO}})
    await colleagues.tell(agreed={"kickoff": {"person": BO}})

    assert await colleagues.chats.send_due() == 1
    assert texts(receiver) == ["New task: Kickoff call (Acme Ltd, due Tue 10 Mar 2026)"]


async def test_a_task_that_one_takes_oneself_is_no_news(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.add()
    await colleagues.wants_chat(receiver.url, BO)
    await colleagues.tell(agreed={"kickoff": {"person": BO}}, by=BO)

    assert await colleagues.chats.send_due() == 0


async def test_who_stands_in_is_told_instead(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.add("beta", "Beta Inc")
    await colleagues.wants_chat(receiver.url, ANA)
    await colleagues.wants_chat(f"{receiver.url}/bo", BO)
    await absences.record(colleagues.context, NewAbsence(ANA, BO, date(2026, 3, 20), date(2026, 3, 2)), by=ANA)
    await colleagues.add()

    assert await colleagues.chats.send_due() == 1
    assert [each.path for each in receiver.requests] == ["/hooks/bo"]


async def test_a_webhook_that_is_gone_stops_and_says_so(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    await colleagues.add()
    receiver.answers.append(Answer(404, {}, b"no_service"))

    assert await colleagues.chats.send_due() == 0
    await colleagues.add("beta", "Beta Inc")  # no journey is kept waiting by it
    assert await colleagues.chats.send_due() == 0
    row = await colleagues.chosen()
    assert row.chat_stopped
    assert (row.chat_problem or "").startswith("Slack answered 404 (no_service): the webhook is gone.")
    assert len(receiver.requests) == 1
    assert await news(colleagues.store) == []

    await colleagues.wants_chat(receiver.url)
    await colleagues.add("gamma", "Gamma LLC")
    assert await colleagues.chats.send_due() == 1
    assert (await colleagues.chosen()).chat_problem is None


async def test_what_a_chat_does_not_take_is_tried_again_later_and_later_and_given_up(
    colleagues: Colleagues, receiver: Receiver
) -> None:
    await colleagues.wants_chat(receiver.url)
    await colleagues.add()
    receiver.answers.extend([Answer(500)] * ATTEMPTS)
    tried_after = []
    for minute in range(90):
        before = len(receiver.requests)
        await colleagues.chats.send_due()
        tried_after += [minute] * (len(receiver.requests) - before)
        colleagues.at += 60

    assert tried_after == [0, 1, 3, 7, 15, 31, 63]
    row = await colleagues.chosen()
    assert not row.chat_stopped
    assert (row.chat_problem or "").endswith("What was new then was given up after 7 attempts.")
    await colleagues.add("beta", "Beta Inc")
    colleagues.at += 3600
    assert await colleagues.chats.send_due() == 1
    assert texts(receiver)[-1].startswith("New task: Kickoff call (Beta Inc")


async def test_a_chat_that_asks_to_wait_is_let_wait(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    await colleagues.add()
    receiver.answers.append(Answer(429, {"retry-after": "300"}))
    await colleagues.chats.send_due()
    colleagues.at += 299
    assert await colleagues.chats.send_due() == 0
    colleagues.at += 1
    assert await colleagues.chats.send_due() == 1


async def test_a_test_says_whether_it_was_taken(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    assert await colleagues.chats.test(ANA)
    assert texts(receiver) == ["Test: Milepost can reach you here"]

    receiver.answers.append(Answer(404, {}, b"no_service"))
    assert not await colleagues.chats.test(ANA)
    assert (await colleagues.chosen()).chat_stopped
    assert await colleagues.chats.test(ANA)  # it is there again
    assert not (await colleagues.chosen()).chat_stopped
    assert not await colleagues.chats.test(BO)  # who has none


async def test_the_address_is_kept_sealed_and_is_in_no_log(colleagues: Colleagues, receiver: Receiver) -> None:
    with structlog.testing.capture_logs() as logs:
        await colleagues.wants_chat(f"{receiver.url}/T000/very-secret-part")
        await colleagues.add()
        receiver.answers.append(Answer(500))
        await colleagues.chats.send_due()
        receiver.answers.append(Answer(404))
        await colleagues.chats.test(ANA)
    row = await colleagues.chosen()
    stored = " ".join(str(getattr(row, column.name)) for column in DeskMessagesRow.__table__.columns)
    assert "very-secret" not in stored + str(logs)
    assert row.chat_shown == "127.0.0.1/…part"
    assert colleagues.sealer.read(row.chat_sealed or "").endswith("/T000/very-secret-part")


async def test_another_secret_key_asks_for_the_address_once_more(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    await colleagues.add()
    chats = colleagues.another_chat()
    chats._sealer = Sealer("fedcba9876543210fedcba9876543210")

    assert await chats.send_due() == 0
    assert "Put it in once more." in ((await colleagues.chosen()).chat_problem or "")


async def test_the_address_may_stay_and_what_is_told_change(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    sealed = (await colleagues.chosen()).chat_sealed
    await colleagues.wants_chat("", about=("task",))

    row = await colleagues.chosen()
    assert (row.chat_sealed, row.chat_about) == (sealed, ["task"])
    with pytest.raises(InvalidChoiceError, match="Teams gave you is missing"):
        await colleagues.wants_chat("", chat="teams")
    with pytest.raises(InvalidChoiceError, match="Nothing is chosen"):
        await colleagues.wants_chat("", about=())
    with pytest.raises(InvalidChoiceError, match="which chat"):
        await colleagues.wants_chat(receiver.url, chat="irc")
    with pytest.raises(ChatAddressError):
        await colleagues.wants_chat("http://hooks.slack.com/services/x")


async def test_what_ends_leaves_nothing(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url)
    await colleagues.add()
    await end_chat(colleagues.context, ANA)
    assert await news(colleagues.store) == []
    assert (await colleagues.chosen()).chat_sealed is None

    await colleagues.wants_chat(receiver.url)
    await people.change(colleagues.context, ANA, left=True)
    async with colleagues.store.reading() as session:
        assert await desk_messages.of_person(session, ANA) is None


async def test_a_colleague_who_is_forgotten_takes_the_address_along(colleagues: Colleagues, receiver: Receiver) -> None:
    await colleagues.wants_chat(receiver.url, BO)
    await forget_contact(colleagues.context, BO)

    async with colleagues.store.reading() as session:
        rows = list(await session.scalars(select(DeskMessagesRow)))
    assert [(each.chat, each.chat_sealed, each.next_at) for each in rows] == [(None, None, None)]
    assert rows[0].address != BO
