"""The demo on the real web application, in journey time that jumps: journeys advance in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from milepost.demo.api import Api, ApiAwayError
from milepost.demo.clock import BEGINS
from milepost.demo.driver import DemoDriver
from milepost.demo.setup import MAPS
from milepost.demo.views import DAY, HOUR
from milepost.language.loader import load
from milepost.people.draws import seeded
from milepost.planner.facts import from_json
from milepost.store import maps
from milepost.store.tables import FactRow, TimelineRow
from tests.web.conftest import BASE, KEY, World, empty_world, settings  # noqa: F401 - fixtures

CUSTOMERS = ("elgon-coffee", "amber-yoga", "kumo-ramen")
MAP = "small-business-save-money"


class Demo:
    """A small business map, three of its customers, and somebody who plays them."""

    def __init__(self, world: World, compiled_maps) -> None:
        self.world = world
        self.maps = compiled_maps
        self.transport = httpx.ASGITransport(world.app)
        self.trouble: list[str] = []
        self.driver = self.new_driver()

    def new_driver(self) -> DemoDriver:
        self.api = Api(BASE, KEY, self.transport)
        return DemoDriver(self.api, self.maps, seeded(1), self.world.intake.now, on_trouble=self.trouble.append)

    async def play(self, days: int) -> None:
        """Let time pass, and everybody act in it."""
        until = self.world.at + days * DAY
        while self.world.at < until:
            await self.world.move_to(int(self.world.at) + 12 * HOUR)
            await self.driver.look()
            await self.driver.act()

    async def kinds(self, customer: str) -> list[str]:
        async with self.world.store.reading() as session:
            query = select(TimelineRow.kind).where(TimelineRow.journey_id == f"{customer}/1")
            return list(await session.scalars(query.order_by(TimelineRow.seq)))


@pytest.fixture
async def demo(empty_world: World, compiled_maps, book) -> AsyncIterator[Demo]:  # noqa: F811 - the fixture
    world = empty_world
    world.at = BEGINS
    loaded = load(MAPS / MAP)
    async with world.store.transaction() as session:
        await maps.publish(session, MAP, "Small", loaded.files, BEGINS)
    for customer in book.customers:
        if customer.id in CUSTOMERS:
            await world.add(customer)
    new_demo = Demo(world, compiled_maps)
    yield new_demo
    async with new_demo.api:
        pass


async def test_everybody_acts_as_their_personality_has_it(demo: Demo) -> None:
    await demo.play(days=120)
    kinds_by_customer = {customer: await demo.kinds(customer) for customer in CUSTOMERS}
    assert sum("outcome_answered" in kinds for kinds in kinds_by_customer.values()) == 2, "one verifies, one disputes"
    assert sum("outcome_silent" in kinds for kinds in kinds_by_customer.values()) >= 1
    assert not demo.trouble


async def test_a_driver_that_starts_again_records_nothing_twice(demo: Demo) -> None:
    await demo.play(days=20)
    demo.driver = demo.new_driver()
    await demo.play(days=20)
    async with demo.world.store.reading() as session:
        rows = list(await session.scalars(select(FactRow)))
    facts = [(row.customer_id, from_json(row.data)) for row in rows]
    assert len(facts) > 5
    for customer in CUSTOMERS:
        assert "fact_ignored" not in await demo.kinds(customer)
    assert len({(customer, fact.id) for customer, fact in facts}) == len(facts)


async def test_while_the_api_is_away_everybody_waits_and_acts_later(demo: Demo) -> None:
    await demo.play(days=3)
    await demo.world.move_to(int(demo.world.at) + 10 * DAY)
    await demo.driver.look()

    async def gone(_scope, _receive, _send) -> None:
        raise httpx.ConnectError("nobody listens there")

    app, demo.transport.app = demo.transport.app, gone
    with pytest.raises(ApiAwayError):
        await demo.driver.act()
    before = len(await demo.world.facts(CUSTOMERS[0]))
    demo.transport.app = app
    await demo.driver.act()
    assert len(await demo.world.facts(CUSTOMERS[0])) > before
