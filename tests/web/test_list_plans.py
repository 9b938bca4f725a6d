"""No page and no list reads a big table from end to end, however many customers there are."""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import make_url

from benchmarks.big_store import Size, fill
from benchmarks.pages import CSM, PAGES, client_of, next_of
from milepost.store import books
from milepost.store.books import Book
from milepost.store.customer_list import CustomerFilter, Sort, count_customers, list_customers
from milepost.store.database import Store, open_store
from milepost.store.retention import Retention, remove_old
from milepost.web.app import ROUTERS
from tests.web.plans import Statement, scans, statements

FEW, SOME = Size.of(0.005), Size.of(0.05)
"""PostgreSQL goes by the sizes of tables: what is only just more than a page it sorts rather than reads in order."""
A_SEARCH = "customers.sort_key LIKE"
"""What is looked for inside of names is looked for in all of them; they lie side by side in an index."""
TOTALS = "GROUP BY journeys.map, outcomes.type"
"""Totals of results count every answer: those of 20,000 customers are some 14,000, which takes some 50 ms."""


@pytest.fixture(scope="module")
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('filled') / 'milepost.db'}"
    fill(url, FEW, int(time.time()))
    return url


@pytest.fixture(scope="module")
def filled_postgres(postgres_server: str) -> Iterator[str]:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE filled")
    url = make_url(postgres_server).set(database="filled").render_as_string(hide_password=False)
    fill(url, SOME, int(time.time()))
    yield url
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE filled WITH (FORCE)")


