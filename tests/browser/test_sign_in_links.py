"""Colleagues sign in by a link that was mailed, and by one that a command printed, in a browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from milepost.intake import operators_link, sign_in_links
from milepost.settings import Settings
from milepost.store.sessions import Way
from tests.browser.conftest import PATIENCE
from tests.browser.looks import DESK, complaints
from tests.channels.loopback_servers import Mailbox, mail_server
from tests.web.conftest import World
from tests.web.example import ANA
from tests.workflows.rig import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest_asyncio.fixture(loop_scope="session")
async def smtp_port(mailbox: Mailbox, real_server: None) -> AsyncIterator[int]:
    async with mail_server(mailbox) as port:
        yield port


@pytest.fixture
def settings(settings: Settings, smtp_port: int) -> Settings:
    """Mail is sent, and whoever opens a page has to sign in."""
    smtp = {
        "channel": "smtp",
        "smtp_host": "localhost",
        "smtp_port": smtp_port,
        "smtp_security": "none",
        "smtp_from": "Vendor <success@vendor.example>",
        "desk_password": SecretStr("correct horse battery"),
    }
    return settings.model_copy(update=smtp)


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(chromium: Browser, world: World) -> AsyncIterator[Page]:
    """A window of somebody who hasn't signed in; pages that refuse are what these tests look at."""
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, viewport=DESK, locale="en-US", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    yield await context.new_page()
    await context.close()


async def asked_for(page: Page, mailbox: Mailbox) -> str:
    """Asks for a link by mail; returns the one that comes."""
    await page.goto("/desk")
    await page.get_by_label("Your mail address").fill(ANA)
    await page.get_by_role("button", name="Mail me a link to sign in").click()
    await expect(page.get_by_role("status")).to_contain_text("a mail with a link is on its way")

    async def links() -> list[str]:
        return [
            link for mail in mailbox.mails for link in re.findall(r"http://\S+/sign-in/link/\S+", mail.get_content())
        ]

    return (await eventually(links))[-1]  # it is mailed behind the answer


async def test_from_the_desk_to_the_mail_and_back_to_the_desk(visitor: Page, mailbox: Mailbox) -> None:
    link = await asked_for(visitor, mailbox)
    looks = await complaints(visitor, "a link is on its way")
    await visitor.goto(link)
    looks += await complaints(visitor, "a link that was mailed")
    await visitor.get_by_role("button", name="Sign in").click()
    await expect(visitor.get_by_role("heading", level=1)).to_have_text("Your day")
    await visitor.get_by_role("button", name="Sign out").click()
    await expect(visitor.get_by_role("heading", level=1)).to_have_text("Sign in")

    await visitor.goto(link)
    await expect(visitor.get_by_role("heading", level=1)).to_contain_text("This link was used already")
    looks += await complaints(visitor, "a link that was used")
    await visitor.goto("/desk")
    await expect(visitor.get_by_label("Your mail address")).to_be_visible()
    assert looks == []


async def test_a_printed_link_lets_a_colleague_in_once(visitor: Page, world: World) -> None:
    secret = await sign_in_links.make(world.intake.context, ANA, Way.TERMINAL)
    assert secret
    await visitor.goto(sign_in_links.url_of(secret, world.settings.links_begin_with))
    await visitor.get_by_role("button", name="Sign in").click()
    await expect(visitor.get_by_role("heading", level=1)).to_have_text("Your day")


async def test_whoever_runs_milepost_comes_in_by_the_link_that_up_prints(visitor: Page, world: World) -> None:
    secret = await operators_link.make(world.intake.context)
    await visitor.goto(sign_in_links.url_of(secret, world.settings.links_begin_with))
    await expect(visitor.get_by_role("heading", level=1)).to_have_text("Welcome to Milepost")
    looks = await complaints(visitor, "the first sign-in")
    await visitor.get_by_label("Your mail address").fill("edda@vendor.example")
    await visitor.get_by_label("Your name").fill("Edda Berg")
    await visitor.get_by_role("button", name="Sign in").click()

    await visitor.goto("/ops/people")
    await expect(visitor.get_by_role("heading", level=1)).to_have_text("People")
    await expect(visitor.get_by_role("row", name="Edda Berg")).to_contain_text("admin", ignore_case=True)
    assert looks == []
