"""A time of day that was agreed on, and answers that change, in a browser: on a phone, in the dark, in German too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.layout import cut_texts, sideways
from tests.browser.screens import axe_complaints, picture
from tests.browser.test_in_a_browser import sign_in, to_the_question
from tests.web.conftest import World
from tests.web.example import KIM, SAM, customer
from tests.web.file_forms import PDF

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def looked_at(page: Page, name: str) -> None:
    """Nothing is cut, wider than the screen, or hard to use; a picture is kept."""
    await page.emulate_media(reduced_motion="reduce")
    assert (await sideways(page), await cut_texts(page)) == ([], [])
    assert await axe_complaints(page) == []
    await page.emulate_media(color_scheme="dark")
    await picture(page, name)


async def test_a_colleague_agrees_on_a_time_and_the_customer_reads_it_by_their_own_clock(
    world: World, page: Page
) -> None:
    contacts = tuple(replace(each, language="de") for each in customer().contacts)
    await world.add(replace(customer(), contacts=contacts))
    await sign_in(page)
    await page.get_by_role("link", name="Kickoff call").click()
    task = page.locator("#acme-1-kickoff-1")
    await task.get_by_text("Agree on a date").click()
    await task.get_by_label("Day", exact=True).fill("2026-03-11")
    await task.get_by_label("Time").fill("14:00")
    await task.get_by_label("Minutes").fill("45")
    await task.get_by_role("button", name="Agree on it").click()
    await expect(task).to_contain_text("Agreed for Wed 11 Mar 2026, 14:00 EDT (45 minutes)")
    await page.goto("/desk/agreement/acme")
    await expect(page.locator('input[name="kickoff.time"]')).to_have_value("14:00")
    await looked_at(page, "agreement-with-a-time")
    await page.goto("/desk")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your day")
    await page.get_by_role("link", name="Kickoff call").click()
    await page.locator("#acme-1-kickoff-1").get_by_text("Agree on a date").click()
    await looked_at(page, "agree-on-a-date")
    await page.goto(world.plan(KIM))
    await expect(page.get_by_role("main")).to_contain_text("19:00")
    await expect(page.get_by_role("main")).to_contain_text("Mitteleuropäische Normalzeit")
    await looked_at(page, "plan-with-a-time-de")


async def test_a_sponsor_empties_what_they_added_and_a_colleague_of_theirs_saves_the_file(
    world: World, page: Page, tmp_path: Path
) -> None:
    await to_the_question(world)
    await page.goto(world.question())
    await page.get_by_role("button", name="Yes").click()
    report = tmp_path / "report.pdf"
    report.write_bytes(PDF)
    await page.get_by_label("Hours saved a week").fill("7.5")
    await page.locator('input[type="file"]').set_input_files(report)
    await page.get_by_role("button", name="Send").click()
    await page.get_by_label("Hours saved a week").fill("")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_label("Hours saved a week")).to_have_value("")
    [kept] = [each for each in await world.answers() if each.revoked_at is None]
    assert (kept.value, kept.said_by) == (None, SAM)
    await page.goto(world.plan(KIM))
    await page.get_by_text("Files that you and your colleagues sent").click()
    await looked_at(page, "plan-with-files")
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="report.pdf").click()
    await (await saved.value).save_as(tmp_path / "saved.pdf")
    assert (tmp_path / "saved.pdf").read_bytes() == PDF