@pytest.fixture(scope="module")
def filled_unmeasured(filled_sqlite: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A new SQLite file, before it has measured how its rows are distributed."""
    file = tmp_path_factory.mktemp("unmeasured") / "milepost.db"
    shutil.copy(str(make_url(filled_sqlite).database), file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM sqlite_stat1")
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "unmeasured", pytest.param("postgres", marks=pytest.mark.server)])
def filled_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with a small book of customers of all kinds."""
    url: str = request.getfixturevalue(f"filled_{request.param}")
    return url


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[Store]:
    async with open_store(filled_url) as store:
        yield store


async def asked(client: httpx.AsyncClient, values: Mapping[str, str], store: Store) -> dict[str, Statement]:
    """Opens every page and list, and the page behind the first of each; returns what the database was asked."""
    with statements(store) as queries:
        for path in PAGES.values():
            response = await client.get(path.format_map(values))
            assert response.status_code in (200, 503), (path, response.text)
            onward = next_of(response)
            if onward is not None:
                assert (await client.get(onward)).status_code == 200, onward
    return queries


async def faults(store: Store, queries: Mapping[str, Statement], without: str | None = None) -> list[str]:
    """Returns the scans of these queries; `without` is an index that is taken away for that."""
    found = []
    async with store.engine.connect() as connection:
        if without is not None:
            await connection.exec_driver_sql(f"DROP INDEX {without}")
        for statement in queries.values():
            if not any(each in statement.text for each in (A_SEARCH, TOTALS)):
                found += [f"{scan}: {statement.text}" for scan in await scans(connection, statement)]
        await connection.rollback()
    return found


async def test_no_page_and_no_list_reads_a_big_table_from_end_to_end(filled: Store) -> None:
    async with client_of(filled) as (client, values):
        queries = await asked(client, values, filled)

    assert len(queries) > 40
    assert await faults(filled, queries) == []


@pytest.mark.parametrize("sort", ["name", "health", "renewal", "value", "updated"])
async def test_the_list_of_ones_own_book_reads_no_big_table_from_end_to_end(filled: Store, sort: Sort) -> None:
    own = CustomerFilter(book=Book(frozenset({CSM, "nobody@vendor.example"})), sort=sort)
    with statements(filled) as queries:
        async with filled.reading() as session:
            await list_customers(session, own)
            await count_customers(session, own, 1000)
            assert not await books.has(session, own.book, "nobody")

    assert len(queries) > 2
    assert await faults(filled, queries) == []


@pytest.mark.parametrize(
    ("index", "table"),
    [
        ("ix_messages_status_at_journey_id_message", "messages"),
        ("ix_tasks_open", "tasks"),
        ("ix_journeys_updated_at_id", "journeys"),
        ("ix_open_plays_kind_journey_id", "open_plays"),
        ("ix_customers_sort_key_id_latest_journey", "customers"),
    ],
)
async def test_a_list_whose_index_is_gone_is_noticed(filled: Store, index: str, table: str) -> None:
    async with client_of(filled) as (client, values):
        queries = await asked(client, values, filled)

    assert any(re.search(rf"\b{table}\b", fault) for fault in await faults(filled, queries, without=index))


async def test_what_is_old_is_found_by_its_time(filled: Store) -> None:
    """The index by time alone serves no list: without it, retention would sort all messages for each of its batches."""
    with statements(filled) as queries:
        await remove_old(filled, Retention(messages=3650), 1)  # too early for anything to be removed
    [query] = [each for text, each in queries.items() if "FROM messages" in text]

    async with filled.engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        plan = (await connection.exec_driver_sql(f"{explain} {query.text}", query.parameters)).all()

    assert "ix_messages_at_journey_id_message" in str(plan)


def test_every_page_and_list_is_among_those_that_are_measured() -> None:
    """A new one belongs into `benchmarks.pages.PAGES`: then its queries are looked at, and its time is measured."""
    no_list = {"/desk", "/desk/book", "/desk/week", "/health/live", "/metrics", "/api/v1/customers/{customer}/links"}
    no_list |= {"/plan/{token}/steps/{step}", "/preferences/{token}", "/unsubscribe/{token}"}  # less than a question
    no_list |= {
        "/ops/customers/{customer}/plan",
        "/ops/customers/{customer}/plan/{mark}",
    }  # the plan, under another door
    no_list |= {"/ops/customers/{customer}/plan/{mark}/outcomes/{outcome}"}
    no_list |= {"/ops/customers/{customer}/plan/{mark}/preferences"}  # as on the contact's own page
    no_list |= {"/plan/{token}/proof/pdf", "/proof/{token}", "/proof/{token}/pdf"}  # the results, under other doors
    no_list |= {"/ops/customers/{customer}/proof", "/ops/customers/{customer}/proof/pdf"}  # and for colleagues
    no_list |= {"/wall/{token}", "/calendar/{token}", "/desk/calendar"}  # a map and a desk under other doors; one row
    no_list |= {"/desk/not-mine"}  # one task, and the mails about it
    no_list |= {"/desk/messages"}  # one row, and a fortnight of mails by their keys
    no_list |= {"/ops/files/{file}", "/plan/{token}/files/{file}"}  # one row, by its id
    no_list |= {"/api/v1/customers/{customer}/files"}  # as on the customer's page
    no_list |= {"/api/v1/customers/{customer}/files/{file}"}
    no_list |= {"/ops/outbox", "/ops/outbox/{rest:path}"}  # they lead elsewhere
    no_list |= {"/ops/imports/{number}", "/ops/imports/{number}/{kind}.csv"}  # one row, by its number
    no_list |= {"/ops/rehearsals/{number}", "/ops/rehearsals/new"}  # one row, by its number
    no_list |= {"/desk/hand-over/{number}"}  # counts of one hand-over, by its number
    no_list |= {"/ops/maps/{map_id}/versions/{number}.zip"}  # one row, by its number
    no_list |= {"/ops/publish/{number}"}  # one row, by its number
    no_list |= {"/ops/rollouts/{number}/back"}  # as the page of the rollout
    no_list |= {"/ops/find"}  # the list of customers, two of them
    no_list |= {"/demo/clock"}  # one row
    no_list |= {"/rehearsal"}  # only where a rehearsal runs, whose book is small
    no_list |= {"/ops/customers.csv"}  # all that are listed, on demand
    no_list |= {"/ops/results.csv"}  # the whole ledger, on demand
    no_list |= {"/ops/customers/{customer}/forget", "/ops/customers/{customer}/person.json"}  # everything, on demand
    no_list |= {"/ops/audit", "/ops/keys"}  # by their number; a handful
    no_list |= {"/brand.css", "/brand/logo"}  # files
    no_list |= {"/sign-in/link/{secret}"}  # one row, by its digest
    no_list |= {"/sign-in/oidc", "/sign-in/oidc/return", "/signed-out"}  # no list, and the provider is asked
    no_list |= {"/api/v1/imports/{number}", "/api/v1/syncs/{name}"}
    values = {"customer": "acme", "message": "acme/1/hello", "plan": "/plan/token", "outcome": "saved", "rollout": "1"}
    samples = [path.format_map(values).partition("?")[0] for path in PAGES.values()]
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in route.methods and route.path not in no_list:
                pattern = re.compile(re.sub(r"\{\w+(:path)?\}", "[^?]+", route.path))
                assert any(pattern.fullmatch(sample) for sample in samples), route.path
