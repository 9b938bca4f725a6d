"""The list of customers: narrowed by whom, when and how; ordered; with what a line needs; and views that are kept."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.planner.facts import Answered, AttributesSet, Paused, StepDone
from milepost.store import customers, saved_views
from milepost.store.customer_list import CustomerFilter, count_customers, list_customers
from milepost.store.database import Store
from tests.store.book import DAY, START, Walk, customer, publish

BO = "bo@vendor.example"
RENEWALS = {"acme": "2026-05-01", "bolt": "2026-03-20", "cargo": "2027-01-01", "delta": None, "echo": "soon"}
VALUES: dict[str, Any] = {"acme": 500, "bolt": "12,000", "cargo": 9000.5, "delta": None, "echo": 500}


async def a_book(store: Store) -> None:
    async with store.transaction() as session:
        for name, renewal in RENEWALS.items():
            attributes = {"renews_on": renewal, "contract_value": VALUES[name], "health": 70}
            known = {key: value for key, value in attributes.items() if value is not None}
            team = {"csm": BO.title() if name in ("bolt", "delta") else "ana@vendor.example"}
            await customers.save(session, [customer(name, attributes=known, team=team)], START)


async def listed(store: Store, **filters: Any) -> list[str]:
    """The ids of the customers that meet the filters, in their order, read two at a time there and back again."""
    condition = CustomerFilter(**filters)
    found: list[str] = []
    async with store.reading() as session:
        page = await list_customers(session, condition, limit=2)
        found += [line.customer.id for line in page.lines]
        while page.next is not None:
            last = page
            page = await list_customers(session, condition, cursor=page.next, limit=2)
            assert page.previous is not None
            back = await list_customers(session, condition, cursor=page.previous, limit=2)
            assert [line.customer.id for line in back.lines] == [line.customer.id for line in last.lines]
            found += [line.customer.id for line in page.lines]
        assert await count_customers(session, condition, 1000) == len(found)
    return found


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"owner": BO}, ["bolt", "delta"]),
        ({"owner": BO.upper()}, ["bolt", "delta"]),
        ({"owner": "nobody@vendor.example"}, []),
        ({"renews": ("2026-03-02", "2026-05-31")}, ["acme", "bolt"]),
        ({"renews": ("2026-03-02", "2026-05-31"), "sort": "renewal"}, ["bolt", "acme"]),
        ({"renews": ("2026-03-20", "2026-03-20")}, ["bolt"]),
        ({"renews": ("2026-03-02", "2026-05-31"), "owner": BO}, ["bolt"]),
        ({"sort": "renewal"}, ["bolt", "acme", "cargo", "delta", "echo"]),
        ({"sort": "value"}, ["cargo", "echo", "acme", "bolt", "delta"]),
        ({"sort": "value", "owner": BO}, ["bolt", "delta"]),
    ],
)
async def test_customers_are_narrowed_and_ordered(store: Store, filters: dict[str, Any], names: list[str]) -> None:
    await a_book(store)

    assert await listed(store, **filters) == names


async def test_what_lists_are_ordered_by_follows_the_attributes(store: Store) -> None:
    await a_book(store)
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session), customer("zulu"))
        await walk.tell(START, AttributesSet(id="f1", at=START, attributes={"tier": "gold"}))

        def work(session_: Any) -> None:
            customers.set_attributes(session_, "zulu", {"renewal_date": "2026-03-05", "arr": 1e6}, START)

        await session.run_sync(work)

    assert (await listed(store, sort="renewal"))[0] == "zulu"
    assert (await listed(store, sort="value"))[0] == "zulu"


async def test_who_is_silent_is_known_from_when_their_step_is_late_until_they_do_it(store: Store) -> None:
    async with store.transaction() as session:
        compiled_map = await publish(session)
        walk = await Walk.begin(session, compiled_map, customer("acme"))
        await walk.tell(START, StepDone(id="f1", at=START, step="kickoff", result="ready"))
        await walk.tell(START + DAY)
        row = await customers.get_row(session, "acme")
    asked = START + 10 * DAY
    assert row.latest_journey == "acme/1"
    assert await listed(store, silent_at=START) == []
    assert await listed(store, silent_at=asked) == ["acme"]  # though nothing has happened since
    async with store.transaction() as session:
        walk = Walk(session, compiled_map, "acme/1", walk.state)
        await walk.tell(asked)
    assert await listed(store, silent_at=asked) == ["acme"]
    async with store.transaction() as session:
        walk = Walk(session, compiled_map, "acme/1", walk.state)
        await walk.tell(asked + 1, Answered(id="f2", at=asked + 1, outcome="saved", verdict="verified", evidence="x"))
    assert await listed(store, silent_at=asked + DAY) == []


async def test_who_is_paused_is_not_silent(store: Store) -> None:
    async with store.transaction() as session:
        compiled_map = await publish(session)
        walk = await Walk.begin(session, compiled_map, customer("acme"))
        await walk.tell(START, StepDone(id="f1", at=START, step="kickoff", result="ready"))
        await walk.tell(START + 9, Paused(id="f2", at=START + 9))

    assert await listed(store, silent_at=START + 30 * DAY) == []


async def test_a_line_has_the_most_urgent_task_and_how_outcomes_stand(store: Store) -> None:
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session), customer("acme"))
        await walk.tell(START, StepDone(id="f1", at=START, step="kickoff", result="ready"))
        await walk.tell(START + DAY)
        await customers.save(session, [customer("bolt")], START)
    async with store.reading() as session:
        acme, bolt = (await list_customers(session)).lines

    assert acme.task is not None
    assert (acme.task.title, dict(acme.verdicts)) == ("Review", {"asked": 1})
    assert (bolt.task, dict(bolt.verdicts)) == (None, {})


async def test_views_are_kept_for_one_person_each_under_its_name(store: Store) -> None:
    async def names(person: str) -> list[tuple[str, str]]:
        async with store.reading() as session:
            return [(row.name, row.query) for row in await saved_views.of_person(session, person)]

    async def save(person: str, name: str, query: str) -> bool:
        return await store.write(lambda session: saved_views.save(session, person, name, query, START))

    assert await save(BO, "Mine", "owner=me")
    assert await save(BO, "Late", "stuck=yes")
    assert await save("ana@vendor.example", "Mine", "owner=me&risk=yes")
    assert await save(BO, "Mine", "owner=me&silent=yes")
    assert await names(BO) == [("Late", "stuck=yes"), ("Mine", "owner=me&silent=yes")]

    await store.write(lambda session: saved_views.forget(session, BO, "Late"))
    await store.write(lambda session: saved_views.forget(session, BO, "never"))

    assert await names(BO) == [("Mine", "owner=me&silent=yes")]
    assert await names("ana@vendor.example") == [("Mine", "owner=me&risk=yes")]


async def test_nobody_keeps_more_views_than_there_is_room_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name, is_kept in (("a", True), ("b", True), ("c", False), ("b", True)):
        assert await store.write(lambda session, name=name: saved_views.save(session, BO, name, "", START)) is is_kept
