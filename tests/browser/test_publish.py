"""The story of a map that changes: somebody of operations edits it, publishes it, and moves customers to it."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from milepost.intake import rollouts
from milepost.language.loader import content_hash
from milepost.store import maps
from tests.browser.conftest import PATIENCE
from tests.browser.looks import DESK, PHONE, complaints
from tests.intake.test_map_folders import packed
from tests.web.conftest import World
from tests.web.example import ANA, FILES, customer

pytestmark = pytest.mark.asyncio(loop_scope="session")
COUNT = 6
BATCH = 2


@pytest_asyncio.fixture(loop_scope="session")
async def book(world: World) -> World:
    """Six customers are on version 1."""
    for number in range(1, COUNT):
        await world.add(customer(f"c{number}"))
    return world


@pytest_asyncio.fixture(params=["desk", "phone"], loop_scope="session")
async def ana(request: pytest.FixtureRequest, chromium: Browser, book: World) -> AsyncIterator[Page]:
    """Ana's window, with scripts on a desk and without them on a phone: nothing here needs any."""
    size: ViewportSize = DESK if request.param == "desk" else PHONE
    context: BrowserContext = await chromium.new_context(
        base_url=book.settings.links_begin_with,
        viewport=size,
        locale="en-US",
        reduced_motion="reduce",
        java_script_enabled=request.param == "desk",
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/sign-in?next=/ops/maps")
    await page.get_by_role("button", name=ANA).click()
    yield page
    await context.close()


async def looks_of(page: Page, name: str) -> list[str]:
    """What is wrong with the page in its looks; a window without scripts is no place for those of axe."""
    size = page.viewport_size
    if size == PHONE:
        return []
    found = await complaints(page, name)
    await page.set_viewport_size(size or DESK)
    return found


async def take(world: World) -> None:
    """What a worker does: the next batch is told, and moves."""
    await rollouts.take_batch(world.intake.context, 1)
    await world.move_to(int(world.at) + 60)


async def edited(page: Page) -> bytes:
    """Takes the files of the version, calls the kickoff otherwise, and packs them again."""
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Its files").click()
    data = await asyncio.to_thread(Path(await (await coming.value).path()).read_bytes)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert files["pilot/map.yaml"] == FILES["map.yaml"]
    files["pilot/map.yaml"] = files["pilot/map.yaml"].replace("title: Kickoff call", "title: First call")
    files["pilot/messages/connect.md"] = files["pilot/messages/connect.md"].replace("please", "kindly")
    return packed(files, "")


async def test_a_map_is_edited_published_and_rolled_out_in_batches(ana: Page, book: World) -> None:
    await ana.get_by_role("link", name="Versions and rollouts").click()
    await expect(ana.get_by_role("heading", name="Versions of Pilot customers")).to_be_visible()
    found = await looks_of(ana, "the versions of a map")
    data = await edited(ana)

    await ana.get_by_role("link", name="Publish a new version").click()
    found += await looks_of(ana, "publish a map")
    broken = packed({**FILES, "map.yaml": FILES["map.yaml"].replace("target: 30", "targt: 30")}, "pilot/")
    await send(ana, book, broken)
    await expect(ana.get_by_text("a map with errors can't be published")).to_be_visible()
    await expect(ana.get_by_text("pilot/map.yaml:24:5")).to_be_visible()
    found += await looks_of(ana, "a map with errors")
    await ana.get_by_role("link", name="Upload it corrected").click()
    await send(ana, book, data)

    await expect(ana.get_by_text("title Kickoff call → First call")).to_be_visible()
    await expect(ana.get_by_text("message connect.md of step connect: 2 lines changed")).to_be_visible()
    await expect(ana.get_by_text(f"Publishing moves nobody: {COUNT} open journeys stay")).to_be_visible()
    found += await looks_of(ana, "what changed")
    await ana.get_by_role("button", name="Publish", exact=True).click()
    await expect(ana.get_by_text("Write why: it stands beside the version")).to_be_visible()
    found += await looks_of(ana, "publishing without why")
    await ana.get_by_label("Why").fill("A friendlier name for the first call")
    await ana.get_by_label("They move now").check()
    await ana.get_by_text("How fast they move").click()
    await ana.get_by_label("At a time").fill(str(BATCH))
    found += await looks_of(ana, "about to publish")
    await ana.get_by_role("button", name="Publish", exact=True).click()

    await expect(ana.get_by_role("heading", name="The rollout goes on")).to_be_visible()
    async with book.store.reading() as session:
        [row] = await maps.current(session)
    assert (row.number, row.published_by) == (2, ANA)
    found += await steered(ana, book)
    await ana.get_by_role("link", name="See who is on it, on the wall").click()
    await expect(ana.get_by_text(f"{COUNT} customers on the way, 0 over, version 2")).to_be_visible()
    assert (await book.journey()).version == row.hash == content_hash({**row.files})
    assert found == []


async def steered(ana: Page, book: World) -> list[str]:
    """Watches the rollout, pauses it and lets it go on to its end; returns what is wrong with its looks."""
    await take(book)
    await expect(ana.get_by_text(f"{BATCH} of {COUNT} customers moved.")).to_be_visible()  # by itself
    await ana.get_by_role("button", name="Pause").click()
    await expect(ana.get_by_role("heading", name="It is paused")).to_be_visible()
    await take(book)
    await ana.reload()
    await expect(ana.get_by_text(f"{BATCH} of {COUNT} customers moved.")).to_be_visible()
    found = await looks_of(ana, "a rollout that is paused")
    await ana.get_by_role("button", name="Go on").click()
    await expect(ana.get_by_role("heading", name="The rollout goes on")).to_be_visible()
    for _ in range(COUNT // BATCH):
        await take(book)
    await expect(ana.get_by_text(f"{COUNT} of {COUNT} customers moved.")).to_be_visible()  # by itself
    found += await looks_of(ana, "a rollout that is done")
    return found


async def send(page: Page, world: World, data: bytes) -> None:
    """Uploads a folder, and waits until it was looked at: the page comes anew by itself."""
    file = {"name": "pilot.zip", "mimeType": "application/zip", "buffer": data}
    await page.get_by_label("folder as a .zip").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Upload and look at it").click()
    await expect(page.get_by_role("link", name="Publish a map")).to_be_visible()
    await world.app.state.services.candidates.wait()
    await expect(page.get_by_role("heading", name="What the checker finds")).to_be_visible()


async def test_what_was_lost_and_what_was_never_sent_are_whole_pages(window: Page, world: World) -> None:
    await window.goto("/ops/publish")
    await window.get_by_role("button", name="Upload and look at it").click()
    await expect(window.get_by_role("alert")).to_have_text(
        "Nothing was chosen. Choose a .zip of the map's folder, or the folder itself."
    )
    found = await complaints(window, "nothing chosen")
    await send(window, world, packed(FILES, "pilot/"))
    await expect(window.get_by_text("which is current already")).to_be_visible()
    found += await complaints(window, "the version that is current")
    assert found == []
