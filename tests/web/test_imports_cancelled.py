"""An import that was cancelled on the way goes on from its page, behind the last row that was done."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from milepost.intake import import_runs
from milepost.intake.contact_erasure import forget_contact
from milepost.store import customers
from tests.web.conftest import World, text_of
from tests.web.test_import_pages import BOOK, post, row_of, uploaded, work


class KilledError(Exception):
    """Ends a worker between two batches."""


async def cancelled(world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, book: str = BOOK) -> str:
    """Cancels an import after its first two rows; returns its page."""
    monkeypatch.setattr(import_runs, "BATCH", 2)
    path = await uploaded(browser, book)
    assert "about " in text_of(await browser.get(path))
    await post(browser, path, "look")
    await work(world, path)
    assert "about " not in text_of(await browser.get(path))
    await post(browser, path, "go")
    beats = iter(range(1))

    def beat() -> None:
        if next(beats, None) is None:
            raise KilledError

    with pytest.raises(KilledError):
        await import_runs.go_on(world.intake, int(path.rpartition("/")[2]), beat)
    await post(browser, path, "cancel")
    await work(world, path)
    return path


async def ids(world: World) -> list[str]:
    async with world.store.reading() as session:
        return sorted(await customers.ids(session))


async def test_the_rest_of_a_cancelled_import_is_brought_in_from_its_page(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    heading, *rows = BOOK.splitlines()
    path = await cancelled(world, browser, monkeypatch, "\n".join([heading, rows[-1], *rows[:-1]]))
    page = text_of(await browser.get(path))
    assert "What it did before it was cancelled" in page
    assert "Bring in the rest: 5 rows" in page
    before = await ids(world)
    assert [each for each in before if each.startswith("c")] == ["c0"]

    await post(browser, path, "go")
    await work(world, path)

    page = text_of(await browser.get(path))
    assert "6 new 0 changed 0 as they were 6 journeys began" in page
    assert "1 refused" in page
    assert "Bring in the rest" not in page
    row = await row_of(world, path)
    assert (row.status, row.done, row.total) == ("done", 7, 7)
    refused = (await browser.get(f"{path}/refused.csv")).text
    assert [each["id"] for each in csv.DictReader(io.StringIO(refused.removeprefix("\ufeff")))] == ["bad"]


async def test_what_is_forgotten_meanwhile_does_not_come_in(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await cancelled(world, browser, monkeypatch)
    before = await ids(world)
    token = {"form": (await browser.get(path)).text.rpartition('name="form" value="')[2].partition('"')[0]}
    await forget_contact(world.intake.context, "sam5@c.example")
    assert "Bring in the rest" not in text_of(await browser.get(path))
    assert (await browser.post(f"{path}/go", data=token)).status_code == 409
    await work(world, path)
    assert await ids(world) == before
