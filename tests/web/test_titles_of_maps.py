"""Two maps may have stages of one id, and each its own title for them."""

from __future__ import annotations

from typing import Any

import httpx

from milepost.explain.titles_of_maps import map_titles, titles_by_id, titles_by_map
from milepost.language.loader import from_files
from milepost.planner.compiled_map import CompiledMap
from milepost.store import maps
from tests.web.conftest import World, text_of
from tests.web.example import ANA, FILES, START
from tests.web.test_import_pages import post, uploaded, work


def compiled(name: str, title: str) -> CompiledMap:
    map_text = FILES["map.yaml"].replace("map: pilot\n", f"map: {name}\n").replace("Getting started", title)
    loaded = from_files({**FILES, "map.yaml": map_text})
    assert loaded.map is not None, loaded.problems
    return CompiledMap.of(loaded.map, name)


MAPS = [compiled("pilot", "Getting started"), compiled("large", "Rollout"), compiled("small", "Rollout")]


def test_each_map_has_its_own_titles() -> None:
    titles = titles_by_map(MAPS)
    assert titles["pilot", "start"] == "Getting started"
    assert titles["large", "start"] == "Rollout"


def test_where_a_choice_is_for_all_maps_it_names_each_title_once() -> None:
    assert titles_by_id(MAPS)["start"] == "Getting started / Rollout"


def test_maps_of_one_title_are_told_apart_by_their_ids() -> None:
    assert map_titles(MAPS)["small"] == "Pilot customers (small)"
    assert map_titles(MAPS[:1]) == {"pilot": "Pilot customers"}


async def test_a_dry_run_tells_two_maps_apart_that_share_the_ids_and_titles_of_stages_and_their_own_title(
    world: World, browser: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    other = FILES["map.yaml"].replace("map: pilot\n", "map: other\n").replace('tier == "pilot"', 'tier == "other"')
    async with world.store.transaction() as session:
        files = {**FILES, "map.yaml": other}
        await maps.publish(session, "other", "Pilot customers", files, START, by=ANA, why="a second one")
    rows = [f"c{number},C {number},Europe/Berlin,{tier}" for number, tier in enumerate(["pilot", "other", "other"])]

    path = await uploaded(browser, "\n".join(["id,name,timezone,tier", *rows]))
    await post(browser, path, "look")
    await work(world, path)

    page = text_of(await browser.get(path))
    assert "Getting started Pilot customers (pilot) 1 Getting started Pilot customers (other) 2" in page
    preview: dict[str, Any] = (await api.get(f"/api/v1/imports/{path.rpartition('/')[2]}")).json()["preview"]
    assert preview["stages"] == [
        {"map": "pilot", "stage": "start", "journeys": 1},
        {"map": "other", "stage": "start", "journeys": 2},
    ]
