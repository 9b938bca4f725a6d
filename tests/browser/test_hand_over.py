"""A hand-over of many customers in a browser that is closed in the middle, and opened again."""

from __future__ import annotations

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from milepost.intake import hand_over_runs
from milepost.store import customers
from tests.browser.conftest import PATIENCE
from tests.browser.looks import DESK, complaints
from tests.web.conftest import World
from tests.web.example import ANA, BO, START, customer

pytestmark = pytest.mark.asyncio(loop_scope="session")
COUNT = 300


@pytest_asyncio.fixture(loop_scope="session")
async def many(world: World) -> World:
    """Ana looks after three hundred customers, of whom Acme has a journey."""
    async with world.store.transaction() as session:
        await customers.save(session, [customer(f"c{number}") for number in range(COUNT - 1)], START)
    return world


async def signed_in(chromium: Browser, world: World) -> tuple[BrowserContext, Page]:
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, viewport=DESK, locale="en-US", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/sign-in?next=/desk/hand-over")
    await page.get_by_role("button", name=ANA).click()
    return context, page


async def test_it_goes_on_while_the_browser_is_closed_and_the_result_is_there_afterwards(
    chromium: Browser, many: World
) -> None:
    context, page = await signed_in(chromium, many)
    await page.goto(f"/desk/hand-over?former={ANA}&to={BO}")
    await page.get_by_role("button", name=f"Hand over {COUNT} customers").click()
    await expect(page.get_by_role("heading", name="The hand-over goes on")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Customers done")).to_have_attribute("value", "33")
    looks = await complaints(page, "a hand-over that goes on")
    await context.close()

    await hand_over_runs.hand_over_next(many.intake.context, 1)  # what a worker does meanwhile

    context, page = await signed_in(chromium, many)
    await page.get_by_role("link", name="Ana Ruiz to Bo Ek").click()
    await expect(page.get_by_text(f"200 of {COUNT} customers.")).to_be_visible()
    await hand_over_runs.go_on(many.intake.context, 1)
    await expect(page.get_by_text(f"{COUNT} customers went over")).to_be_visible()  # by itself
    looks += await complaints(page, "a hand-over that is done")
    await page.get_by_role("link", name="See the desk of Bo Ek").click()
    await expect(page.get_by_text("Kickoff call").first).to_be_visible()
    await context.close()
    assert [row.kind for row in await many.timeline()].count("handed_over") == 1
    assert looks == []
