from __future__ import annotations

import asyncio
import sqlite3
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from milepost.store import customers
from milepost.store.customer_list import CustomerFilter, list_customers
from milepost.store.database import check, database_url, open_store
from milepost.store.errors import DriverMissingError, StoreUnreachableError
from tests.store.book import START, customer


async def test_a_transaction_is_written_whole_or_not_at_all(store):
    async def fail_halfway():
        async with store.transaction() as session:
            await customers.save(session, [customer()], START)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_halfway()
    async with store.reading() as session:
        assert await customers.count(session) == 0


async def test_writers_of_several_processes_take_turns_and_lose_nothing(database_url):
    stores = [open_store(database_url) for _ in range(3)]
    async with stores[0].transaction() as session:
        await customers.save(session, [customer(attributes={"health": 0})], START)

    async def add_one(store):
        async with store.transaction() as session:
            row = await customers.get_row(session, "acme")
            await session.refresh(row, with_for_update=True)
            await asyncio.sleep(0)
            await session.run_sync(customers.set_attributes, "acme", {"health": row.attributes["health"] + 1}, START)

    await asyncio.gather(*(add_one(store) for store in stores for _ in range(5)))
    async with stores[0].reading() as session:
        assert (await customers.get(session, "acme")).attributes == {"health": 15}
    for store in stores:
        await store.close()


async def test_a_transaction_inside_a_transaction_is_an_error_and_does_not_wait_for_itself(sqlite_url):
    store = open_store(sqlite_url)
    async with store.transaction():
        with pytest.raises(RuntimeError, match="hand the session on"):
            await store.transaction().__aenter__()
    async with store.transaction() as session:
        await customers.save(session, [customer()], START)
    await store.close()


async def test_a_writer_that_is_cancelled_leaves_the_turn_to_the_next(store):
    entered = asyncio.Event()

    async def hang():
        async with store.transaction() as session:
            await customers.save(session, [customer()], START)
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])
    async with store.transaction() as session:
        assert await customers.count(session) == 0


async def test_a_reader_does_not_wait_for_a_writer(store):
    async with store.transaction() as session:
        await customers.save(session, [customer()], START)
        async with store.reading() as other:
            assert await customers.count(other) == 0


async def test_sqlite_is_opened_the_way_that_lets_processes_share_it(sqlite_url):
    store = open_store(sqlite_url)
    async with store.reading() as session:
        found = {
            name: (await session.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    await store.close()
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30000}


async def test_opening_a_new_file_waits_for_another_process_that_is_reading_it(tmp_path):
    file = tmp_path / "milepost.db"
    other = sqlite3.connect(file, isolation_level=None)
    for statement in ("CREATE TABLE anything (x)", "BEGIN", "SELECT * FROM anything"):
        other.execute(statement)
    store = open_store(f"sqlite:///{file}")
    opening = asyncio.create_task(check(store))
    await asyncio.sleep(0.1)
    assert not opening.done()
    other.close()
    await opening
    await store.close()


async def test_lower_case_means_the_same_on_both_databases(store):
    async with store.reading() as session:
        for upper, lower in (("ÖBB Holding", "öbb holding"), ("ÉCLAIR", "éclair"), (None, None)):
            query = text("SELECT lower(CAST(:upper AS TEXT))")
            assert (await session.execute(query, {"upper": upper})).scalar() == lower


def test_postgresql_without_its_driver_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DriverMissingError) as raised:
        open_store("postgresql://milepost:hidden@db.example/milepost")
    assert "psycopg, which is not installed" in raised.value.message
    assert raised.value.hint == "Install it with `pip install 'milepost[postgres]'`."
    assert "hidden" not in str(raised.value)


async def test_numbers_that_json_cannot_hold_are_refused_on_both_databases(store):
    async with store.transaction() as session:
        with pytest.raises((StatementError, ValueError), match="not JSON compliant"):
            await customers.save(session, [customer(attributes={"seats": float("nan")})], START)


async def test_a_database_that_does_not_answer_is_named(store):
    await check(store)
    gone = open_store("postgresql://127.0.0.1:1/milepost")
    with pytest.raises(StoreUnreachableError, match=r"127\.0\.0\.1:1"):
        await check(gone)
    await gone.close()


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
    ],
)
def test_urls_are_read_the_way_people_write_them(given, driver):
    assert database_url(given).drivername == driver


@pytest.mark.parametrize("given", ["mysql://root:hidden@h/d", "not a url", ""])
def test_a_url_of_an_unsupported_database_is_refused_without_showing_passwords(given):
    with pytest.raises(StoreUnreachableError) as raised:
        database_url(given)
    assert "hidden" not in str(raised.value)


async def test_sqlite_measures_how_its_rows_are_distributed_when_it_closes(sqlite_url):
    async with open_store(sqlite_url) as opened:
        async with opened.transaction() as session:
            await customers.save(session, [customer(f"c{number}") for number in range(100)], START)
        async with opened.reading() as session:
            assert len((await list_customers(session, CustomerFilter(search="c1", status="ended"))).lines) == 0
    async with open_store(sqlite_url) as opened, opened.reading() as session:
        measured = set(await session.scalars(text("SELECT tbl FROM sqlite_stat1")))
    assert "customers" in measured
