"""The HTML of the shipped maps' mails, on a narrow phone and on a desk: nothing cut, nothing small, all readable."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.layout import sideways
from tests.browser.mail_samples import BETWEEN_PEOPLE, KINDS, MAPS, mails_of
from tests.browser.screens import axe_complaints, picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (320, 600)
SMALL = """least => [...document.querySelectorAll(least.where + ' *, ' + least.where)]
  .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
  .filter(each => parseFloat(getComputedStyle(each).fontSize) < least.size)
  .map(each => each.textContent.trim().slice(0, 60))"""
BUTTONS = "() => [...document.querySelectorAll('.letter a.button')].map(each => each.getBoundingClientRect().height)"


@pytest_asyncio.fixture(loop_scope="session")
async def sheet(chromium: Browser) -> AsyncIterator[Page]:
    """A window that shows mails, and fetches nothing."""
    context = await chromium.new_context(reduced_motion="reduce")
    await context.route("**/*", lambda route: route.abort())
    yield await context.new_page()
    await context.close()


async def test_the_scenarios_of_the_shipped_maps_send_mails_of_every_kind() -> None:
    mails = {folder.name: mails_of(folder.name) for folder in MAPS.iterdir()}

    assert {kind for each in mails.values() for kind in each} >= KINDS
    for each in mails.values():
        assert each.keys() >= BETWEEN_PEOPLE
        assert len({each[kind] for kind in BETWEEN_PEOPLE}) == len(BETWEEN_PEOPLE), "each kind has words of its own"
        assert "jo.lindqvist@vendor.example" in each["introduction"]


@pytest.mark.parametrize("journey_map", sorted(folder.name for folder in MAPS.iterdir()))
async def test_a_mail_can_be_read_on_every_screen(sheet: Page, journey_map: str) -> None:
    found = []
    for kind, html in mails_of(journey_map).items():
        await sheet.set_content(html)
        wrong = await axe_complaints(sheet, is_mail=True)
        for width in WIDTHS:
            await sheet.set_viewport_size({"width": width, "height": 800})
            wrong += await sideways(sheet)
            wrong += await sheet.evaluate(SMALL, {"where": ".letter", "size": 16})
            wrong += await sheet.evaluate(SMALL, {"where": ".foot", "size": 14})
            wrong += [f"a button of {height} px" for height in await sheet.evaluate(BUTTONS) if height < 44]
            await picture(sheet, f"mail-{journey_map}-{kind}-{width}")
        found += [f"{kind}: {each}" for each in wrong]

    assert found == []


async def test_small_words_and_wide_tables_would_be_noticed(sheet: Page) -> None:
    await sheet.set_viewport_size({"width": 320, "height": 800})
    await sheet.set_content('<div class="letter"><p style="font-size:13px;width:400px;color:#aaa">Small</p></div>')

    assert await sheet.evaluate(SMALL, {"where": ".letter", "size": 16}) == ["Small"]
    assert "the page scrolls sideways" in await sideways(sheet)
    assert any("color-contrast" in each for each in await axe_complaints(sheet, is_mail=True))
