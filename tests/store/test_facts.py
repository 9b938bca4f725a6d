from __future__ import annotations

import asyncio

import pytest

from milepost.customer import Contact
from milepost.planner.fact_errors import InvalidFactError
from milepost.store import customers, facts, inbox
from milepost.store.inbox import NewFact
from tests.inbox import put
from tests.store.book import DAY, START, Walk, customer, publish

DONE = {"kind": "step_done", "id": "f1", "step": "kickoff", "result": "ready", "by": "ana@vendor.example"}


async def take(session, journey):
    """Mark everything that waits for the journey as taken in."""
    waiting = await session.run_sync(inbox.waiting_for, journey)
    await session.run_sync(inbox.mark_taken, waiting, {}, 1)


@pytest.fixture
async def journey(store):
    async with store.transaction() as session:
        return (await Walk.begin(session, await publish(session))).journey


async def test_a_fact_is_pending_until_it_is_delivered(store, journey):
    async with store.transaction() as session:
        recorded = await put(session, "acme", DONE, START + 60, source="desk", received_at=1_800_000_000)
    assert (recorded.new, recorded.counted, recorded.journey) == (True, False, journey)
    assert recorded.fact == {**DONE, "at": "2026-03-02T15:01:00Z"}
    async with store.transaction() as session:
        (waiting,) = await facts.pending(session)
        assert (waiting.data, waiting.status, waiting.source) == (recorded.fact, "pending", "desk")
        assert (waiting.at, waiting.received_at, waiting.told_by) == (START + 60, 1_800_000_000, "ana@vendor.example")
        await take(session, journey)
    async with store.reading() as session:
        assert await facts.pending(session) == []
        assert [(row.id, row.status) for row in await facts.of_customer(session, "acme")] == [("f1", "delivered")]


async def test_a_repeated_id_changes_nothing_and_says_so(store, journey):
    async with store.transaction() as session:
        first = await put(session, "acme", DONE, START + 60)
        await take(session, journey)
    async with store.transaction() as session:
        again = await put(session, "acme", {**DONE, "result": "not_ready"}, START + 90)
    assert (again.new, again.fact, again.journey) == (False, first.fact, journey)
    async with store.reading() as session:
        assert len(await facts.of_customer(session, "acme")) == 1
        assert await facts.pending(session) == []


async def test_a_repeat_among_facts_that_come_together_changes_neither_the_first_nor_the_order(store, journey):
    batch = [("a", "ready"), ("b", "ready"), ("a", "not_ready"), ("c", "ready")]

    def record(session):
        recipient = inbox.recipients(session, ["acme"])["acme"]
        checked = [inbox.checked({**DONE, "id": id_, "result": result}, START) for id_, result in batch]
        return inbox.record(session, [NewFact(recipient, fact, "api") for fact in checked], START)

    assert [each.new for each in await store.write(record)] == [True, True, False, True]
    async with store.reading() as session:
        waiting = await session.run_sync(inbox.waiting_for, journey)
    stored = [(each.data["id"], each.data["result"]) for each in waiting]
    assert stored == [("a", "ready"), ("b", "ready"), ("c", "ready")]


async def test_a_fact_recorded_many_times_at_once_is_new_once(store, journey):
    async def tell():
        async with store.transaction() as session:
            return (await put(session, "acme", DONE, START)).new

    assert sorted(await asyncio.gather(*(tell() for _ in range(6)))) == [False] * 5 + [True]


async def test_the_same_id_of_two_customers_is_two_facts(store, journey):
    async with store.transaction() as session:
        await customers.save(session, [customer("beta")], START)
        assert (await put(session, "acme", DONE, START)).new
        assert (await put(session, "beta", DONE, START)).new


async def test_pending_facts_come_in_the_order_in_which_they_were_recorded(store, journey):
    async with store.transaction() as session:
        for number in (3, 1, 2):
            await put(session, "acme", {**DONE, "id": f"f{number}"}, START - number)
        assert [row.id for row in await facts.pending(session)] == ["f3", "f1", "f2"]
        assert [row.id for row in await facts.pending(session, limit=2)] == ["f3", "f1"]


async def test_only_the_first_fact_in_an_inbox_is_the_first(store, journey):
    async with store.transaction() as session:
        first = await put(session, "acme", DONE, START)
        second = await put(session, "acme", {**DONE, "id": "f2"}, START)
    async with store.transaction() as session:
        await take(session, journey)
        third = await put(session, "acme", {**DONE, "id": "f3"}, START)
    assert [each.is_first for each in (first, second, third)] == [True, False, True]


async def test_product_events_that_no_map_uses_are_counted_by_day_and_not_stored(store, journey):
    async with store.transaction() as session:
        for at in (START, START + 60, START + DAY):
            await session.run_sync(inbox.count, "acme", "clicked", at)
    async with store.reading() as session:
        counts = [(row.event, row.day, row.count) for row in await facts.event_counts(session, "acme")]
        assert await facts.of_customer(session, "acme") == []
    assert counts == [("clicked", "2026-03-02", 2), ("clicked", "2026-03-03", 1)]


async def test_without_a_journey_a_fact_is_kept_and_changes_the_customers_record(store):
    contacts = [{"name": "Li", "email": "li@acme.example", "personas": ["sponsor"]}]
    async with store.transaction() as session:
        await customers.save(session, [customer()], START)
        for number, more in enumerate(
            ({"kind": "set", "attributes": {"health": 20}}, {"kind": "contacts", "contacts": contacts})
        ):
            recorded = await put(session, "acme", {"id": f"f{number}", **more}, START)
            assert (recorded.new, recorded.journey) == (True, None)
    async with store.reading() as session:
        known = await customers.get(session, "acme")
        assert await facts.pending(session) == []
        assert {row.status for row in await facts.of_customer(session, "acme")} == {"kept"}
    assert known.attributes == {"health": 20, "tier": "gold"}
    assert known.contacts == (Contact("Li", "li@acme.example", ("sponsor",)),)


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        ({"kind": "step_done", "step": "kickoff"}, "no 'id'"),
        ({"kind": "guessed", "id": "f1"}, "guessed"),
        ({"kind": "step_done", "id": "f1"}, "step"),
        ({"kind": "step_done", "id": "f1", "step": "kickoff", "colour": "red"}, "colour"),
        ({"kind": "set", "id": "f1", "attributes": {"seats": float("nan")}}, "nan"),
        ({"kind": "set", "id": "f1", "attributes": {"seats": float("inf")}}, "inf"),
    ],
)
async def test_an_invalid_fact_is_refused_with_the_reason(store, journey, fact, why):
    async with store.transaction() as session:
        with pytest.raises(InvalidFactError, match=why):
            await put(session, "acme", fact, START)


async def test_text_that_a_database_would_refuse_is_cleaned_and_kept(store, journey):
    said = {"kind": "answer", "id": "f1", "outcome": "saved", "verdict": "partial", "comment": "half\0way \U0001f642"}
    async with store.transaction() as session:
        await put(session, "acme", said, START)
    async with store.reading() as session:
        assert (await facts.of_customer(session, "acme"))[0].data["comment"] == "halfway \U0001f642"


async def test_a_customer_without_a_journey_is_a_recipient_and_an_unknown_one_is_none(store, journey):
    async with store.transaction() as session:
        await customers.save(session, [customer("beta")], START)
        found = await session.run_sync(inbox.recipients, ["acme", "beta", "nobody"])
    assert {name: each.journey for name, each in found.items()} == {"acme": journey, "beta": None}
