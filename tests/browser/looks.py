"""How a page is in all its looks: accessible and whole, light and dark, on a desk and on a phone.

`TEST_PICTURES=FOLDER` keeps a picture of each.
"""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

from tests.browser.layout import cut_texts, sideways

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (DESK, PHONE)]
AXE = Axe()


async def complaints(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open, in each of its looks."""
    found = []
    for scheme, size in LOOKS:
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.set_viewport_size(size)
        at = f"{scheme}, {size['width']} wide"
        wrong = [*await sideways(page), *await cut_texts(page)]
        for each in (await AXE.run(page)).response["violations"]:
            wrong += [f"{each['id']}: {node['html'][:120]} {node['failureSummary']}" for node in each["nodes"]]
        found += [f"{at}: {text}" for text in wrong]
        if folder := os.environ.get("TEST_PICTURES"):
            file = f"{name.replace(' ', '-')}-{scheme}-{size['width']}.png"
            await page.screenshot(path=Path(folder) / file, full_page=True)
    return found
