"""A database that can't be used: one clear error from every command, and a log without tracebacks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Milepost


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "milepost.db"


def garbage(file: Path) -> str:
    file.write_bytes(os.urandom(8192))
    return "Error: Cannot read the database"


def foreign(file: Path) -> str:
    with closing(sqlite3.connect(file)) as theirs:
        theirs.execute("CREATE TABLE invoices (id)")
    return "it has tables that aren't Milepost's (invoices)"


def emptied(file: Path) -> str:
    file.touch()
    (file.parent / "secret_key").write_text("made when it was in use")
    return "it is empty, though its data folder has been used before"


bad_files = pytest.mark.parametrize("spoil", [garbage, foreign, emptied])


@bad_files
@pytest.mark.parametrize("words", [("customers",), ("migrate",), ("recover",), ("tell", "acme", "paused")])
def test_every_command_says_what_is_wrong_and_what_to_do(
    milepost: Milepost, database: Path, spoil: Callable[[Path], str], words: tuple[str, ...]
) -> None:
    message = spoil(database)
    result = milepost(*words)
    assert result.exit_code == 1
    assert message in result.stderr
    assert str(database) in result.stderr
    assert len(result.stderr.splitlines()) == 2


@bad_files
@pytest.mark.parametrize("words", [("up", "--for", "5s"), ("worker",), ("web", "--port", "0")])
def test_nothing_starts_on_it(database: Path, spoil: Callable[[Path], str], words: tuple[str, ...]) -> None:
    message = spoil(database)
    argv = [sys.executable, "-m", "milepost", *words]
    result = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_a_full_disk_is_named(milepost: Milepost, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device", str(database))

    monkeypatch.setattr("milepost.store.sqlite.create_file", refuse)
    result = milepost("migrate")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert "did not expect" not in result.stderr
