"""A manager's Monday: who has too much, what is late and went up, a task to somebody else, and who is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from milepost.intake import people
from milepost.roles import Role
from milepost.settings import Settings
from tests.browser.conftest import PATIENCE
from tests.browser.looks import DESK, complaints
from tests.ports import free_port
from tests.web.conftest import KEY, World
from tests.web.example import ANA, BO, DAY, LEA, START, customer

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """Whoever opens a page has to sign in."""
    return Settings(
        data=tmp_path,
        database_url=sqlite_url,
        secret_key="s" * 32,
        api_keys=(KEY,),
        port=free_port(),
        desk_password=SecretStr(PASSWORD),
    )


async def team_of_the_north(world: World) -> None:
    """Ana has four customers in five hours a week, Bo none in forty; Lea is their manager; a week has passed."""
    context = world.intake.context
    await people.change(context, "edda@vendor.example", role=Role.ADMIN)
    await people.change(context, ANA, team="north", hours_per_week=5)
    await people.change(context, BO, team="north", hours_per_week=40)
    await people.change(context, LEA, team="north", role=Role.MANAGER)
    for number in range(3):
        await world.add(customer(f"c{number}", f"Customer {number}"))
    await world.move_to(START + 7 * DAY)


async def signed_in(page: Page, address: str) -> None:
    await page.goto("/sign-in?next=/desk/team")
    await page.get_by_label("Your mail address").fill(address)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def test_the_load_is_seen_and_a_late_task_goes_to_whoever_has_time(chromium: Browser, world: World) -> None:
    await team_of_the_north(world)
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, viewport=DESK, locale="en-US", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()

    await signed_in(page, LEA)
    anas = page.get_by_role("row", name="Ana Ruiz")
    await expect(anas).to_contain_text("6 hours of 5 hours too much")
    looks = await complaints(page, "a manager's team")
    await anas.locator("a[href$='section=late']").click()
    await expect(page.locator("a.row")).to_have_count(4)
    looks += await complaints(page, "what is late of a colleague")

    await page.locator("a.row").first.click()
    await page.locator("#pane summary", has_text="Hand over").click()
    form = page.locator("#pane form[action='/desk/tasks/hand-over']")
    await form.locator("input[name=person]").fill(BO)
    await form.get_by_role("button", name="Hand over").click()
    await expect(page.locator("a.row")).to_have_count(3)

    await page.goto("/desk/team")
    await expect(page.get_by_role("row", name="Bo Ek")).to_contain_text("1.5 hours of 40 hours")
    await page.get_by_role("row", name="Ana Ruiz").get_by_role("link", name="4.5 hours").click()
    await expect(page.get_by_role("heading", name="The week of Ana Ruiz")).to_be_visible()
    await expect(page.get_by_role("row", name="Late")).to_contain_text("3")
    looks += await complaints(page, "the week of a colleague")

    await page.goto("/desk")
    await expect(page.locator("a.row")).to_have_count(4)  # what went up is on her own desk

    await page.get_by_role("link", name="Queues", exact=True).click()
    await page.get_by_role("link", name="Share them out by the hours that each has left").click()
    await expect(page.get_by_role("row", name="Bo Ek")).to_contain_text("4 tasks, 2 hours")
    looks += await complaints(page, "sharing out a queue")
    await page.get_by_role("button", name="Share out").click()
    await expect(page.get_by_text("Shared out. Each has theirs on the desk now.")).to_be_visible()
    await expect(page.locator("a.row")).to_have_count(0)
    assert looks == []
    await context.close()
