"""What protects links: against guessing, against programs that open all of them, and against leaking."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from sqlalchemy import select
from starlette.requests import Request
from structlog.testing import capture_logs

from milepost.store import links
from milepost.store.tables import METADATA
from milepost.web.portal.throttle import GUESSES
from milepost.web.serve import Server
from milepost.web.throttle import Throttle, client_of
from tests.web.conftest import World, form_in, text_of
from tests.web.example import KIM, SAM

ELSEWHERE = ("203.0.113.9", 4711)


async def everything(world: World) -> list[str]:
    async with world.store.reading() as session:
        tables = [(await session.execute(select(table))).all() for table in METADATA.sorted_tables]
    return [repr(row) for rows in tables for row in rows]


async def test_two_hundred_tries_in_a_second_open_nothing_and_bar_their_client_alone(world: World) -> None:
    good = world.plan(KIM)
    async with world.client(from_=ELSEWHERE) as guesser, world.client() as reader:
        tries = [guesser.get(f"/plan/{number:014d}.{'A' * 43}") for number in range(200)]
        answers = [response.status_code for response in await asyncio.gather(*tries)]
        barred = await guesser.get(good)

        assert (answers.count(403), answers.count(429)) == (GUESSES, 200 - GUESSES)
        assert barred.status_code == 429
        assert 0 < int(barred.headers["retry-after"]) <= 60
        assert "Please wait a moment" in text_of(barred)
        assert '<body class="bare plan">' in barred.text
        assert (await reader.get(good)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/preferences/x", "/unsubscribe/x", "/plan/x/outcomes/faster", "/proof/x", "/proof/x/pdf"]
)
async def test_every_kind_of_link_is_counted(world: World, path: str) -> None:
    async with world.client(from_=ELSEWHERE) as guesser:
        for _ in range(GUESSES):
            assert (await guesser.get(path)).status_code == 403
        assert (await guesser.get(path)).status_code == 429
        assert (await guesser.post("/plan/x/done", data={"form": "x"})).status_code == 429


async def test_old_links_are_no_guesses(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan(KIM)
    world.at += 92 * 86_400
    for _ in range(GUESSES + 1):
        assert (await visitor.get(path)).status_code == 410


async def test_after_a_minute_a_link_opens_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.app.state.guesses = Throttle(1)
    clock = [1000.0]
    monkeypatch.setattr("time.time", lambda: clock[0])
    async with world.client(from_=ELSEWHERE) as guesser:
        assert [(await guesser.get("/plan/x")).status_code for _ in range(2)] == [403, 429]
        clock[0] += 61
        assert (await guesser.get("/plan/x")).status_code == 403


async def test_behind_a_proxy_that_is_trusted_its_clients_are_told_apart(world: World) -> None:
    settings = world.settings.model_copy(update={"trusted_proxies": "10.1.0.0/16"})
    server = Server(world.app, settings, lambda: None)
    server.config.load()

    async def status(proxy: str, visitor: str) -> int:
        transport = httpx.ASGITransport(server.config.loaded_app, client=(proxy, 1))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            return (await client.get("/plan/x", headers={"x-forwarded-for": visitor})).status_code

    for _ in range(GUESSES):
        assert await status("10.1.2.3", "203.0.113.9") == 403
    assert await status("10.1.2.3", "203.0.113.9") == 429
    assert await status("10.1.2.3", "203.0.113.10") == 403
    assert await status("203.0.113.9", "203.0.113.11") == 429  # who isn't trusted speaks for nobody else


def test_a_network_of_ipv6_is_one_client() -> None:
    def client(host: str) -> str:
        return client_of(request_from(host))

    assert client("2001:db8:1:2::7") == client("2001:db8:1:2:ffff::1") != client("2001:db8:1:3::7")
    assert client("203.0.113.9") != client("203.0.113.10")


def request_from(host: str) -> Request:
    return Request({"type": "http", "client": (host, 1), "headers": []})


async def test_a_program_that_opens_every_link_changes_nothing_at_all(world: World) -> None:
    await world.tell(step_done="kickoff", result="held")
    token = world.links.preferences_token("acme/1", KIM)
    plan = world.plan(KIM)
    paths = [plan, f"{plan}/outcomes/faster", world.plan(SAM), f"/preferences/{token}", f"/unsubscribe/{token}"]
    before = await everything(world)
    async with world.client(from_=ELSEWHERE) as scanner:
        for path in paths:
            for method in ("GET", "HEAD", "GET"):
                assert (await scanner.request(method, path)).status_code in (200, 405)

    assert await everything(world) == before


async def test_what_is_done_with_a_link_is_kept_by_the_day(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan(KIM)
    await visitor.post(f"{path}/done", data=form_in(await visitor.get(path), "/done"))

    async with world.store.reading() as session:
        link = await links.get(session, world.link(KIM))
    assert link is not None
    assert link.used_on == "2026-03-02"


async def test_a_form_that_is_sent_twice_counts_once(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan(KIM)
    form = form_in(await visitor.get(path), "/done")
    for _ in range(2):
        assert (await visitor.post(f"{path}/done", data=form)).status_code == 303

    assert [row.data["step"] for row in await world.facts() if row.kind == "step_done"].count("connect") == 1


async def test_another_personas_step_is_not_done_with_ones_own_link(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    form, sams = form_in(await visitor.get(world.plan(KIM)), "/done"), world.plan(SAM)
    before = await everything(world)
    page = await visitor.get(sams)
    refused = await visitor.post(f"{sams}/done", data=form)

    assert not re.search(r'action="[^"]*/done"', page.text)
    assert refused.status_code == 403
    assert await everything(world) == before


async def test_pages_of_links_leak_no_address_and_stand_in_no_frame(world: World, visitor: httpx.AsyncClient) -> None:
    token = world.links.preferences_token("acme/1", KIM)
    for path in (world.plan(KIM), "/plan/forged", f"/preferences/{token}"):
        headers = (await visitor.get(path)).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]


async def test_the_log_of_a_page_that_breaks_names_no_link(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("milepost.web.portal.plan.plan_page", broken)
    path = world.plan(KIM)
    with capture_logs() as logs:
        async with world.client() as visitor:
            assert (await visitor.get(path)).status_code == 500

    [failure] = [each for each in logs if each["event"] == "a request failed"]
    assert failure["route"] == "/plan/{token}"
    assert path.rpartition("/")[2] not in repr(logs)
