"""Who may look, who may act, and that forms come from us."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr

from tests.web.conftest import KEY, World, form_in, sign_in, text_of
from tests.web.example import ANA, BO, customer

PAGES = ("/", f"/desk/{ANA}", "/ops/customers", "/ops/customers/acme", "/ops/mail", "/ops/maps")
PASSWORD = "correct horse"
COOKIE = "milepost_session_8080"


@pytest.fixture
async def locked(world: World) -> World:
    """The same installation with a desk password."""
    settings = world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    return World(world.store, settings)


async def test_on_this_machine_alone_everybody_may_look_and_chooses_who_they_are(world: World) -> None:
    async with world.client() as client:
        for path in PAGES:
            assert (await client.get(path)).status_code == 200
        assert f"Ana Ruiz {ANA}" in text_of(await client.get("/sign-in"))


async def test_nobody_does_anything_before_saying_who_they_are(world: World) -> None:
    async with world.client() as client:
        page = await client.get(f"/desk/{ANA}")
        response = await client.post("/desk/tasks/done", data={"form": "x", "result": "held"})
        asked = await client.get(response.headers["location"])

    assert "/desk/tasks/done" not in page.text
    assert "so nothing was saved. Sign in, then send it again." in text_of(asked)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in?next=%2Fdesk&told=nothing_saved")
    assert await world.facts() == []


@pytest.mark.parametrize(
    ("page", "onward"),
    [
        (f"/desk/{ANA}?journey=acme%2F1&task=kickoff%2F1", f"/desk/{ANA}?journey=acme%2F1&task=kickoff%2F1"),
        ("https://elsewhere.example/desk/x", "/desk"),
        ("", "/desk"),
    ],
)
async def test_whoever_was_signed_out_comes_back_to_the_page_of_their_form(
    world: World, page: str, onward: str
) -> None:
    async with world.client() as client:
        address = f"{client.base_url}{page}" if page.startswith("/") else page
        response = await client.post("/desk/tasks/skip", headers={"Referer": address})

    assert response.headers["location"] == f"/sign-in?{urlencode({'next': onward, 'told': 'nothing_saved'})}"


@pytest.mark.parametrize(
    "how",
    [
        {"from_": ("203.0.113.9", 5000)},
        {"base_url": "http://milepost.attacker.example"},
        {"base_url": "http://10.0.0.5:8080"},
    ],
)
async def test_from_elsewhere_or_by_another_name_a_password_is_asked_for(world: World, how: dict[str, Any]) -> None:
    async with world.client(**how) as client:
        for path in PAGES:
            response = await client.get(path)
            assert response.status_code == 303
            assert response.headers["location"].startswith("/sign-in?next=%2F")
        page = await client.get("/sign-in")

    assert "Password" in text_of(page)
    assert ANA not in page.text


async def test_without_a_desk_password_an_api_key_opens_from_elsewhere(world: World) -> None:
    async with world.client(from_=("203.0.113.9", 5000)) as client:
        assert (await sign_in(client, ANA, password="wrong")).status_code == 403
        assert (await sign_in(client, ANA, password=KEY)).status_code == 303
        assert (await client.get(f"/desk/{ANA}")).status_code == 200


async def test_the_desk_password_opens_and_nothing_else_does(locked: World) -> None:
    async with locked.client() as client:
        for wrong in ("", "correct", KEY):
            assert (await sign_in(client, ANA, password=wrong)).status_code == 403
        assert (await client.get("/")).status_code == 303
        right = await sign_in(client, ANA, password=PASSWORD, next="/ops/customers")
        assert (right.status_code, right.headers["location"]) == (303, "/ops/customers")
        assert (await client.get("/")).status_code == 200


async def test_a_wrong_password_tells_no_colleagues_and_keeps_the_address(locked: World) -> None:
    async with locked.client() as client:
        page = await sign_in(client, BO, password="no")

    assert f'value="{BO}"' in page.text
    assert ANA not in page.text


async def test_a_cookie_that_was_changed_signs_nobody_in(locked: World) -> None:
    async with locked.client() as client:
        await sign_in(client, ANA, password=PASSWORD)
        value = client.cookies[COOKIE]
        client.cookies.clear()
        client.cookies.set(COOKIE, "x" + value)
        assert (await client.get("/")).status_code == 303


async def test_two_installations_on_one_machine_have_cookies_of_their_own(world: World) -> None:
    """As browsers don't tell ports apart: a rehearsal beside the real pages would sign its visitor out of these."""
    other = World(world.store, world.settings.model_copy(update={"port": 8081}))
    async with world.client() as client:
        await sign_in(client, ANA)
        async with other.client(base_url="http://127.0.0.1:8081") as beside:
            client.cookies.update((await sign_in(beside, BO)).cookies)
        assert f"Signed in as {ANA}" in (await client.get("/")).text


