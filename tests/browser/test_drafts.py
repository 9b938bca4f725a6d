"""What is typed in a form of the plan is there again for whoever comes back: kept by the script, or by the button."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from milepost.store.form_drafts import FormDraftRow
from tests.browser.conftest import PATIENCE, PHONE
from tests.browser.shipped_map import JOURNEY, address, enrolled, tell
from tests.web.conftest import World
from tests.web.example import DAY, START

pytestmark = pytest.mark.asyncio(loop_scope="session")

REPORTS, HOURS = "The reports, one a line", "Hours a week today"
SAVED = "Saved. Nothing is sent yet."


@pytest_asyncio.fixture(loop_scope="session")
async def plan(world: World) -> str:
    """The coordinator's plan, whose next step is a form."""
    await enrolled(world, "enterprise-save-time", tier="enterprise", goal="save_time", single_sign_on=True)
    for step in ("handoff", "book_kickoff", "kickoff"):
        await tell(world, step_done=step)
    await world.move_to(START + 3 * DAY)
    return world.plan(address("coordinator"), JOURNEY)


async def drafts(world: World) -> list[FormDraftRow]:
    async with world.store.reading() as session:
        return list(await session.scalars(select(FormDraftRow)))


async def kept(world: World) -> None:
    """Waits until something that was typed has been kept."""
    for _ in range(PATIENCE // 50):
        if await drafts(world):
            return
        await asyncio.sleep(0.05)
    pytest.fail("nothing was kept")


async def elsewhere_and_back(page: Page, plan: str) -> None:
    await page.goto("/sign-in")
    await page.goto(plan)
    await expect(page.locator(".card.next h2")).to_have_text("Choose the three reports to automate first")


async def test_what_is_typed_is_saved_by_itself_and_said_to_be(world: World, page: Page, plan: str) -> None:
    await page.goto(plan)
    await page.get_by_label(REPORTS).fill("Sales by week\nOpen cases")
    await page.get_by_label(HOURS).fill("about 12")
    await expect(page.get_by_text(SAVED)).to_be_visible()
    await elsewhere_and_back(page, plan)

    await expect(page.get_by_label(REPORTS)).to_have_value("Sales by week\nOpen cases")
    await expect(page.get_by_label(HOURS)).to_have_value("about 12")
    await expect(page.locator("form.answers")).to_contain_text("Nothing is sent yet.")
    assert not [each for each in await world.facts("globex") if "choose_reports" in str(each.data)]


async def test_what_was_typed_last_is_saved_as_the_page_is_left(world: World, page: Page, plan: str) -> None:
    await page.goto(plan)
    await page.get_by_label(HOURS).fill("14")
    await page.goto("/sign-in")
    await kept(world)
    await page.goto(plan)

    await expect(page.get_by_label(HOURS)).to_have_value("14")


async def test_nothing_is_saved_of_a_form_that_was_sent(world: World, page: Page, plan: str) -> None:
    await page.goto(plan)
    for label, typed in ((REPORTS, "Sales"), (HOURS, "12"), ("Hours a week to get back", "8")):
        await page.get_by_label(label).fill(typed)
    await page.locator("form.answers button.main").click()
    await expect(page.get_by_role("status").first).to_contain_text("Noted. Thank you.")

    assert await drafts(world) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_the_button_saves_for_later(chromium: Browser, world: World, plan: str, *, scripts: bool) -> None:
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, viewport=PHONE, java_script_enabled=scripts, locale="en-US"
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto(plan)
    await page.get_by_label(HOURS).fill("many")
    await page.get_by_role("button", name="Save for later").click()
    await expect(page.get_by_role("status").first).to_contain_text("nothing is sent yet.")
    await elsewhere_and_back(page, plan)

    await expect(page.get_by_label(HOURS)).to_have_value("many")
    assert [row.typed.get("hours_today") for row in await drafts(world)] == [["many"]]
    await context.close()
