"""`kill -9` of a worker while mail waits: for the grace of a click, or for a person. A mail server counts."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from milepost.store.database import Store, open_store
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.tables import FactRow, JourneyRow, MessageRow
from tests.chaos.world import World
from tests.workflows.rig import eventually

SPEED = 10
GRACE = 300 / SPEED  # seconds on the wall
MAIL = "connect/1/opening/1"
CLICK = {"customer": "c000", "step_done": "kickoff", "result": "held", "by": "ana.ruiz@vendor.example"}

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("real_server")]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    alive = World(tmp_path, 1, 1, speed=SPEED, workers=["worker-1"], webs=["web-1"], undo_minutes=5)
    alive.mail.calm = True
    try:
        await alive.start()
        yield alive
    finally:
        await alive.stop()


@pytest.fixture
async def store(world: World) -> AsyncIterator[Store]:
    async with open_store(world.url) as opened:
        yield opened


async def begin(world: World, store: Store) -> None:
    assert await world.save("web-1", world.customers["c000"])

    async def has_begun() -> bool:
        async with store.reading() as session:
            return bool(await session.scalar(select(JourneyRow.revision).where(JourneyRow.id == "c000/1")))

    await eventually(has_begun, within=60)


def waits(store: Store, status: str) -> Callable[[], Awaitable[bool]]:
    """Tells whether the mail is on its way with this status, or held."""

    async def ask() -> bool:
        async with store.reading() as session:
            if status == "held":
                return await session.get(HeldMessageRow, ("c000/1", MAIL)) is not None
            row = await session.get(MessageRow, ("c000/1", MAIL))
            return row is not None and row.status == status

    return ask


def taken_in(store: Store, fact: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        async with store.reading() as session:
            query = select(FactRow.status).where(FactRow.customer_id == "c000", FactRow.id == fact)
            return await session.scalar(query) == "delivered"

    return ask


async def test_a_mail_that_waits_for_the_grace_goes_once_though_its_worker_is_killed(
    world: World, store: Store
) -> None:
    await begin(world, store)
    clicked = time.monotonic()
    assert await world.tell("web-1", {**CLICK, "id": "click"})
    await eventually(waits(store, "queued"), within=60)
    await world.kill("worker-1", 0)
    assert not world.mail.times

    await eventually(waits(store, "sent"), within=150)

    [came] = [at for words in world.mail.taken.values() for at in words.values()]
    assert came - clicked >= GRACE - 1
    assert list(world.mail.times.values()) == [1]


async def test_what_is_undone_while_its_worker_is_dead_never_goes_out(world: World, store: Store) -> None:
    await begin(world, store)
    assert await world.tell("web-1", {**CLICK, "id": "slip"})
    await eventually(waits(store, "queued"), within=60)
    await world.end("worker-1")

    undone = await world.post("web-1", "customers/c000/facts/slip/undo", {"by": "ana.ruiz@vendor.example"})

    assert undone.status_code == 200, undone.text
    await world.run("worker-1")
    again = time.monotonic()
    assert await world.tell("web-1", {**CLICK, "id": "again"})
    await eventually(waits(store, "sent"), within=150)
    [came] = [at for words in world.mail.taken.values() for at in words.values()]
    assert came - again >= GRACE - 1, "the mail of the click that was undone went out"
    assert list(world.mail.times.values()) == [1]


@pytest.mark.parametrize("released_while_dead", [False, True])
async def test_held_mail_stays_held_over_a_kill_and_goes_once_when_it_is_released(
    world: World, store: Store, *, released_while_dead: bool
) -> None:
    assert (await world.post("web-1", "mail/switch", {"mail": "held"})).is_success
    await begin(world, store)
    assert await world.tell("web-1", {**CLICK, "id": "click"})
    await eventually(waits(store, "held"), within=60)
    await world.end("worker-1")
    if not released_while_dead:
        await world.run("worker-1")
        assert await world.tell("web-1", {"customer": "c000", "id": "later", "set": {"health": 70}})
        await eventually(taken_in(store, "later"), within=60)
        assert await waits(store, "held")()
    assert not world.mail.times

    released = await world.post(
        "web-1", "mail", {"action": "release", "messages": [{"customer": "c000", "message": MAIL}]}
    )

    assert [each["done"] for each in released.json()["messages"]] == [True], released.text
    await world.run("worker-1")
    await eventually(waits(store, "sent"), within=150)
    assert list(world.mail.times.values()) == [1]
