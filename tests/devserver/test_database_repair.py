from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from milepost.devserver.data_folder import DataFolder
from milepost.devserver.server import TemporalServer, discard_unfinished
from milepost.devserver.supervisor import Supervisor


@pytest.mark.server
async def test_a_server_killed_while_it_made_its_tables_starts_anew(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.temporal_database)) as database:
        database.execute("CREATE TABLE shards (shard_id INT)")
    async with Supervisor() as supervisor:
        await supervisor.start(TemporalServer.choose(folder, headless=True).program())


def test_tables_without_a_namespace_are_unfinished(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db")) as database:
        database.execute("CREATE TABLE namespaces (name TEXT)")
    discard_unfinished(tmp_path / "t.db")
    assert list(tmp_path.iterdir()) == []


def test_a_database_with_a_namespace_stays(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db")) as database, database:
        database.execute("CREATE TABLE namespaces (name TEXT)")
        database.execute("INSERT INTO namespaces VALUES ('default')")
    discard_unfinished(tmp_path / "t.db")
    assert (tmp_path / "t.db").exists()


def test_a_file_that_is_no_database_stays(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_text("something of the user's, long enough to be looked at" * 100)
    discard_unfinished(tmp_path / "t.db")
    assert (tmp_path / "t.db").exists()
