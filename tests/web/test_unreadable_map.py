"""A current version that this Milepost can't read, as a later one wrote it: pages go on with the other maps."""

from __future__ import annotations

from functools import partial

import httpx
import pytest
from sqlalchemy.orm import Session

from milepost.store import journeys, maps
from milepost.store.tables import MapVersionRow
from milepost.web.doors import DOORS
from tests.web.conftest import World, text_of
from tests.web.example import ANA, FILES, MAP, START, customer
from tests.web.test_roles import VALUES, ask

NOT_WITHOUT_THE_MAP = {
    "/desk/agreement/{customer}",
    "/ops/maps/{map_id}",
    "/ops/maps/{map_id}/funnel",
    "/ops/maps/{map_id}/here/{part}/{id}",
    "/ops/maps/{map_id}/left/{part}/{id}",
}
"""Pages of a customer or a map that can't be read: instead of them stands what is wrong, and what to do."""
THEIRS = {**VALUES, "customer": "globex", "map_id": "later"}
THEIR_MAP = (
    MAP.replace("map: pilot", "map: later")
    .replace('tier == "pilot"', 'tier == "other"')
    .replace("America/New_York", "Europe/Berlin")
)
LATER = {**FILES, "map.yaml": THEIR_MAP + "written_by: a later Milepost\n"}


def overwrite(session: Session, version: str) -> None:
    row = session.get(MapVersionRow, version)
    assert row is not None
    row.files = LATER


@pytest.fixture
async def later(world: World) -> World:
    """An installation whose second map, with a customer on it, was published by a later Milepost."""
    async with world.store.transaction() as session:
        files = {**FILES, "map.yaml": THEIR_MAP}
        await maps.publish(session, "later", "Later customers", files, START, by="ops@vendor.example", why="first")
    await world.add(customer("globex", "Globex", attributes={"tier": "other", "health": 75}))
    version = (await world.journey("globex/1")).version
    await world.store.write(partial(overwrite, version=version))
    await world.store.write(lambda session: journeys.mark_blocked(session, "globex/1", START, "UnreadableVersionError"))
    world.intake.context.compiled_maps._compiled.pop(version)
    return world


async def test_every_page_of_colleagues_opens(later: World, browser: httpx.AsyncClient) -> None:
    failed, refused = [], set()
    for path in [path for method, path in DOORS if method == "GET"]:
        for values in (VALUES, THEIRS):
            response = await ask(browser, "GET", path, values)
            says_so = response.status_code == 409 and "can't be read" in text_of(response)
            if says_so and values is THEIRS and "Update Milepost" in text_of(response):
                refused.add(path)
            elif says_so or response.status_code >= 500:
                failed.append((path, values["customer"], response.status_code))

    assert not failed, failed
    assert refused == NOT_WITHOUT_THE_MAP


async def test_pages_are_in_the_zone_of_the_maps_that_can_be_read(later: World, browser: httpx.AsyncClient) -> None:
    assert "Times are in America/New York" in text_of(await browser.get("/desk/queues"))


async def test_health_and_the_pages_of_the_map_say_what_is_wrong_and_what_to_do(
    later: World, browser: httpx.AsyncClient
) -> None:
    for path in ("/ops/health", "/ops/maps", "/ops/maps/later/versions", "/ops/maps/later"):
        page = text_of(await browser.get(path))
        assert "can't be read" in page, path
        assert "Unknown field 'written_by'" in page, path
        assert "Update Milepost" in page, path


async def test_a_task_of_such_a_map_stands_in_the_list_and_says_why_it_cannot_be_shown(
    later: World, browser: httpx.AsyncClient
) -> None:
    task = {"journey": "globex/1", "task": "kickoff/1"}
    page = text_of(await browser.get(f"/desk/{ANA}", params=task))

    assert "Kickoff call Wed 4 Mar Globex" in page
    assert "be shown. Map version" in page
    assert "Update Milepost" in page
    readable = await browser.get(f"/desk/{ANA}", params={**task, "journey": "acme/1"})
    assert "Agree who does what by when" in text_of(readable)
