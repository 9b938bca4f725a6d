"""What was done, by person, from requests and for others: counted and listed on both databases."""

from __future__ import annotations

from sqlalchemy import insert

from milepost.store import customers, maps, reactive_share
from milepost.store.database import Store
from milepost.store.reactive_share import Done, DoneCount
from milepost.store.table_types import table_of
from milepost.store.tables import JourneyRow, TaskRow
from tests.workflows.example import CUSTOMER, FILES, START

DAY = 86_400
ANA, BO = "ana@vendor.example", "bo@vendor.example"


def task(
    number: int, person: str | None, *, why: str | None = None, elsewhere: str | None = None, **more: object
) -> dict:
    row = {
        "journey_id": "acme/1", "task": f"t{number}/1", "customer_id": "acme", "role": "csm", "person": person,
        "title": f"Task {number}", "why": why, "invite": [], "opened_at": START, "urgency": 0, "results": [],
        "status": "done", "closed_at": START + number, "elsewhere": elsewhere, "opened_revision": 1,
    }  # fmt: skip
    return {**row, **more}


async def filled(store: Store) -> None:
    async with store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", FILES, START)
        await customers.save(session, [CUSTOMER], START)
        [version] = [row.hash for row in await maps.versions(session, "pilot")]
        journey = {
            "id": "acme/1", "customer_id": "acme", "number": 1, "map": "pilot", "version": version, "status": "open",
            "started_at": START, "state": {}, "revision": 1, "clock": START, "updated_at": START, "held_messages": 0,
        }  # fmt: skip
        await session.execute(insert(table_of(JourneyRow)), [journey])
        rows = [
            task(1, ANA), task(2, ANA, why="stuck"), task(3, ANA, why="request"),
            task(4, ANA, why="request", elsewhere="support"), task(5, BO, why="request", elsewhere="sales"),
            task(6, None), task(7, BO, status="open", closed_at=None), task(8, ANA, status="withdrawn", why="request"),
            task(9, ANA, closed_at=START + 40 * DAY),
        ]  # fmt: skip
        await session.execute(insert(table_of(TaskRow)), rows)


MONTH = Done(START, START + 30 * DAY)


async def test_what_was_done_is_counted_by_person_and_kind(store: Store) -> None:
    await filled(store)
    async with store.reading() as session:
        counted = await reactive_share.counts(session, MONTH)
        own = await reactive_share.counts(session, Done(MONTH.since, MONTH.until, people={ANA}))
    assert set(counted) == {
        DoneCount(ANA, is_request=False, elsewhere=None, count=2),
        DoneCount(ANA, is_request=True, elsewhere=None, count=1),
        DoneCount(ANA, is_request=True, elsewhere="support", count=1),
        DoneCount(BO, is_request=True, elsewhere="sales", count=1),
        DoneCount(None, is_request=False, elsewhere=None, count=1),
    }
    assert {each.person for each in own} == {ANA}


async def test_each_figure_has_its_tasks(store: Store) -> None:
    await filled(store)

    async def titles(**narrowed: object) -> list[str]:
        async with store.reading() as session:
            lines = await reactive_share.listed(session, Done(MONTH.since, MONTH.until, **narrowed))
        return [each.task.title for each in lines]

    assert await titles() == [f"Task {number}" for number in (6, 5, 4, 3, 2, 1)]
    assert await titles(of_requests=True) == ["Task 5", "Task 4", "Task 3"]
    assert await titles(of_requests=True, elsewhere="support") == ["Task 4"]
    assert await titles(person=BO) == ["Task 5"]
    assert await titles(person="") == ["Task 6"]
    assert await titles(people={ANA}, of_requests=True) == ["Task 4", "Task 3"]
