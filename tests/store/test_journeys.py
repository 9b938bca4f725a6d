from __future__ import annotations

import asyncio
from itertools import chain

import pytest
from sqlalchemy.exc import IntegrityError

from milepost.planner.clock import JourneyClock
from milepost.planner.facts import AttributesSet, Ended, Paused, PlayStarted
from milepost.planner.state import State
from milepost.store import clock, customers, journeys, timeline
from milepost.store.customer_list import CustomerFilter, count_customers, list_customers
from milepost.store.errors import JourneyAlreadyOpenError, UnknownJourneyError
from milepost.store.keyset import Cursor
from milepost.store.tables import JourneyRow
from tests.store.book import DAY, SMALL_MAP, START, Walk, customer, publish


async def test_a_customer_has_one_open_journey_and_each_has_its_number(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        walk = await Walk.begin(session, compiled_map)
        again = State.begin(customer(), "small", compiled_map.version, START + 9)
        with pytest.raises(JourneyAlreadyOpenError, match="acme/1"):
            await journeys.begin(session, again)
        await walk.tell(START + 5, Ended(id="f1", at=START + 5, reason="churned"))
        second = await journeys.begin(session, again)
        assert (second.id, second.number, second.started_at) == ("acme/2", 2, START + 9)
        assert (await journeys.open_of(session, "acme")).id == "acme/2"
        assert [row.id for row in await journeys.of_customer(session, "acme")] == ["acme/2", "acme/1"]
        assert (await journeys.latest_of(session, "acme")).id == "acme/2"
        assert [row.id for row in await journeys.running(session)] == ["acme/2"]
        assert await journeys.count_by_status(session) == {"ended": 1, "open": 1}


async def test_the_open_journeys_of_a_version_are_read_page_by_page_each_once(store):
    names = ["acme", "bolt", "Cargo", "dürr", "élan"]
    async with store.transaction() as session:
        first = await publish(session)
        for name in names:
            await customers.save(session, [customer(name)], START)
            await journeys.begin(session, State.begin(customer(name), "small", first.version, START))
        second = await publish(session, {**SMALL_MAP, "title": "Another"})
        gone = await Walk.begin(session, first, customer("gone"))
        await gone.tell(START + 5, Ended(id="f1", at=START + 5, reason="churned"))
        await Walk.begin(session, second, customer("new"))
    async with store.reading() as session:
        for page in (1, 2, 5, 200):
            read = [each async for each in journeys.on_version(session, first.version, page=page)]
            assert sorted(name for name, _ in read) == sorted(names)
            assert all(State.from_json(state).customer.id == name for name, state in read)
        assert [name async for name, _ in journeys.on_version(session, second.version)] == ["new"]
        counted = await journeys.count_by_version(session, "small")
        assert counted == {first.version: 5, second.version: 1}
        assert await journeys.count_by_version(session, "other") == {}


async def test_when_two_begin_a_journey_at_once_one_is_refused(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        await customers.save(session, [customer()], START)

    async def begin():
        async with store.transaction() as session:
            return (await journeys.begin(session, State.begin(customer(), "small", compiled_map.version, START))).id

    results = await asyncio.gather(begin(), begin(), return_exceptions=True)
    assert sorted(type(result) for result in results if not isinstance(result, str)) == [JourneyAlreadyOpenError]
    assert "acme/1" in results


async def test_the_database_itself_holds_that_a_customer_has_one_open_journey(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        row = await journeys.get(session, walk.journey)
        columns = {column.name: getattr(row, column.name) for column in JourneyRow.__table__.c}
    async with store.reading() as session:
        session.add(JourneyRow(**{**columns, "id": "acme/2", "number": 2}))
        with pytest.raises(IntegrityError):
            await session.flush()


async def test_the_mirror_gives_the_state_back(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + 3 * DAY, PlayStarted(id="f1", at=START + DAY, play="rescue"))
    async with store.reading() as session:
        assert await journeys.state(session, walk.journey) == walk.state
        with pytest.raises(UnknownJourneyError):
            await journeys.state(session, "acme/7")


async def fill(session):
    """Acme is open, beta paused, gamma at risk, delta has ended, epsilon fits no map, zeta was not tried."""
    compiled_map = await publish(session)
    await Walk.begin(session, compiled_map, customer("acme"))
    beta = await Walk.begin(session, compiled_map, customer("beta", attributes={"health": 55}))
    gamma = await Walk.begin(session, compiled_map, customer("gamma", attributes={}))
    delta = await Walk.begin(session, compiled_map, customer("delta", attributes={"health": 10}))
    await beta.tell(START + 60, Paused(id="f1", at=START + 60))
    await gamma.tell(START + 40 * DAY, AttributesSet(id="f1", at=START + 60, attributes={"health": 20}))
    await delta.tell(START + 120, Ended(id="f1", at=START + 120, reason="churned"))
    await customers.save(
        session, [customer("epsilon", name="Epsilon ÖBB"), customer("zeta", name="100% Zeta_", attributes={})], START
    )
    await customers.mark_unmatched(session, "epsilon", "small: where is not true")


async def test_customers_are_filtered_by_where_their_journeys_are(store):
    async with store.transaction() as session:
        await fill(session)
        for wanted, found in (
            (CustomerFilter(), ["zeta", "acme", "beta", "delta", "epsilon", "gamma"]),
            (CustomerFilter(status="open"), ["acme", "gamma"]),
            (CustomerFilter(status="paused"), ["beta"]),
            (CustomerFilter(status="ended"), ["delta"]),
            (CustomerFilter(status="none"), ["zeta", "epsilon"]),
            (CustomerFilter(status="unmatched"), ["epsilon"]),
            (CustomerFilter(stage="start"), ["acme", "beta", "gamma"]),
            (CustomerFilter(stage="value"), []),
            (CustomerFilter(open_risk=True), ["gamma"]),
            (CustomerFilter(open_risk=False, status="open"), ["acme"]),
            (CustomerFilter(stuck=True), ["gamma"]),
            (CustomerFilter(health_below=60), ["beta", "delta", "gamma"]),
            (CustomerFilter(search="ETA"), ["zeta", "beta"]),
            (CustomerFilter(search="100%"), ["zeta"]),
            (CustomerFilter(search="ÖBB"), ["epsilon"]),
            (CustomerFilter(search="öbb"), ["epsilon"]),
            (CustomerFilter(search="_"), ["zeta"]),
            (CustomerFilter(map="small"), ["acme", "beta", "delta", "gamma"]),
            (CustomerFilter(map="other"), []),
            (CustomerFilter(sort="health"), ["delta", "gamma", "beta", "acme", "epsilon", "zeta"]),
            (CustomerFilter(sort="updated"), ["gamma", "delta", "beta", "acme", "zeta", "epsilon"]),
            (CustomerFilter(search="oBB epsilon"), ["epsilon"]),
            (CustomerFilter(open_risk=False), ["zeta", "acme", "beta", "delta", "epsilon"]),
            (CustomerFilter(blocked=False, map="small"), ["acme", "beta", "delta", "gamma"]),
            (CustomerFilter(blocked=True), []),
        ):
            page = await list_customers(session, wanted)
            assert [line.customer.id for line in page.lines] == found, wanted
            assert await count_customers(session, wanted, 5) == min(len(found), 5)


@pytest.mark.parametrize("sort", ["name", "health", "updated"])
async def test_every_order_is_the_same_page_by_page_onwards_and_back(store, sort):
    async with store.transaction() as session:
        await fill(session)
        whole = [line.customer.id for line in (await list_customers(session, CustomerFilter(sort=sort))).lines]
        pages, cursor = [], None
        while not pages or cursor is not None:
            page = await list_customers(session, CustomerFilter(sort=sort), cursor=cursor, limit=2)
            pages.append([line.customer.id for line in page.lines])
            cursor = page.next and Cursor.read(str(page.next))
        assert [*chain.from_iterable(pages)] == whole
        back, cursor = [pages[-1]], page.previous
        while cursor is not None:
            page = await list_customers(session, CustomerFilter(sort=sort), cursor=cursor, limit=2)
            back.append([line.customer.id for line in page.lines])
            cursor = page.previous
    assert back[::-1] == pages


async def test_a_line_says_in_which_stages_a_customer_is_and_which_risks_are_open(store):
    async with store.transaction() as session:
        await fill(session)
        (gamma,) = (await list_customers(session, CustomerFilter(search="gamma"))).lines
        (zeta,) = (await list_customers(session, CustomerFilter(search="zeta"))).lines
    assert [(stage.stage, stage.title, stage.stuck) for stage in gamma.stages] == [("start", "Start", True)]
    assert [(play.play, play.title) for play in gamma.risks] == [("rescue", "Rescue")]
    assert (gamma.journey.status, gamma.customer.health) == ("open", 20)
    assert (zeta.journey, zeta.stages, zeta.plays, zeta.risks) == (None, (), (), ())


async def test_a_customer_who_came_again_is_shown_once_with_the_latest_journey(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        walk = await Walk.begin(session, compiled_map)
        await walk.tell(START + 5, Ended(id="f1", at=START + 5, reason="churned"))
        await Walk.begin(session, compiled_map)
        page = await list_customers(session, CustomerFilter())
    assert [line.journey.id for line in page.lines] == ["acme/2"]


async def test_what_all_journeys_report_can_be_followed_as_it_is_written(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        assert await timeline.last_serial(session) == 0
        await Walk.begin(session, compiled_map, customer("acme"))
        seen = await timeline.last_serial(session)
        await Walk.begin(session, compiled_map, customer("beta"))
        news = await timeline.newest(session, after=seen)
        assert [(each.customer, each.entry.kind) for each in news] == [
            ("beta", "journey_started"), ("beta", "stage_opened"), ("beta", "step_opened"),
        ]  # fmt: skip
        last = await timeline.newest(session, limit=4)
        assert [(each.customer_name, each.entry.kind) for each in last] == [
            ("Acme", "step_opened"),
            ("Beta", "journey_started"),
            ("Beta", "stage_opened"),
            ("Beta", "step_opened"),
        ]
        assert last[2].entry.to_json() == {
            "at": "2026-03-02T15:00:00Z",
            "kind": "stage_opened",
            "stage": "start",
        }
        assert [row.seq for row in await timeline.of_journey(session, "acme/1", after=0, limit=1)] == [1]


async def test_the_clock_is_the_wall_clock_until_a_rehearsal_sets_it(store):
    faster = JourneyClock(1_700_000_000.25, START, 43_200.0)
    async with store.transaction() as session:
        assert await clock.read(session) == JourneyClock()
        await clock.write(session, JourneyClock(1.0, 2, 3.0))
        await clock.write(session, faster)
    async with store.reading() as session:
        assert await clock.read(session) == faster
