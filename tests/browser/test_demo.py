"""A newcomer takes part in the demo, on a phone: is a colleague, stops time, steps a day, is a customer, and goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import complaints
from tests.web.conftest import World
from tests.web.example import ANA

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def stop(page: Page) -> None:
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(page.locator('[data-clock="pace"]')).to_have_text("stopped")


async def test_a_newcomer_is_a_colleague_for_a_day_and_then_a_customer(world: World, page: Page) -> None:
    await world.as_demo()
    world.journey_client.let_people_undo(timedelta(minutes=5))
    bar = page.locator(".demo-bar")
    await page.goto("/")
    await expect(page.get_by_role("region", name="The demo", exact=True)).to_contain_text("This is a demo")

    await page.get_by_role("button", name="Be Ana Ruiz").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your day")
    await expect(bar).to_contain_text("You play Ana Ruiz")
    await stop(page)
    await page.get_by_role("link", name="Kickoff call").click()
    await page.get_by_role("button", name="Held").click()
    await expect(page.get_by_text("Just now")).to_be_visible()
    await expect(page.locator('[data-clock="now"]')).to_contain_text("Mon 2 Mar 2026")

    await page.get_by_role("button", name="One day on").click()
    await world.let_pass(60)
    await expect(page.locator('[data-clock="now"]')).to_contain_text("Tue 3 Mar 2026")  # the page shows it by itself
    await expect(page.locator('[data-clock="pace"]')).to_have_text("stopped")
    await bar.get_by_role("button", name="Give back").click()
    await expect(bar).not_to_contain_text("You play")

    await world.tell(event="connected")
    await world.let_pass(1)
    await page.goto("/")
    await page.get_by_role("button", name="Be Acme Ltd").click()
    await expect(page.get_by_text("you are the customer")).to_be_visible()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("Thank you")).to_be_visible()

    await page.get_by_role("link", name="Back to the colleagues").click()
    await expect(bar).to_contain_text("You play Acme Ltd")
    await page.goto("/ops/maps/pilot")
    await expect(page.get_by_role("main")).to_contain_text("1 confirmed")
    await page.goto("/ops/results")
    await expect(page.get_by_role("main")).to_contain_text("Acme Ltd")
    await page.goto("/ops/customers/acme")
    await expect(page.get_by_role("main")).to_contain_text("confirmed")
    await bar.get_by_role("button", name="Give back").click()
    await expect(bar).not_to_contain_text("You play")


async def test_the_pages_of_the_demo_are_accessible_and_whole_in_all_looks(world: World, window: Page) -> None:
    await world.as_demo()
    found = {}
    for name, path in {"the start": "/", "a day": f"/desk/{ANA}", "a customer": "/ops/customers/acme"}.items():
        await window.goto(path)
        await expect(window.locator(".demo-bar")).to_be_visible()
        found[name] = await complaints(window, f"demo {name}")
    await window.goto("/")
    await window.get_by_role("button", name="Be Ana Ruiz").click()
    found["being Ana"] = await complaints(window, "demo being Ana")
    await window.goto("/")
    await window.get_by_role("button", name="Be Acme Ltd").click()
    await expect(window.get_by_text("you are the customer")).to_be_visible()
    found["being Acme"] = await complaints(window, "demo being Acme")

    assert {name: texts for name, texts in found.items() if texts} == {}
