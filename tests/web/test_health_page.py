"""The page on whether Milepost is well: what stands still, who works, what to do; and that it never waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from milepost.store.tables import JourneyRow, MessageRow
from milepost.web.ops import health
from tests.web.conftest import World, sign_in, text_of
from tests.web.example import ANA, DAY, START

HEALTH = "/ops/health"


def workers(world: World, *names: str) -> None:
    async def seen() -> list[str]:
        return list(names)

    world.app.state.services = replace(world.app.state.services, workers=seen)


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    workers(world, "worker-7@here")
    async with world.client() as client:
        await sign_in(client, ANA)
        yield client


async def shown(browser: httpx.AsyncClient) -> str:
    response = await browser.get(HEALTH)
    assert response.status_code == 200
    return text_of(response)


async def test_everything_is_well(browser: httpx.AsyncClient) -> None:
    said = await shown(browser)

    assert "need somebody now" not in said
    for words in (
        "Database ok It answers.",
        "Temporal ok It answers.",
        "Workers ok 1 worker in the last 90 seconds: worker-7@here.",
        "Facts ok None waits too long.",
        "Late journeys ok 0 of 1 open journey late.",
        "Blocked journeys ok None.",
        "GB free for the data folder",
        "tzdata",
        "holidays",
        "milepost backup FILE",
    ):
        assert words in said, words


async def test_late_journeys_are_listed_with_what_to_do(world: World, browser: httpx.AsyncClient) -> None:
    world.at = START + 5 * DAY
    await sign_in(browser, ANA)
    said = await shown(browser)

    assert "1 of " in said
    assert "Late journeys failed 1 of 1 open journey late. See that a worker runs and that Temporal answers" in said
    assert "Acme Ltd should have gone on Wed 4 Mar 2026, 17:00" in said


async def test_blocked_journeys_are_listed_with_the_reason_and_what_to_do(
    world: World, browser: httpx.AsyncClient
) -> None:
    async with world.store.transaction() as session:
        await session.execute(update(JourneyRow).values(blocked_since=START, blocked_why="EndlessMapError: a and b"))
    said = await shown(browser)

    assert "Acme Ltd blocked since Mon 2 Mar 2026, 10:00: EndlessMapError: a and b" in said
    assert "The map has an endless loop. Correct it" in said
    assert "checks need somebody now: Blocked journeys" in said


async def test_facts_that_wait_and_mail_are_counted(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    async with world.store.transaction() as session:
        await session.execute(update(MessageRow).values(status="failed", cause="late", tried_at=START))
    world.journey_client.is_away = True
    await world.tell(note="a word")
    said = await shown(browser)

    assert "Facts to be taken in 1" in said
    assert "Mail that failed 1" in said
    assert "Deliveries warning 1 message failed in the last 7 days." in said


async def test_without_temporal_it_says_so_and_what_goes_on(world: World, browser: httpx.AsyncClient) -> None:
    world.temporal_answers = False
    said = await shown(browser)

    assert "Temporal failed It didn't answer within 3 seconds. See that it runs." in said
    assert "Facts are taken in meanwhile" in said
    assert "Workers" not in said.split("What was found", 1)[1].split("Facts ok")[0]


async def test_without_workers_it_says_how_to_start_one(world: World, browser: httpx.AsyncClient) -> None:
    workers(world)

    assert "None has asked for work in the last 90 seconds. Start milepost up or milepost worker" in await shown(
        browser
    )


@pytest.mark.parametrize("which", ["temporal", "workers"])
async def test_what_never_answers_is_not_waited_for(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    cancelled = asyncio.Event()

    async def never() -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    monkeypatch.setattr(health, "_PATIENCE", 0.01)
    world.app.state.services = replace(world.app.state.services, **{which: never})
    said = await shown(browser)

    assert cancelled.is_set()
    words = {"temporal": "Temporal failed", "workers": "Temporal didn't say in time who asks it for work"}
    assert words[which] in said


async def test_a_database_that_fails_leaves_the_rest_of_the_page(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> Any:
        raise TimeoutError

    monkeypatch.setattr(health, "_stored", fails)
    said = await shown(browser)

    assert "Database failed It didn't answer within 3 seconds." in said
    assert "GB free for the data folder" in said
