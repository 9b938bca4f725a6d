"""A map's owner is given the review of the map."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, DAY, FILES, LEA, MAP, START

OPS = "ops@vendor.example"
LATER = START + 30 * DAY


@pytest.fixture
async def world(empty_world: World) -> World:
    await publish(empty_world)
    await empty_world.add()
    return empty_world


async def publish(world: World, owner: str = OPS) -> None:
    asked = f"outcome: save_time\nreview: 4 weeks\nhypothesis: A call in <2 days> pays.\nowner: {owner}\n"
    text = MAP.replace("outcome: save_time\nowner: ops@vendor.example\n", asked, 1)
    assert text != MAP
    await world.publish({**FILES, "map.yaml": text})


async def day(client: httpx.AsyncClient, whose: str) -> httpx.Response:
    response = await client.get(f"/desk/{quote(whose)}")
    assert response.status_code == 200
    return response


async def test_nobody_is_asked_before_its_time(world: World, browser: httpx.AsyncClient) -> None:
    for page in (await day(browser, OPS), await browser.get("/desk/queues")):
        assert "Review the map" not in text_of(page)
    page_text = text_of(await browser.get("/ops/maps"))
    assert "is due for review Mon 30 Mar 2026, 17:00; version 1 was published on Mon 2 Mar 2026" in page_text


async def test_the_owner_is_asked_on_their_day_with_the_maps_hypothesis(
    world: World, browser: httpx.AsyncClient
) -> None:
    world.at = LATER
    page_text = text_of(await day(browser, OPS))

    for words in ("Maps to review 1", "Pilot customers", "Review the map", "A call in <2 days> pays.", "every 4 weeks"):
        assert words in page_text
    assert "Review the map" not in text_of(await day(browser, ANA))
    assert "was due for review" in text_of(await browser.get("/ops/maps"))


async def test_a_review_waits_in_the_queues_while_its_owner_is_nobodys_desk(
    world: World, browser: httpx.AsyncClient
) -> None:
    world.at = LATER
    assert "Review the map" in text_of(await browser.get("/desk/queues"))
    await publish(world, owner=LEA.upper())
    world.at = LATER + 30 * DAY
    assert "Review the map" not in text_of(await browser.get("/desk/queues"))
    assert "Review the map" in text_of(await day(browser, LEA))


async def test_an_owner_may_be_a_name(world: World, browser: httpx.AsyncClient) -> None:
    await publish(world, owner="Ana Ruiz")
    world.at = LATER
    assert "Review the map" in text_of(await day(browser, "Ana Ruiz"))


async def test_reviewed_is_noted_once_with_who_and_what_and_asks_again_later(
    world: World, browser: httpx.AsyncClient
) -> None:
    world.at = LATER
    await sign_in(browser, ANA)
    fields = {**form_in(await day(browser, OPS), "/desk/reviews/done"), "note": " Still so. "}
    for word in ("reviewed", "again"):
        response = await browser.post("/desk/reviews/done", data=fields)
        assert response.status_code == 303
        assert response.headers["location"] == f"/desk/{quote(OPS)}?told={word}"
    assert "The next review counts from now." in text_of(await browser.get("/desk/queues?told=reviewed"))
    assert "Review the map" not in text_of(await day(browser, OPS))
    page_text = text_of(await browser.get("/ops/maps"))
    assert f"last reviewed on Wed 1 Apr 2026 by {ANA} (“Still so.”)" in page_text
    world.at = LATER + 30 * DAY
    assert "Review the map" in text_of(await day(browser, OPS))


async def test_only_who_has_said_who_they_are_reviews(world: World, visitor: httpx.AsyncClient) -> None:
    world.at = LATER
    page = await day(visitor, OPS)
    assert "Review the map" in text_of(page)
    assert "/desk/reviews/done" not in page.text
    assert (await visitor.post("/desk/reviews/done", data={"form": "x"})).headers["location"].startswith("/sign-in")


async def test_a_form_about_something_else_is_refused(world: World, browser: httpx.AsyncClient) -> None:
    task = form_in(await day(browser, ANA), "/desk/tasks/done")
    assert (await browser.post("/desk/reviews/done", data=task)).status_code == 403
    world.at = LATER
    async with world.client() as other:
        await sign_in(other, LEA)
        await sign_in(browser, ANA)
        theirs = form_in(await day(browser, OPS), "/desk/reviews/done")
        assert (await other.post("/desk/reviews/done", data=theirs)).status_code == 403
