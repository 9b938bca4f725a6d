from __future__ import annotations

import pytest

from milepost.customer import Contact
from milepost.planner.facts import AttributesSet, ContactsGiven, StepDone, TeamGiven
from milepost.store import customers
from milepost.store.errors import UnknownCustomerError
from tests.store.book import START, Walk, customer, publish


async def test_a_customer_is_read_back_as_it_was_written(store):
    people = (
        Contact("Zoe", "zoe@acme.example", ("sponsor", "user")),
        Contact("Abe", "abe@acme.example", (), "Asia/Tokyo", "JP", "ja"),
    )
    attributes = {"z": 1, "a": 2.5, "flag": True, "text": "ä \u2603", "none_of_it": [1, {"b": None}]}
    given = customer(contacts=people, attributes=attributes)
    async with store.transaction() as session:
        assert await customers.save(session, [given], START) == (1, 0)
    async with store.reading() as session:
        read = await customers.get(session, "acme")
    assert read == given
    assert list(read.attributes) == list(attributes)


async def test_saving_again_replaces_the_record_and_its_people(store):
    async with store.transaction() as session:
        await customers.save(session, [customer(), customer("beta")], START)
        await customers.mark_unmatched(session, "acme", "no map is for tier 'gold'")
    changed = customer(name="Acme Corporation", contacts=(), team={}, attributes={"health": 12})
    async with store.transaction() as session:
        assert await customers.save(session, [changed, customer("gamma")], START + 1) == (1, 1)
    async with store.reading() as session:
        assert await customers.all_customers(session) == [changed, customer("beta"), customer("gamma")]
        assert await customers.all_customers(session, ["beta"]) == [customer("beta")]
        row = await customers.get_row(session, "acme")
        assert (row.created_at, row.updated_at, row.health) == (START, START + 1, 12)
        assert row.unmatched_why == "no map is for tier 'gold'"


async def test_a_large_book_is_saved_and_read_whole(store):
    book = [customer(f"c{number:04}") for number in range(1200)]
    async with store.transaction() as session:
        assert await customers.save(session, book, START) == (1200, 0)
        assert await customers.save(session, book, START) == (0, 1200)
    async with store.reading() as session:
        assert await customers.all_customers(session) == book
        assert await customers.count(session) == 1200


async def test_only_customers_without_a_running_journey_are_looked_at_for_enrolment(store):
    async with store.transaction() as session:
        await Walk.begin(session, await publish(session))
        await customers.save(session, [customer("beta")], START)
        assert [each.id for each in await customers.without_open_journey(session)] == ["beta"]


async def test_facts_about_the_customer_change_the_record_and_others_do_not(store):
    told = {"id": "f", "at": START}
    async with store.transaction() as session:
        await customers.save(session, [customer()], START)
        facts = (
            AttributesSet(**told, attributes={"health": 20, "tier": None, "name": "New", "country": None}),
            ContactsGiven(**told, contacts=(Contact("Li", "li@acme.example"),)),
            TeamGiven(**told, team={"csm": "bo@vendor.example"}),
            StepDone(**told, step="kickoff"),
        )
        for fact in facts:
            await session.run_sync(customers.apply, "acme", fact, START + 5)
    async with store.reading() as session:
        read = await customers.get(session, "acme")
        assert (await customers.get_row(session, "acme")).health == 20
    assert (read.name, read.country, read.timezone) == ("New", None, "Europe/Berlin")
    assert read.attributes == {"health": 20}
    assert read.contacts == (Contact("Li", "li@acme.example"),)
    assert read.team == {"csm": "bo@vendor.example"}


async def test_an_unknown_customer_is_an_error_with_its_id(store):
    async with store.transaction() as session:
        for asked in (customers.get(session, "nobody"), customers.mark_unmatched(session, "nobody", None)):
            with pytest.raises(UnknownCustomerError) as raised:
                await asked
            assert raised.value.customer == "nobody"


@pytest.mark.parametrize(
    ("attributes", "health"), [({"health": 3}, 3.0), ({"health": True}, None), ({"health": "5"}, None), ({}, None)]
)
def test_health_is_known_where_it_is_a_number(attributes, health):
    assert customers.mirrored(attributes)["health"] == health
