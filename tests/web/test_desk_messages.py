"""The page on which a colleague chooses a morning mail and messages to a chat."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from milepost.channels.outbox import OutboxChannel
from milepost.intake import sign_in_links
from milepost.intake.morning_mail import MorningMails
from milepost.planner.instants import parse
from milepost.store import desk_messages
from milepost.store.desk_message_tables import DeskMessagesRow
from milepost.store.sessions import Way
from tests.channels.loopback_servers import Answer, Receiver, http_receiver
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO

PAGE = "/desk/messages"
WEDNESDAY = parse("2026-03-04T13:00:00Z")  # 8:00 in New York
MORNING = {"wanted": "yes", "hour": "8", "timezone": "America/New_York", "days": ["0", "1", "2", "3", "4"]}
SLACK = "https://hooks.slack.com/services/T000/B000/abcdefghWXYZ"


@pytest.fixture
def receiver(real_server: None) -> Iterator[Receiver]:
    with http_receiver() as server:
        yield server


async def send(browser: httpx.AsyncClient, part: str, **typed: object) -> httpx.Response:
    """Sends one of the page's forms, and returns the page that is shown then."""
    form = form_in(await browser.get(PAGE), f"{PAGE}/morning")
    told = await browser.post(f"{PAGE}/{part}", data={**form, **typed})
    return await browser.get(told.headers["location"]) if told.status_code == 303 else told


async def chosen(world: World, person: str = ANA) -> DeskMessagesRow | None:
    async with world.store.reading() as session:
        return await desk_messages.of_person(session, person)


async def test_nothing_is_chosen_to_begin_with(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get(PAGE)

    assert page.status_code == 200
    assert 'name="wanted" value="yes">' in page.text
    assert 'value="America/New_York"' in page.text
    assert "Send me a test" not in page.text
    assert 'href="/desk/messages"' in (await browser.get(f"/desk/{ANA}")).text
    assert await chosen(world) is None


async def test_the_morning_mail_is_chosen_seen_and_ended(world: World, browser: httpx.AsyncClient) -> None:
    page = await send(browser, "morning", **MORNING)
    assert "The next one comes on Tue 3 Mar 2026, 08:00 EST" in text_of(page)

    await world.move_to(WEDNESDAY)
    assert await MorningMails(world.intake.context, OutboxChannel(), "http://127.0.0.1:8080").send_due() == 1
    page = await browser.get(PAGE)
    assert "Wed 4 Mar 2026: 1 due today (kept here; nothing leaves this installation)" in text_of(page)
    assert "Due today: Kickoff call , Acme Ltd" in text_of(page)
    task = await browser.get(f"/desk/{ANA}?journey=acme/1&task=kickoff/1")
    assert "Kickoff call" in text_of(task)

    page = await send(browser, "morning", **{**MORNING, "wanted": ""})
    assert "No morning mail comes any more." in text_of(page)
    row = await chosen(world)
    assert row is not None
    assert row.next_at is None


async def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = await send(browser, "morning", **{**MORNING, "timezone": "America/New_Yrok", "hour": "9"})

    assert page.status_code == 422
    assert "Did you mean 'America/New_York'?" in text_of(page)
    assert 'value="America/New_Yrok"' in page.text
    assert '<option value="9" selected>' in page.text
    assert 'aria-describedby="timezone-error"' in page.text
    assert (await send(browser, "morning", **{**MORNING, "days": []})).status_code == 422
    assert (await send(browser, "morning", **{**MORNING, "hour": "25"})).status_code == 422
    assert await chosen(world) is None


async def test_a_chat_is_chosen_and_its_address_is_never_shown_again(world: World, browser: httpx.AsyncClient) -> None:
    page = await send(browser, "chat", chat="slack", address=SLACK, about=["task", "disputed"])

    assert "hooks.slack.com/…WXYZ" in text_of(page)
    assert "abcdefgh" not in page.text
    row = await chosen(world)
    assert row is not None
    assert row.chat_about == ["disputed", "task"]
    refused = await send(browser, "chat", chat="slack", address="http://10.0.0.1/very-secret", about=["task"])
    assert refused.status_code == 422
    assert "others could read along" in text_of(refused)
    assert "very-secret" not in refused.text

    page = await send(browser, "chat/end")
    assert "its address is deleted" in text_of(page)
    row = await chosen(world)
    assert row is not None
    assert (row.chat, row.chat_sealed) == (None, None)


async def test_a_test_shows_what_the_chat_answers(world: World, browser: httpx.AsyncClient, receiver: Receiver) -> None:
    await send(browser, "chat", chat="slack", address=receiver.url, about=["task"])
    page = await send(browser, "chat/test")
    assert "Your chat answered that it has the message." in text_of(page)
    assert len(receiver.requests) == 1

    receiver.answers.append(Answer(404, {}, b"no_service"))
    page = await send(browser, "chat/test")
    said = text_of(page)
    assert "Slack answered 404 (no_service): the webhook is gone. Make a new one" in said
    assert "Nothing is posted there until you save or test it again." in said


async def test_outside_a_demo_nothing_is_posted_to_this_machine(world: World, receiver: Receiver) -> None:
    real = World(world.store, world.settings, is_real=True)
    secret = await sign_in_links.make(real.intake.context, ANA, Way.TERMINAL)
    async with real.client() as client:
        await client.post(f"/sign-in/link/{secret}")
        refused = await send(client, "chat", chat="slack", address=receiver.url, about=["task"])
        assert refused.status_code == 422
        address = receiver.url.replace("http://127.0.0.1", "https://localhost")
        await send(client, "chat", chat="slack", address=address, about=["task"])
        page = await send(client, "chat/test")
    assert "localhost is an address inside a network, and nothing is posted there." in text_of(page)
    assert receiver.requests == []


async def test_everybody_has_their_own(world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient) -> None:
    await send(browser, "chat", chat="teams", address=SLACK, about=["task"])
    await sign_in(visitor, BO)

    assert "WXYZ" not in (await visitor.get(PAGE)).text
    forged = form_in(await browser.get(PAGE), f"{PAGE}/morning")
    assert (await visitor.post(f"{PAGE}/chat/end", data=forged)).status_code >= 400
    assert await chosen(world) is not None


async def test_it_says_that_all_mail_is_held(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "morning", **MORNING)
    async with world.client() as ops:
        await sign_in(ops, "ops@vendor.example")
        page = await ops.get("/ops/mail")
        await ops.post("/ops/mail/switch", data={**form_in(page, "/ops/mail/switch"), "mail": "held"})
    assert "All mail is held at present" in text_of(await browser.get(PAGE))
