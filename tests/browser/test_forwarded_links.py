"""A link to the results that may be forwarded is copied by one tap; without scripts it stands there to be marked."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import PATIENCE, PHONE
from tests.browser.layout import cut_texts, sideways
from tests.browser.screens import axe_complaints
from tests.web.conftest import World
from tests.web.example import SAM

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_a_link_to_forward_is_copied_by_one_tap(chromium: Browser, world: World, *, scripts: bool) -> None:
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with,
        viewport=PHONE,
        java_script_enabled=scripts,
        reduced_motion="reduce",
        locale="en-US",
    )
    context.set_default_timeout(PATIENCE)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.goto(f"{world.plan(SAM)}/proof")
    await page.get_by_role("button", name="Make a link to forward").click()
    link = await page.get_by_label("Your link of").input_value()
    assert "/proof/" in link
    copy = page.get_by_role("button", name="Copy the link")
    if scripts:
        await copy.click()
        await expect(page.get_by_text("Copied.")).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == link
        assert [*await sideways(page), *await cut_texts(page), *await axe_complaints(page)] == []
    else:
        await expect(copy).to_have_count(0)
        await expect(page.get_by_role("button", name="End this link")).to_be_visible()
    await context.close()
