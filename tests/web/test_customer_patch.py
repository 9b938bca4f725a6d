"""`PATCH /api/v1/customers/ID` changes one thing and leaves the rest."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from milepost.store import customers
from tests.web.api_calls import V1, problem
from tests.web.conftest import World

URL = f"{V1}/customers/acme"


async def stored(world: World) -> Any:
    async with world.store.reading() as session:
        return await customers.get(session, "acme")


async def test_one_attribute_changes_and_the_rest_stays(world: World, api: httpx.AsyncClient) -> None:
    before = await stored(world)
    response = await api.patch(URL, json={"attributes": {"health": 12}, "team": {"lead": "lea@vendor.example"}})
    assert (response.status_code, response.json()["new"]) == (200, False)
    after = await stored(world)
    assert after.attributes == {**before.attributes, "health": 12}
    assert after.team == {**before.team, "lead": "lea@vendor.example"}
    assert (after.name, after.contacts, after.timezone) == (before.name, before.contacts, before.timezone)


async def test_null_forgets_what_may_be_unknown(world: World, api: httpx.AsyncClient) -> None:
    await api.patch(URL, json={"attributes": {"health": 12}, "country": "DE-BY"})
    await api.patch(URL, json={"attributes": {"health": None}, "country": None, "team": {"csm": None}})
    after = await stored(world)
    assert "health" not in after.attributes
    assert (after.country, "csm" in after.team) == (None, False)


async def test_two_changes_at_once_both_stay(world: World, api: httpx.AsyncClient) -> None:
    changes = [{"team": {f"role_{number}": "lea@vendor.example"}} for number in range(8)]
    await asyncio.gather(*(api.patch(URL, json=change) for change in changes))
    assert {f"role_{number}" for number in range(8)} <= set((await stored(world)).team)


@pytest.mark.parametrize(
    ("patch", "says"),
    [
        ({"name": None}, "can't be null"),
        ({"timezone": None}, "can't be null"),
        ({"contacts": None}, "can't be null"),
        ({"timezone": "Europe/Berln"}, "Europe/Berlin"),
        ({"attributes": {"tier": "Pilot"}}, "pilot"),
        ({"id": "other"}, "id"),
        ({"contacts": [{"name": "Sam", "email": "sam@acme"}]}, "isn't a mail address"),
    ],
)
async def test_what_can_not_be_is_refused_and_nothing_changes(
    world: World, api: httpx.AsyncClient, patch: dict[str, Any], says: str
) -> None:
    before = await stored(world)
    response = await api.patch(URL, json=patch)
    assert says in str(problem(response, 422))
    assert await stored(world) == before


async def test_a_customer_who_is_not_there_is_not_made(api: httpx.AsyncClient) -> None:
    response = await api.patch(f"{V1}/customers/acmee", json={"name": "X"})
    assert "acme" in str(problem(response, 404))
