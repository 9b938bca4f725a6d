"""The plan on paper: a success plan of a page or two, with all that is folded on the screen and nothing to press."""

from __future__ import annotations

import os
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
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


async def on_paper(page: Page, name: str) -> tuple[int, str]:
    """How many sheets of A4 the open page takes, and the words on them, with single spaces."""
    printed = await page.pdf(format="A4")
    if folder := os.environ.get("TEST_PICTURES"):
        (Path(folder) / f"{name}.pdf").write_bytes(printed)
    sheets = PdfReader(BytesIO(printed)).pages
    words = unicodedata.normalize("NFKC", " ".join(sheet.extract_text() for sheet in sheets))
    return len(sheets), " ".join(words.split())


@pytest.mark.parametrize("reader", ["sponsor", "coordinator", "it_admin"])
async def test_a_plan_prints_as_a_success_plan_of_two_pages_at_most(world: World, page: Page, reader: str) -> None:
    await enrolled(world, "enterprise-save-time", tier="enterprise", goal="save_time", single_sign_on=True)
    for step in ("handoff", "book_kickoff", "kickoff"):
        await tell(world, step_done=step)
    await world.move_to(START + 3 * DAY)
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
