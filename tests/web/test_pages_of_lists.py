"""Lists a page at a time: onwards, back, and to the end."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest

from milepost.web.desk import desk_list
from milepost.web.ops import customer_history
from tests.web.api_calls import V1
from tests.web.conftest import World, text_of
from tests.web.example import ANA, START, customer


async def page(browser: httpx.AsyncClient, path: str) -> httpx.Response:
    response = await browser.get(path)
    assert response.status_code == 200
    return response


def link(response: httpx.Response, rel: str) -> str:
    """Returns the address of the page before or behind this one; nothing without one."""
    match = re.search(rf'<a href="([^"]+)" rel="{rel}"', response.text)
    return str(response.url.join(unescape(match[1]))) if match else ""


async def test_the_list_goes_on_over_pages(world: World, browser: httpx.AsyncClient) -> None:
    for number in range(51):
        await world.add(customer(f"c{number:02}", f"Co {number:02}", attributes={"tier": "other"}))
    first = await page(browser, "/ops/customers?search=co")
    second = await page(browser, link(first, "next"))
    back = await page(browser, link(second, "prev"))

    assert "51 customers." in text_of(first)
    assert "Co 49" in text_of(first)
    assert "Co 50" not in text_of(first)
    assert "Co 50" in text_of(second)
    assert re.findall("Co [0-9]{2}", text_of(back)) == re.findall("Co [0-9]{2}", text_of(first))
    assert 'rel="prev"' not in back.text


async def test_an_address_with_a_page_number_shows_the_first_page(world: World, browser: httpx.AsyncClient) -> None:
    assert "Acme Ltd" in text_of(await page(browser, "/ops/customers?page=400"))
    assert (await browser.get("/ops/mail?page=4000")).status_code == 200


@pytest.mark.parametrize("cursor", ["x", "W10", "WzAsMCwiYSJd", "WzAsMCwxLDJd", "WzksMCwiYSIsImIiXQ", "\u00f6"])
@pytest.mark.parametrize("path", ["/ops/customers", "/ops/mail", f"/desk/{ANA}?section=week"])
async def test_a_place_that_no_list_has_is_said(browser: httpx.AsyncClient, path: str, cursor: str) -> None:
    response = await browser.get(path + ("&" if "?" in path else "?") + "cursor=" + cursor)

    assert response.status_code == 422
    assert "This address doesn't lead to a place in the list." in text_of(response)


async def test_a_long_history_is_shown_in_parts(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_history, "ENTRIES_SHOWN", 2)
    whole = [row.kind for row in await world.timeline()]
    shown, address = [], "/ops/customers/acme?tab=history"
    while address:
        response = await page(browser, address)
        shown += re.findall(
            r'<li class="kind-(\w+)"', response.text.split('id="timeline"')[1].split('id="messages"')[0]
        )
        address = link(response, "next")

    assert shown == whole[::-1]


async def test_a_section_of_the_day_has_pages_of_its_own(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_list, "SHOWN", 1)
    monkeypatch.setattr(desk_list, "PER_PAGE", 2)
    for number in range(4):
        await world.add(customer(f"c{number}", f"Co {number}"))
    whole = await page(browser, f"/desk/{ANA}")
    section = await page(browser, f"/desk/{ANA}?section=week")
    second = await page(browser, link(section, "next"))
    third = await page(browser, link(second, "next"))

    assert "Show all 5" in text_of(whole)
    rows = re.compile(r'class="name">(Co \d|Acme Ltd)')
    assert len(rows.findall(whole.text)) < len(rows.findall(section.text))
    names = [set(rows.findall(each.text)) for each in (section, second, third)]
    assert [len(each) for each in names] == [2, 2, 1]
    assert set.union(*names) == {"Acme Ltd", "Co 0", "Co 1", "Co 2", "Co 3"}
    assert link(third, "next") == ""


async def every(api: httpx.AsyncClient, path: str, name: str, **query: Any) -> list[list[dict[str, Any]]]:
    """The lines of each page of a list, of one line or journey a page."""
    pages = []
    cursor = {}
    while True:
        body = (await api.get(f"{V1}/{path}", params={**query, "limit": 1, **cursor})).json()
        pages.append(body[name])
        if body["next"] is None:
            return pages
        cursor = {"cursor": body["next"]}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("customers", "customers"),
        ("tasks", "tasks"),
        ("steps", "steps"),
        ("customers/acme/timeline", "entries"),
        (f"tasks?person={ANA}", "tasks"),
    ],
)
async def test_every_list_of_the_api_is_the_same_in_pages_as_at_once(
    world: World, api: httpx.AsyncClient, path: str, name: str
) -> None:
    for number in range(3):
        await world.add(customer(f"c{number}", f"Co {number}"))
    await world.tell(step_done="kickoff", result="held")
    whole = (await api.get(f"{V1}/{path}")).json()
    path, _, query = path.partition("?")
    pages = await every(api, path, name, **dict([query.split("=")] if query else []))

    assert whole["next"] is None
    assert [line for lines in pages for line in lines] == whole[name]
    assert len(pages) > 1


@pytest.mark.parametrize("path", ["customers", "tasks", "steps", "customers/acme/timeline"])
async def test_a_cursor_of_no_list_is_refused(api: httpx.AsyncClient, path: str) -> None:
    response = await api.get(f"{V1}/{path}", params={"cursor": "WzAsMCwxLjVd"})

    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_cursor")


async def test_tasks_of_paused_journeys_come_last_and_are_never_late(world: World, api: httpx.AsyncClient) -> None:
    await world.tell(paused=True, reason="budget")
    await world.move_to(START + 86_400)
    await world.add(customer("globex", "Globex"))
    tasks = (await api.get(f"{V1}/tasks")).json()["tasks"]

    paused = [each["paused"] for each in tasks]
    assert paused == sorted(paused)
    assert {each["customer"] for each in tasks if each["paused"]} == {"acme"}
    assert {each["customer"] for each in tasks if not each["paused"]} == {"globex"}
