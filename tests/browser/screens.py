"""Pictures of what customers see, to be looked at: in `build/screens`, which isn't kept."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

SCREENS = Path(__file__).parents[2] / "build/screens"
AXE = Axe()


async def picture(page: Page, name: str) -> None:
    """Keeps a picture of the whole page."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


async def axe_complaints(page: Page, *, is_mail: bool = False) -> list[str]:
    """What axe-core finds wrong with the page that is open, in light and in dark.

    A mail is a part of its reader's program: it has no landmarks of its own.
    """
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]} if is_mail else None
    found = []
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for each in (await AXE.run(page, options=options)).response["violations"]:
            found += [
                f"{scheme}: {each['id']}: {node['html'][:120]} {node['failureSummary']}" for node in each["nodes"]
            ]
    return found
