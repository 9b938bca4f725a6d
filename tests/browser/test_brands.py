"""Customers' pages with a company's logo and a strong colour: readable and whole, light and dark, on desk and phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize

from milepost.settings import Settings
from tests.browser.conftest import PATIENCE
from tests.browser.layout import cut_texts, sideways
from tests.browser.screens import axe_complaints, picture
from tests.browser.test_in_a_browser import to_the_question
from tests.ports import free_port
from tests.web.conftest import KEY, World
from tests.web.example import DAY, KIM, SAM, START

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

COLOURS = {"dark-red": "#7a0010", "yellow": "#ffd400", "neon": "#39ff14"}
SIZES = (ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844))
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 40">
<rect x="2" y="2" width="36" height="36" rx="8" fill="{colour}"/><circle cx="20" cy="20" r="9" fill="#fff"/>
<path d="M50 30 60 10 70 30M80 10v20h14M104 10v20M114 30V10l16 20V10" fill="none" stroke="{colour}" stroke-width="4"/>
</svg>"""


@pytest.fixture
def colour() -> None:
    """The name of the company's colour; a test that has none is told its own."""


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str, colour: str | None) -> Settings:
    """Those of a company with a colour and a logo in it, or of one without a look of its own."""
    look: dict[str, Any] = {}
    if colour:
        logo = tmp_path / "logo.svg"
        logo.write_text(LOGO.format(colour=COLOURS[colour]), encoding="utf-8")
        look = {"company": "Borealis", "colour": COLOURS[colour], "logo": logo}
    own: dict[str, Any] = {"data": tmp_path, "database_url": sqlite_url, "secret_key": "s" * 32, "api_keys": (KEY,)}
    return Settings(**own, port=free_port(), **look)


@pytest_asyncio.fixture(loop_scope="session")
async def window(chromium: Browser, world: World) -> AsyncIterator[Page]:
    """A window as a customer has it."""
    context = await chromium.new_context(base_url=world.settings.links_begin_with, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield await context.new_page()
    await context.close()


async def pages_of(world: World) -> dict[str, str]:
    """Brings Acme to where each page has something in the company's colour; returns where they are."""
    await to_the_question(world)
    await world.tell(requested="faster", wish="help", note="Which hours count?")
    await world.move_to(START + 3 * DAY)
    return {
        "plan": world.plan(SAM),
        "plan of another": world.plan(KIM),
        "question": world.question(),
        "proof": f"{world.plan(SAM)}/proof",
        "agreement": f"{world.plan(SAM)}/agreement",
        "preferences": f"/preferences/{world.links.preferences_token('acme/1', SAM)}",
    }


async def complaints(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open, at each size; a picture is kept of each look."""
    found = []
    for size in SIZES:
        await page.set_viewport_size(size)
        wrong = [*await sideways(page), *await cut_texts(page), *await axe_complaints(page)]
        found += [f"{name}, {size['width']}: {each}" for each in wrong]
        for scheme in ("dark", "light"):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await picture(page, f"brand-{name.replace(' ', '-')}-{scheme}-{size['width']}")
    return found


@pytest.mark.parametrize("colour", COLOURS)
async def test_every_page_can_be_read_in_a_strong_colour(window: Page, world: World, colour: str) -> None:
    found: list[str] = []
    for name, place in (await pages_of(world)).items():
        await window.goto(place)
        assert await window.locator(".company img").evaluate("each => each.naturalWidth") > 0
        found += await complaints(window, f"{colour} {name}")
    await window.goto(world.question())
    await window.get_by_role("button", name="Partly").click()
    await window.get_by_role("heading", name="Would you like to add something?").wait_for()
    found += await complaints(window, f"{colour} more")
    await world.tell(ended="goal_reached")
    await window.goto(world.plan(SAM))
    found += await complaints(window, f"{colour} history")

    assert found == []


async def test_words_in_a_colour_that_cannot_be_read_would_be_noticed(world: World, window: Page) -> None:
    await window.goto(world.plan(SAM))
    await window.evaluate("document.documentElement.style.setProperty('--main', '#ffd400')")

    assert any("light: color-contrast" in each for each in await axe_complaints(window))
