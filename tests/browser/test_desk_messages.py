"""A colleague chooses a morning mail and a chat, in a browser: short stories, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from milepost.channels.outbox import OutboxChannel
from milepost.channels.recorder import RecordingChannel
from milepost.intake.morning_mail import MorningMails
from milepost.planner.instants import parse
from tests.browser.layout import sideways
from tests.browser.looks import complaints
from tests.browser.screens import axe_complaints
from tests.channels.loopback_servers import Answer, Receiver, http_receiver
from tests.web.conftest import World
from tests.web.example import ANA

pytestmark = pytest.mark.asyncio(loop_scope="session")
ADDRESS = re.compile("^The webhook")
WEDNESDAY = parse("2026-03-04T13:00:00Z")  # 8:00 in New York


@pytest.fixture
def receiver(real_server: None) -> Iterator[Receiver]:
    with http_receiver() as server:
        yield server


async def test_from_my_day_to_a_mail_that_leads_to_its_task(window: Page, world: World) -> None:
    await window.goto(f"/desk/{ANA}")
    await window.get_by_role("link", name="Morning mail and chat").click()
    await expect(window.get_by_role("heading", level=1)).to_have_text("Morning mail and chat")
    looks = await complaints(window, "no messages yet")
    await window.get_by_label("Send me my day in the morning").check()
    await window.get_by_role("button", name="Save the morning mail").click()
    await expect(window.get_by_text("The next one comes on Tue 3 Mar 2026, 08:00 EST")).to_be_visible()

    await world.move_to(WEDNESDAY)
    base = world.settings.links_begin_with
    await MorningMails(world.intake.context, OutboxChannel(), base).send_due()
    await window.reload()
    looks += await complaints(window, "a morning mail was kept")
    await window.get_by_role("link", name="Kickoff call").click()
    await expect(window.locator("#pane")).to_contain_text("Kickoff call")

    assert looks == []


async def test_a_chat_is_set_tried_and_ended(window: Page, receiver: Receiver) -> None:
    await window.goto("/desk/messages")
    await window.get_by_label("Slack", exact=True).check()
    await window.get_by_label(ADDRESS).fill("hello")
    await window.get_by_role("button", name="Save the chat").click()
    await expect(window.get_by_label(ADDRESS)).to_have_attribute("aria-invalid", "true")
    looks = await complaints(window, "an address of a chat that is none")
    await window.get_by_label(ADDRESS).fill(f"{receiver.url}/T000/secret-part")
    await window.get_by_role("button", name="Save the chat").click()
    await expect(window.locator("code")).to_have_text("127.0.0.1/…part")
    await window.get_by_role("button", name="Send me a test").click()
    await expect(window.get_by_text("Your chat answered that it has the message.")).to_be_visible()

    receiver.answers.append(Answer(404, {}, b"no_service"))
    await window.get_by_role("button", name="Send me a test").click()
    await expect(window.get_by_text("Slack answered 404 (no_service): the webhook is gone.")).to_be_visible()
    looks += await complaints(window, "a webhook that is gone")
    await window.get_by_role("button", name="No messages any more").click()
    await expect(window.get_by_role("button", name="Send me a test")).to_have_count(0)

    assert looks == []


async def test_the_mail_itself_is_accessible_and_whole(window: Page, world: World, tmp_path: Path) -> None:
    await window.goto("/desk/messages")
    await window.get_by_label("Send me my day in the morning").check()
    await window.get_by_role("button", name="Save the morning mail").click()
    await world.move_to(WEDNESDAY)
    channel = RecordingChannel()
    await MorningMails(world.intake.context, channel, world.settings.links_begin_with).send_due()
    [mail] = channel.delivered
    file = tmp_path / "mail.html"
    file.write_text(mail.html or "")
    await window.goto(file.as_uri())

    assert [*await axe_complaints(window, is_mail=True), *await sideways(window)] == []
