from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from milepost.customer import Customer
from milepost.demo.clock import BEGINS, DAY_A_SECOND, MixedTimeError, begin_or_resume, check_real
from milepost.planner.state import State
from milepost.store import clock, customers, journeys, maps
from milepost.store.database import Store, open_store
from tests.inbox import put

WALL = 1_800_000_000.0


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    await opened.close()


async def add_customer(store: Store) -> None:
    async with store.transaction() as session:
        await customers.save(session, [Customer("acme", "Acme")], BEGINS)


async def test_the_demo_begins_on_its_first_day(store: Store) -> None:
    resumed = await begin_or_resume(store, 3 * DAY_A_SECOND, WALL)
    assert resumed.journey_of(WALL) == BEGINS
    assert resumed.journey_of(WALL + 2) == BEGINS + 6 * 86_400
    async with store.reading() as session:
        kept = await session.run_sync(clock.find)
    assert kept is not None
    assert kept.asked == resumed
    assert kept.clock.journey_of(WALL + 2) == BEGINS, "it waits for the journeys"


async def test_it_goes_on_where_journey_time_had_come_however_long_nobody_played(store: Store) -> None:
    await begin_or_resume(store, DAY_A_SECOND, WALL)
    await add_customer(store)
    last = BEGINS + 40 * 86_400
    async with store.transaction() as session:
        version = (await maps.publish(session, "m", "M", {"map.yaml": "map: m"}, BEGINS)).version.hash
        await journeys.begin(session, State.begin(Customer("acme", "Acme"), "m", version, BEGINS))
        await put(session, "acme", {"kind": "event", "id": "1", "event": "x"}, last)
    resumed = await begin_or_resume(store, DAY_A_SECOND, WALL + 1_000_000)
    assert resumed.journey_of(WALL + 1_000_000) == last + 31  # between two minutes, where nothing falls due


async def test_it_may_go_on_at_another_speed(store: Store) -> None:
    await begin_or_resume(store, DAY_A_SECOND, WALL)
    resumed = await begin_or_resume(store, 4 * DAY_A_SECOND, WALL + 5)
    assert resumed.journey_of(WALL + 6) == BEGINS + 4 * 86_400


async def test_the_demo_does_not_mix_with_real_customers(store: Store) -> None:
    await add_customer(store)
    with pytest.raises(MixedTimeError, match="without --sample"):
        await begin_or_resume(store, DAY_A_SECOND, WALL)
    async with store.reading() as session:
        assert (await clock.read(session)).speed == 1


async def test_the_demo_does_not_run_in_real_time(store: Store) -> None:
    await check_real(store)
    await begin_or_resume(store, DAY_A_SECOND, WALL)
    with pytest.raises(MixedTimeError, match="--sample"):
        await check_real(store)
