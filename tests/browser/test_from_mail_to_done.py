"""On a phone, on maps that Milepost ships: two taps lead from the text of a mail to a step that is done."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import escape

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from milepost.store import messages
from tests.browser.conftest import PATIENCE
from tests.browser.looks import PHONE
from tests.browser.shipped_map import CUSTOMER, address, enrolled, tell
from tests.web.conftest import World
from tests.web.example import DAY, START

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENTERPRISE = ("enterprise-save-time", {"tier": "enterprise", "goal": "save_time", "single_sign_on": True})
SMALL = ("small-business-save-money", {"tier": "small", "goal": "save_money"})
STEPS = {
    "book_kickoff": (*ENTERPRISE, ["handoff"], "coordinator", "Pick a time for the kickoff call", "Send"),
    "connect_sso": (
        *ENTERPRISE, ["handoff", "book_kickoff", "kickoff"], "it_admin", "Connect single sign-on", "Mark as done",
    ),
    "connect_bank": (*SMALL, [], "owner", "Connect the bank account", "Mark as done"),
}  # fmt: skip
"""By the step's id: its map, what its customer is like, what was done before it, whose it is, its title, its button."""
SCREENS = 2
"""How far down the button may be, in screens of the phone."""


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Browser, world: World) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, viewport=PHONE, has_touch=True, is_mobile=True, locale="en-US"
    )
    context.set_default_timeout(PATIENCE)
    yield await context.new_page()
    await context.close()


async def text_of_mail(world: World, step: str, contact: str) -> str:
    """The text of the mail that opens a step, as a program shows it that makes links of addresses."""
    async with world.store.reading() as session:
        lines = (await messages.outbox(session, customer=CUSTOMER)).lines
    rows = [each.message for each in lines if each.message.contact == contact]
    [row] = [each for each in rows if each.steps == [step] and each.reason in ("opening", "request")]
    assert row.link
    signed = escape(row.text or "").replace(f"/plan/{row.link}", f"/plan/{world.links.token(row.link)}")
    return re.sub(r"(https?://[^\s&)]+)", r'<a href="\1">\1</a>', signed)


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_is_done_by_two_taps_from_the_text_of_its_mail_on(world: World, phone: Page, step: str) -> None:
    map_id, attributes, before, persona, title, button = STEPS[step]
    await enrolled(world, map_id, **attributes)
    for each in before:
        await tell(world, step_done=each)
    await world.move_to(START + 3 * DAY)
    text = await text_of_mail(world, step, address(persona))
    await phone.set_content(f'<meta name="viewport" content="width=device-width"><pre>{text}</pre>')
    await phone.locator('a[href*="/plan/"]').first.tap()
    await expect(phone.locator(".card.next h2")).to_have_text(title)
    place = phone.locator(".card.next").get_by_role("button", name=button)
    box = await place.bounding_box()
    assert box is not None
    assert await phone.evaluate("scrollY") == 0
    assert box["y"] + box["height"] <= SCREENS * PHONE["height"]
    await place.tap()

    await expect(phone.get_by_role("status").first).to_contain_text("Noted. Thank you.")
    facts = await world.facts(CUSTOMER)
    [done] = [fact for fact in facts if fact.kind == "step_done" and fact.data["step"] == step]
    assert done.told_by == address(persona)
