"""The plan on paper: a success plan of a page or two, with all that is folded on the screen and nothing to press."""

from __future__ import annotations

import os
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect
from pypdf import PdfReader

from tests.browser.shipped_map import JOURNEY, address, enrolled, tell
from tests.web.conftest import World
from tests.web.example import DAY, START

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPEN = ("Connect single sign-on", "Choose the three reports to automate first")
DONE = ("Pick a time for the kickoff call", "Kickoff call, agree who does what by when")
STAGES = ("Getting started", "Your first three reports", "Hours back", "One goal a quarter", "Your next year")
HOW = ("Add an application in your company directory", "A guess of the hours is enough")
ON_SCREEN = ("Mark as done", "Ask for help", "Another date", "Save for later", "Open the sign-in", "Hours a week today")

UNFOLDS = ".plan details::details-content { content-visibility: visible; }"
"""The rule by which browsers show on paper what is folded."""


async def on_paper(page: Page, name: str) -> tuple[int, str]:
    """How many sheets of A4 the open page takes, and the words on them, with single spaces."""
    printed = await page.pdf(format="A4")
    if folder := os.environ.get("TEST_PICTURES"):
        (Path(folder) / f"{name}.pdf").write_bytes(printed)
    sheets = PdfReader(BytesIO(printed)).pages
    words = unicodedata.normalize("NFKC", " ".join(sheet.extract_text() for sheet in sheets))
    return len(sheets), " ".join(words.split())


async def under_way(world: World) -> None:
    """A customer after the kickoff, with steps of three people."""
    await enrolled(world, "enterprise-save-time", tier="enterprise", goal="save_time", single_sign_on=True)
    for step in ("handoff", "book_kickoff", "kickoff"):
        await tell(world, step_done=step)
    await world.move_to(START + 3 * DAY)


async def without_unfolding(route: Route) -> None:
    """Answers as a style sheet for a browser that can't unfold by style: older ones of Firefox and Safari."""
    answer = await route.fetch()
    sheet = await answer.text()
    assert UNFOLDS in sheet
    await route.fulfill(response=answer, body=sheet.replace(UNFOLDS, ""))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("by_style", [True, False], ids=["by-style", "older"])
async def test_what_is_folded_is_on_paper_by_style_or_by_script(
    chromium: Browser, world: World, *, by_style: bool, scripts: bool
) -> None:
    await under_way(world)
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, java_script_enabled=scripts, locale="en-US"
    )
    page = await context.new_page()
    if not by_style:
        await page.route("**/milepost.css*", without_unfolding)
    await page.goto(world.plan(address("sponsor"), JOURNEY))
    folded = page.locator("details:not([open])")
    before = await folded.count()
    _, words = await on_paper(page, f"unfolded-{by_style}-{scripts}")

    assert ("Kickoff call, agree who does what by when" in words) == (by_style or scripts)
    assert await folded.count() == before > 1  # on the screen they stay as they were
    await context.close()


@pytest.mark.parametrize("reader", ["sponsor", "coordinator", "it_admin"])
async def test_a_plan_prints_as_a_success_plan_of_two_pages_at_most(world: World, page: Page, reader: str) -> None:
    await under_way(world)
    await page.goto(world.plan(address(reader), JOURNEY))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Globex")
    folded = page.locator("details:not([open])")
    assert await folded.count() > 1

    sheets, words = await on_paper(page, f"printed-plan-{reader}")

    assert sheets <= 2
    assert [each for each in (*OPEN, *DONE, *STAGES, *HOW) if each not in words] == []
    assert [each for each in ON_SCREEN if each in words] == []
    assert await folded.count() > 1  # on the screen they stay as they were


async def test_paper_is_white_for_readers_of_dark_screens_too(world: World, page: Page) -> None:
    await page.goto(world.plan())
    ink = "getComputedStyle(document.body).color"
    on_light = await page.evaluate(ink)
    await page.emulate_media(color_scheme="dark")
    assert await page.evaluate(ink) != on_light
    await page.emulate_media(media="print", color_scheme="dark")

    assert await page.evaluate(ink) == on_light
