"""A journey that cannot be planned is seen by operations, and not in the worker's log alone."""

from __future__ import annotations

import httpx
import pytest

from milepost.store import journeys, maps
from tests.web.conftest import World, text_of
from tests.web.example import START, customer


async def block(world: World, why: str = "EndlessMapError: round <and> round", journey: str = "acme/1") -> None:
    async with world.store.transaction() as session:
        await session.run_sync(journeys.mark_blocked, journey, START, why)


async def test_a_blocked_journey_is_flagged_and_found(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("globex", "Globex"))
    await block(world)
    page_text = text_of(await browser.get("/ops/customers"))
    assert "Acme Ltd acme blocked Getting started" in page_text
    assert "Globex globex Getting started" in page_text

    rows = (await browser.get("/ops/customers?blocked=yes")).text.partition("<tbody>")[2]
    assert "Acme Ltd" in rows
    assert "Globex" not in rows


async def test_the_start_tells_of_blocked_journeys_only_while_there_are_some(
    world: World, browser: httpx.AsyncClient
) -> None:
    assert "blocked" not in text_of(await browser.get("/"))
    await block(world)
    assert "1 blocked" in text_of(await browser.get("/"))


@pytest.mark.parametrize(
    ("why", "hint"),
    [
        ("EndlessMapError: round <and> round", "The map has an endless loop."),
        ("NeverOpensError: shut", "no working day"),
        ("UnreadableVersionError: too new", "Update the workers."),
        ("KeyError: 'kickoff'", "a bug in Milepost"),
    ],
)
async def test_the_customers_page_says_since_when_with_what_and_what_to_do(
    world: World, browser: httpx.AsyncClient, why: str, hint: str
) -> None:
    await block(world, why)
    page_text = text_of(await browser.get("/ops/customers/acme"))

    for words in ("blocked since Mon 2 Mar 2026, 10:00", why, hint, "look after this customer by hand"):
        assert words in page_text
    assert "The journey is blocked, so what comes next isn't known." in page_text


async def test_the_next_success_clears_it(world: World, browser: httpx.AsyncClient) -> None:
    await block(world)
    await world.tell(step_done="kickoff", result="held")

    assert "blocked" not in text_of(await browser.get("/ops/customers/acme"))
    assert "blocked" not in text_of(await browser.get("/"))


async def test_the_page_opens_although_the_version_of_the_map_cannot_be_read(
    world: World, browser: httpx.AsyncClient
) -> None:
    await block(world, "UnreadableVersionError: too new")
    version = (await world.journey()).version
    compiled_maps = world.intake.context.compiled_maps
    compiled_maps._compiled.pop(version)
    async with world.store.transaction() as session:
        row = await maps.get(session, version)
        row.files = {"map.yaml": "map: pilot\nwritten_by: a later Milepost\n"}
    response = await browser.get("/ops/customers/acme")

    assert response.status_code == 200
    assert "Update the workers." in text_of(response)
