"""Pages that come anew by themselves leave alone what a reader did to them, in a browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.looks import PHONE
from tests.web.conftest import World
from tests.web.example import customer

pytestmark = pytest.mark.asyncio(loop_scope="session")
WALL = "/ops/maps/pilot"
SOON = 30_000
"""Milliseconds within which a page shows what was counted anew, on a busy machine."""


async def test_the_walls_numbers_change_and_nothing_folds_up_or_is_lost(window: Page, world: World) -> None:
    await window.set_viewport_size(PHONE)  # on which the picture is wider than its region
    await window.goto(WALL)
    await window.get_by_text("The numbers as a table").click()
    here = window.get_by_role("row", name="Stage: Getting started").get_by_role("cell").first
    await expect(here).to_have_text("1")
    await window.evaluate("window.same = true")
    picture = window.get_by_role("region", name="The map with its numbers")
    await picture.focus()
    await picture.evaluate("each => each.scrollTo(40, 0)")
    await window.evaluate("scrollTo(0, 200)")

    await world.add(customer("beta", "Beta Inc"))
    await expect(here).to_have_text("2", timeout=SOON)
    await expect(picture).to_contain_text("2 customers on the way", timeout=SOON)
    assert await window.evaluate("[window.same, scrollY, document.activeElement.getAttribute('aria-label')]") == [
        True,
        200,
        "The map with its numbers",
    ]
    assert await picture.evaluate("each => each.scrollLeft") == 40


async def test_a_choice_that_is_half_made_stays(window: Page, world: World) -> None:
    await window.goto(WALL)
    version = window.get_by_label("Version")
    await version.select_option(index=1)
    chosen = await version.input_value()
    await window.get_by_text("The numbers as a table").click()
    here = window.get_by_role("row", name="Stage: Getting started").get_by_role("cell").first
    await world.add(customer("beta", "Beta Inc"))
    await expect(here).to_have_text("2", timeout=SOON)

    assert await version.input_value() == chosen != ""


async def test_without_scripts_the_page_itself_comes_anew(chromium: Browser, world: World) -> None:
    context = await chromium.new_context(base_url=world.settings.links_begin_with, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/sign-in?next=/ops/maps/pilot")
    await page.get_by_role("button").first.click()
    note = page.locator("p.note", has_text="on the way")
    await expect(note).to_contain_text("1 customer on the way")

    await world.add(customer("beta", "Beta Inc"))
    await expect(note).to_contain_text("2 customers on the way", timeout=SOON)
    await context.close()
