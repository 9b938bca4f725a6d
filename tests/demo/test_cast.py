"""The cast on the real web application, in journey time that jumps: journeys advance in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from milepost.demo.actions import DAY, HOUR
from milepost.demo.api import Api, ApiAwayError
from milepost.demo.chance import Chance
from milepost.demo.clock import BEGINS
from milepost.demo.driver import DemoDriver
from milepost.demo.setup import MAPS
from milepost.language.loader import load
from milepost.planner.facts import from_json
from milepost.store import maps
from milepost.store.tables import FactRow, TimelineRow
from tests.web.conftest import BASE, KEY, World, empty_world, settings  # noqa: F401 - fixtures

CUSTOMERS = ("elgon-coffee", "amber-yoga", "kumo-ramen")
MAP = "small-business-save-money"


class Stage:
    """A small business map, three of its customers, and somebody who plays them."""

    def __init__(self, world: World, scripts) -> None:
        self.world = world
        self.scripts = scripts
        self.transport = httpx.ASGITransport(world.app)
        self.trouble: list[str] = []
        self.cast = self.new_cast()

    def new_cast(self) -> DemoDriver:
        self.api = Api(BASE, KEY, self.transport)
        return DemoDriver(self.api, self.scripts, Chance(1), self.world.intake.now, on_trouble=self.trouble.append)

    async def play(self, days: int) -> None:
        """Let time pass, and everybody act in it."""
        until = self.world.at + days * DAY
        while self.world.at < until:
            await self.world.move_to(int(self.world.at) + 12 * HOUR)
            await self.cast.look()
            await self.cast.act()

    async def kinds(self, customer: str) -> list[str]:
        async with self.world.store.reading() as session:
            query = select(TimelineRow.kind).where(TimelineRow.journey_id == f"{customer}/1")
            return list(await session.scalars(query.order_by(TimelineRow.seq)))


@pytest.fixture
async def stage(empty_world: World, scripts, book) -> AsyncIterator[Stage]:  # noqa: F811 - the fixture
    world = empty_world
    world.at = BEGINS
    loaded = load(MAPS / MAP)
    async with world.store.transaction() as session:
        await maps.publish(session, MAP, "Small", loaded.files, BEGINS)
    for customer in book.customers:
        if customer.id in CUSTOMERS:
            await world.add(customer)
    made = Stage(world, scripts)
    yield made
    async with made.api:
        pass


async def test_everybody_acts_as_the_part_has_it(stage: Stage) -> None:
    await stage.play(days=120)
    told = {customer: await stage.kinds(customer) for customer in CUSTOMERS}
    assert sum("outcome_answered" in kinds for kinds in told.values()) == 2, "one verifies, one disputes"
    assert sum("outcome_silent" in kinds for kinds in told.values()) >= 1
    assert not stage.trouble


async def test_a_cast_that_begins_anew_says_nothing_twice(stage: Stage) -> None:
    await stage.play(days=20)
    stage.cast = stage.new_cast()
    await stage.play(days=20)
    async with stage.world.store.reading() as session:
        rows = list(await session.scalars(select(FactRow)))
    said = [(row.customer_id, from_json(row.data)) for row in rows]
    assert len(said) > 5
    for customer in CUSTOMERS:
        assert "fact_ignored" not in await stage.kinds(customer)
    assert len({(customer, fact.id) for customer, fact in said}) == len(said)


async def test_while_the_api_is_away_everybody_waits_and_then_says_it(stage: Stage) -> None:
    await stage.play(days=3)
    await stage.world.move_to(int(stage.world.at) + 10 * DAY)
    await stage.cast.look()

    async def gone(_scope, _receive, _send) -> None:
        raise httpx.ConnectError("nobody listens there")

    app, stage.transport.app = stage.transport.app, gone
    with pytest.raises(ApiAwayError):
        await stage.cast.act()
    before = len(await stage.world.facts(CUSTOMERS[0]))
    stage.transport.app = app
    await stage.cast.act()
    assert len(await stage.world.facts(CUSTOMERS[0])) > before
