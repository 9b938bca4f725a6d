"""What is written is on disk before anybody is told so, and work that shares a commit shares nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from threading import Barrier

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from milepost.store import customers
from milepost.store.database import Store, open_store
from milepost.store.tables import EventCountRow
from milepost.store.upsert import increment
from tests.store.book import START, customer


def count(name: str) -> EventCountRow:
    return EventCountRow(customer_id="acme", event=name, day="2026-03-02", count=1)


@pytest.fixture
async def book(store: Store) -> Store:
    async with store.transaction() as session:
        await customers.save(session, [customer()], START)
    return store


async def names(store: Store) -> set[str]:
    async with store.reading() as session:
        return set(await session.scalars(text("SELECT event FROM event_counts")))


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
async def test_commits_to_an_sqlite_file_are_flushed_to_the_disk(sqlite_url: str, durable: bool, level: int) -> None:  # noqa: FBT001
    async with open_store(sqlite_url, durable=durable) as store:
        assert await store.write(lambda session: session.scalar(text("PRAGMA synchronous"))) == level
        async with store.transaction() as session:
            assert await session.scalar(text("PRAGMA synchronous")) == level


async def test_work_that_waits_together_shares_a_commit(sqlite_url: str) -> None:
    async with open_store(sqlite_url) as store:
        commits: Counter[str] = Counter()
        async with store.transaction():
            event.listen(store._writer._engine, "commit", lambda _: commits.update(["commit"]))  # type: ignore[attr-defined]
            work = [
                asyncio.create_task(store.write(lambda session: session.scalar(text("SELECT 1")))) for _ in range(20)
            ]
            await asyncio.sleep(0)
        await asyncio.gather(*work)
    assert commits["commit"] == 1


async def test_of_work_that_shares_a_commit_only_what_fails_is_undone(book: Store) -> None:
    def good(name: str) -> object:
        return lambda session: session.add(count(name))

    def bad(session: Session) -> None:
        session.add(count("undone"))
        session.flush()
        session.add(EventCountRow(customer_id="nobody", event="x", day="2026-03-02", count=1))

    work = [good("first"), bad, good("second")]
    async with book.transaction():
        tasks = [asyncio.create_task(book.write(each)) for each in work]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        if not book.is_sqlite:
            await asyncio.sleep(0.2)
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(each) for each in results] == [type(None), IntegrityError, type(None)]
    assert await names(book) == {"first", "second"}


async def test_counters_that_many_raise_at_once_are_right(book: Store) -> None:
    def raise_it(session: Session) -> None:
        increment(session, EventCountRow, {"customer_id": "acme", "event": "clicked", "day": "2026-03-02"})

    await asyncio.gather(*(book.write(raise_it) for _ in range(50)))

    async with book.reading() as session:
        assert await session.scalar(text("SELECT count FROM event_counts")) == 50


async def test_a_write_inside_a_transaction_is_refused_instead_of_waiting_for_itself(sqlite_url: str) -> None:
    async with open_store(sqlite_url) as store, store.transaction():
        with pytest.raises(RuntimeError, match="would wait for itself"):
            await store.write(lambda _: None)


async def test_work_that_nobody_waits_for_any_more_is_not_begun(sqlite_url: str) -> None:
    done = []
    async with open_store(sqlite_url) as store:
        async with store.transaction():
            waiting = asyncio.create_task(store.write(lambda _: done.append("done")))
            await asyncio.sleep(0)
            waiting.cancel()
        await store.write(lambda _: done.append("next"))
    assert done == ["next"]


async def test_work_that_deadlocks_on_postgresql_is_run_again(postgres_url: str) -> None:
    both_hold_one = Barrier(2)
    runs: Counter[str] = Counter()

    def writes(first: str, second: str) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            runs[first] += 1
            increment(session, EventCountRow, {"customer_id": "acme", "event": first, "day": "2026-03-02"})
            if runs[first] == 1:
                both_hold_one.wait(20)
            increment(session, EventCountRow, {"customer_id": "acme", "event": second, "day": "2026-03-02"})

        return work

    async with open_store(postgres_url) as store:
        async with store.transaction() as session:
            await customers.save(session, [customer()], START)
        await asyncio.gather(store.write(writes("a", "b")), store.write(writes("b", "a")))

        assert sum(runs.values()) > 2
        async with store.reading() as session:
            assert list(await session.scalars(select(EventCountRow.count))) == [2, 2]
