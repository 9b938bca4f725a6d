"""The demo on the real web application, in journey time that jumps: journeys advance in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

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
LARGE = ("aldermoor-foods", "bluefen-insurance")
MAP = "small-business-save-money"


class Demo:
    """A small business map, three of its customers, and somebody who plays them."""

    def __init__(self, world: World, compiled_maps) -> None:
        self.world = world
        self.maps = compiled_maps
        self.transport = httpx.ASGITransport(world.app)
        self.trouble: list[str] = []
        self.taken: set[str] = set()
        self.driver = self.new_driver()

    def new_driver(self) -> DemoDriver:
        self.api = Api(BASE, KEY, self.transport)
        return DemoDriver(
            self.api,
            self.maps,
            seeded(1),
            self.world.intake.now,
            taken=lambda: self.taken,
            on_trouble=self.trouble.append,
        )

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


@asynccontextmanager
async def demo_of(world: World, compiled_maps, book, map_id: str, customers: Sequence[str]) -> AsyncIterator[Demo]:
    world.at = BEGINS
    loaded = load(MAPS / map_id)
    async with world.store.transaction() as session:
        await maps.publish(session, map_id, map_id, loaded.files, BEGINS)
    for customer in book.customers:
        if customer.id in customers:
            await world.add(customer)
    new_demo = Demo(world, compiled_maps)
    yield new_demo
    async with new_demo.api:
        pass


@pytest.fixture
async def demo(empty_world: World, compiled_maps, book) -> AsyncIterator[Demo]:  # noqa: F811 - the fixture
    async with demo_of(empty_world, compiled_maps, book, MAP, CUSTOMERS) as made:
        yield made


@pytest.fixture
async def with_colleagues(empty_world: World, compiled_maps, book) -> AsyncIterator[Demo]:  # noqa: F811 - the fixture
    """Two customers on a map with much to do for colleagues and for themselves."""
    async with demo_of(empty_world, compiled_maps, book, "enterprise-save-time", LARGE) as made:
        yield made


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


async def by_whom(demo: Demo, customer: str) -> dict[str, set[str | None]]:
    """Who told what about a customer, by the kind of the fact."""
    told: dict[str, set[str | None]] = {}
    for row in await demo.world.facts(customer):
        told.setdefault(row.kind, set()).add(row.told_by)
    return told


async def test_whoever_is_taken_over_is_left_to_the_visitor_and_everybody_else_goes_on(
    with_colleagues: Demo,
) -> None:
    demo, (mine, other) = with_colleagues, LARGE

    async def told_by_people_of(customer: str) -> list[str]:
        return [row.told_by for row in await demo.world.facts(customer) if customer in (row.told_by or "")]

    demo.taken.add(mine)
    await demo.play(days=40)
    assert await told_by_people_of(mine) == []
    assert await told_by_people_of(other) != []

    demo.taken.clear()
    await demo.play(days=2)
    assert await told_by_people_of(mine) != []
    assert not demo.trouble


async def test_the_tasks_of_a_colleague_who_is_taken_over_wait_until_they_are_given_back(
    with_colleagues: Demo,
) -> None:
    demo = with_colleagues
    await demo.play(days=1)
    ana = {task.person for task in await demo.api.tasks() if task.person}
    assert ana
    waiting = {task.key for task in await demo.api.tasks()}
    demo.taken |= ana
    await demo.play(days=10)
    assert waiting <= {task.key for task in await demo.api.tasks()}

    demo.taken.clear()
    await demo.play(days=1)
    assert not waiting & {task.key for task in await demo.api.tasks()}
