"""A page that says what went wrong stands in the frame of whoever reads it: colleagues keep their menu."""

from __future__ import annotations

import httpx
import pytest

from milepost.store.errors import StoreUnreachableError
from tests.web.conftest import World, text_of
from tests.web.example import ANA

MENU = 'aria-label="Main"'
UNKNOWN = "/ops/customers/nobody"


@pytest.mark.parametrize("path", [UNKNOWN, "/ops/maps/pilots", "/ops/results?since=yesterday", "/nothing/of/the/kind"])
async def test_a_colleague_keeps_the_menu(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)

    assert page.status_code in (404, 422)
    assert MENU in page.text
    assert ANA in page.text
    assert "To the start page" in text_of(page)


async def test_where_a_customer_is_unknown_it_says_how_to_find_them(browser: httpx.AsyncClient) -> None:
    assert "Search the page Customers for the name" in text_of(await browser.get(UNKNOWN))


async def test_in_the_demo_nobody_is_told_to_be_the_customer(world: World) -> None:
    await world.as_demo()
    async with world.client() as client:
        page = await client.get(UNKNOWN)
        of_a_customer = await client.get("/plan/none")

    assert "Unknown customer 'nobody'" in text_of(page)
    assert "you are the customer" not in text_of(page)
    assert MENU in page.text
    assert MENU not in of_a_customer.text


async def test_strangers_see_no_menu(world: World) -> None:
    async with World(world.store, world.settings, is_real=True).client() as client:
        page = await client.get("/nothing/of/the/kind")

    assert page.status_code == 404
    assert MENU not in page.text
    assert "To the start page" in text_of(page)


async def test_the_answer_comes_without_a_frame_where_the_database_does_not_say_who_asks(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(*_: object) -> None:
        raise StoreUnreachableError("sqlite", "it is gone")

    await world.as_demo()
    monkeypatch.setattr("milepost.web.problem_frame.signed_in", unreachable)
    page = await browser.get("/nothing/of/the/kind")

    assert page.status_code == 404
    assert MENU not in page.text
    assert "you are the customer" not in page.text
