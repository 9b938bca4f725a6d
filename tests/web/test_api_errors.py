"""Who may use the API, how much at once, and the one form of its errors."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.api_calls import V1, problem, tell
from tests.web.conftest import KEY, World


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"Authorization": f"Bearer {KEY}x"},
    ],
)
@pytest.mark.parametrize("call", ["POST /facts", "POST /customers", "GET /tasks", "GET /steps"])
async def test_without_the_key_nothing_is_told_and_nothing_is_taken(
    world: World, call: str, headers: dict[str, str]
) -> None:
    async with world.client(headers=headers) as client:
        body = {"customer": "acme", "event": "connected"}
        method, _, path = call.partition(" ")
        response = await client.request(method, V1 + path, json=body)

    assert problem(response, 401)["code"] == "unauthorized"
    assert response.headers["www-authenticate"] == "Bearer"
    assert await world.facts() == []


async def test_a_colleagues_session_is_no_key(browser: httpx.AsyncClient) -> None:
    problem(await browser.get(f"{V1}/tasks"), 401)


async def test_a_second_key_is_accepted_while_the_first_is_replaced(world: World) -> None:
    settings = world.settings.model_copy(
        update={"api_keys": (*world.settings.api_keys, type(world.settings.api_keys[0])("z" * 20))}
    )
    async with World(world.store, settings).client(headers={"Authorization": "Bearer " + "z" * 20}) as client:
        assert (await client.get(f"{V1}/tasks")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("GET", "/api/v1/nothing", None, 404, "not_found"),
        ("GET", "/api/", None, 404, "not_found"),
        ("DELETE", f"{V1}/facts", None, 405, "method_not_allowed"),
        ("POST", f"{V1}/facts", b"{", 400, "bad_request"),
        ("POST", f"{V1}/facts", b"\xff\xfe", 400, "bad_request"),
        ("POST", f"{V1}/facts", b"[]", 422, "invalid"),
        ("POST", f"{V1}/facts", b"null", 422, "invalid"),
        ("POST", f"{V1}/facts", b"", 422, "invalid"),
        ("POST", f"{V1}/facts", b'{"customer": NaN}', 422, "invalid"),
        ("POST", f"{V1}/facts", b"x" * 1_048_577, 413, "too_large"),
        ("GET", f"{V1}/customers?limit=0", None, 422, "invalid"),
        ("GET", f"{V1}/customers/nobody", None, 404, "unknown_customer"),
        ("GET", f"{V1}/customers/nobody/timeline", None, 404, "unknown_customer"),
        ("GET", f"{V1}/tasks?customer=nobody", None, 404, "unknown_customer"),
        ("GET", f"{V1}/steps?customer=nobody", None, 404, "unknown_customer"),
    ],
)
async def test_every_error_has_one_form(
    api: httpx.AsyncClient, *, method: str, path: str, content: bytes | None, status: int, code: str
) -> None:
    headers = {"content-type": "application/json"} if content is not None else {}
    response = await api.request(method, path, content=content, headers=headers)

    assert problem(response, status)["code"] == code


async def test_a_body_of_unknown_length_is_cut_off_at_the_limit(api: httpx.AsyncClient) -> None:
    async def endless():
        for _ in range(40):
            yield b"x" * 65_536

    response = await api.post(f"{V1}/facts", content=endless(), headers={"content-type": "application/json"})

    assert problem(response, 413)["code"] == "too_large"


async def test_what_we_did_not_expect_is_an_error_in_the_same_form(
    world: World, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(world.intake), "record_fact", broken)
    response = await tell(api, event="connected")

    assert problem(response, 500)["code"] == "internal"
    assert "ZeroDivision" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_while_the_database_is_away_the_reply_says_so(world: World, api: httpx.AsyncClient) -> None:
    async with world.store.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE facts")

    assert problem(await tell(api, event="connected"), 503)["code"] == "database_away"
