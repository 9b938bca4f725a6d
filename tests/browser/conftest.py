"""A real browser on the real application: Chromium, driven by Playwright, on a socket of this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    async_playwright,
    expect,
)

from milepost.settings import Settings
from milepost.store.database import open_store
from milepost.web.serve import Server
from tests.browser.looks import DESK
from tests.ports import free_port
from tests.web.conftest import KEY, World
from tests.web.example import ANA

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 360, "height": 740}
PATIENCE = 10_000  # milliseconds
LEFT = "net::ERR_ABORTED"  # the page was left before all of it had come
expect.set_options(timeout=PATIENCE)


def found_browser() -> str:
    """The browser of this machine. Not named MILEPOST_...: such names are settings, and unknown ones are refused."""
    found = os.environ.get("TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        told = f"no browser is installed (none of {', '.join(NAMES)} on the path; TEST_CHROMIUM names another)"
        if os.environ.get("TEST_CHROMIUM_NEEDED"):
            pytest.fail(told)
        pytest.skip(told)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(real_server: None) -> AsyncIterator[Browser]:
    """One browser for all tests; each gets windows without cookies of its own."""
    path = found_browser()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


class _Server(Server):
    """Leaves the signals of the process to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return Settings(data=tmp_path, database_url=sqlite_url, secret_key="s" * 32, api_keys=(KEY,), port=free_port())


@pytest_asyncio.fixture(loop_scope="session")
async def world(settings: Settings) -> AsyncIterator[World]:
    """An installation with the pilot map and Acme, whose journey has just begun, served on a port of its own."""
    store = open_store(settings.database)
    made = World(store, settings)
    await made.publish()
    await made.add()
    ready = asyncio.Event()
    server = _Server(made.app, settings, ready.set)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait_for(ready.wait(), PATIENCE / 1000)
    yield made
    server.should_exit = True
    await serving
    await store.close()


class Watch:
    """What went wrong in a window at our own pages: errors of console and scripts, and answers that were none."""

    def __init__(self, context: BrowserContext, own: str) -> None:
        self.wrong: list[str] = []
        self._own = own
        context.on("console", self._said)
        context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        is_own = message.location["url"].startswith((self._own, "about:")) or not message.location["url"]
        if is_own and message.type in ("error", "warning"):
            self.wrong.append(message.text)

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT and request.url.startswith(self._own):
            self.wrong.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.url.startswith(self._own):
            self.wrong.append(f"{response.url}: {response.status}")


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, world: World) -> AsyncIterator[Page]:
    """A window on a phone; whatever its console complains of fails the test."""
    context = await chromium.new_context(base_url=world.settings.links_begin_with, viewport=PHONE, locale="en-US")
    context.set_default_timeout(PATIENCE)
    watch = Watch(context, world.settings.links_begin_with)
    yield await context.new_page()
    await context.close()
    assert watch.wrong == []


@pytest_asyncio.fixture(loop_scope="session")
async def window(chromium: Browser, world: World) -> AsyncIterator[Page]:
    """A window in which Ana has signed in; answers that refuse a form are what these tests look at."""
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, viewport=DESK, locale="en-US", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/sign-in?next=/desk")
    await page.get_by_role("button", name=ANA).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your day")
    yield page
    await context.close()