async def test_the_cookie_is_for_this_site_and_no_script(world: World) -> None:
    async with world.client() as client:
        cookie = (await sign_in(client, ANA)).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_behind_https_the_cookie_travels_encrypted_only(world: World) -> None:
    settings = world.settings.model_copy(update={"base_url": "https://plans.example.com"})
    async with World(world.store, settings).client(base_url="https://plans.example.com") as client:
        response = await sign_in(client, ANA, password=KEY)

    assert "secure" in response.headers["set-cookie"].lower()
    assert "max-age" in response.headers["strict-transport-security"]


async def test_signing_out_forgets_who_was_there(world: World, browser: httpx.AsyncClient) -> None:
    await browser.post("/sign-out")

    assert "Say who you are" in text_of(await browser.get("/"))


@pytest.mark.parametrize(
    "onward", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/\t/x"]
)
async def test_after_signing_in_one_stays_here(world: World, onward: str) -> None:
    async with world.client() as client:
        response = await sign_in(client, ANA, next=onward)

    assert response.headers["location"] == "/"


@pytest.mark.parametrize("address", ["", "ana", "@x", "a b@c", "ana@"])
async def test_who_one_is_is_an_address(world: World, address: str) -> None:
    async with world.client() as client:
        assert (await sign_in(client, address)).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
    ],
)
async def test_a_form_from_another_site_is_refused(
    world: World, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await world.tell(step_done="kickoff", result="held")
    hidden = form_in(await browser.get("/ops/customers/acme?act=pause"), "/pause")
    plan = form_in(await browser.get(world.plan()), "/done")
    before = await world.everything()
    answers = [
        await browser.post("/ops/customers/acme/pause", data=hidden, headers=headers),
        await browser.post(f"{world.plan()}/done", data=plan, headers=headers),
        await browser.post("/sign-in", data={"address": BO}, headers=headers),
        await browser.post("/sign-out", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert await world.everything() == before
    assert f"Signed in as {ANA}" in (await browser.get("/")).text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-origin"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": "http://127.0.0.1:8080"},
        {"origin": "null"},
        {},
    ],
)
async def test_a_form_of_our_own_page_is_taken_from_every_browser(
    world: World, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    hidden = form_in(await browser.get("/ops/customers/acme?act=pause"), "/pause")
    response = await browser.post("/ops/customers/acme/pause", data=hidden, headers=headers)

    assert response.status_code == 303
    assert (await world.journey()).status == "paused"


async def test_a_form_without_a_token_or_with_another_ones_is_refused(world: World, browser: httpx.AsyncClient) -> None:
    async with world.client() as other:
        await sign_in(other, BO)
        stolen = form_in(await other.get("/ops/customers/acme?act=pause"), "/pause")
    before = await world.everything()
    refused = [
        await browser.post("/ops/customers/acme/pause", data=stolen),
        await browser.post("/ops/customers/acme/pause", data={"form": "nonsense"}),
    ]

    assert [response.status_code for response in refused] == [403, 403]
    assert "nothing was done" in text_of(refused[0])
    assert await world.everything() == before


async def test_a_form_about_one_customer_does_nothing_to_another(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("globex", "Globex"))
    hidden = form_in(await browser.get("/ops/customers/acme?act=pause"), "/pause")

    assert (await browser.post("/ops/customers/globex/pause", data=hidden)).status_code == 403
