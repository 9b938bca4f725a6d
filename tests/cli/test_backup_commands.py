"""`milepost backup` and `milepost restore`, and what a database that can't be used says in every command."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from milepost.devserver.data_folder import DataFolder
from tests.cli.conftest import ROOT, Milepost, lines

pytestmark = pytest.mark.usefixtures("with_acme")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "milepost.db"


def customers(milepost: Milepost) -> list[str]:
    return [each["customer"] for each in lines(milepost("customers", "--json"))]


def test_what_was_backed_up_comes_back(milepost: Milepost, database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "milepost.backup"
    (database.parent / "secret_key").write_text("kept apart")
    made = milepost("backup", copy)
    assert made.exit_code == 0
    assert "secret_key" in made.stdout
    database.write_bytes(b"overwritten by mistake")

    restored = milepost("restore", copy)
    assert restored.exit_code == 0
    assert "milepost recover" in restored.stdout
    assert "run `milepost forget` for them again" in restored.stdout
    assert customers(milepost) == ["acme", "lonely"]
    [kept] = database.parent.glob("milepost.db.2*")
    assert kept.read_bytes() == b"overwritten by mistake"
    assert str(kept) in restored.stdout
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_both_say_where_the_contents_of_files_are(
    milepost: Milepost, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "uploaded files" not in milepost("backup", tmp_path / "before").stdout
    files = database.parent / "files"
    files.mkdir()
    (files / "aB3").write_text("a content")

    made, restored = milepost("backup", tmp_path / "copy"), milepost("restore", tmp_path / "copy")
    assert f"copy the folder {files} now" in " ".join(made.stdout.split())
    assert f"put back those of the same day, into {files}" in " ".join(restored.stdout.split())

    monkeypatch.setenv("MILEPOST_FILES", "s3://acme/files")
    made, restored = milepost("backup", tmp_path / "other"), milepost("restore", tmp_path / "other")
    assert "files in s3://acme/files; back that bucket up" in " ".join(made.stdout.split())
    assert "into s3://acme/files" in " ".join(restored.stdout.split())


def test_a_backup_replaces_a_file_only_by_force_and_never_the_database(
    milepost: Milepost, database: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "milepost.backup"
    copy.write_text("something dear")
    refused = milepost("backup", copy)
    assert refused.exit_code == 1
    assert "add --force" in refused.stderr
    assert copy.read_text() == "something dear"
    assert milepost("backup", copy, "--force").exit_code == 0
    assert "the database itself" in milepost("backup", database, "--force").stderr
    assert "the database itself" in milepost("restore", database).stderr
    assert customers(milepost) == ["acme", "lonely"]


def test_nothing_is_restored_while_the_data_folder_is_in_use(milepost: Milepost, tmp_path: Path) -> None:
    copy = tmp_path / "milepost.backup"
    assert milepost("backup", copy).exit_code == 0
    with DataFolder.open(tmp_path / "data"):
        refused = milepost("restore", copy)
    assert refused.exit_code == 1
    assert "is in use by another `milepost up`" in refused.stderr


@pytest.mark.server
def test_nothing_is_restored_while_a_web_application_runs(milepost: Milepost, tmp_path: Path) -> None:
    copy = tmp_path / "milepost.backup"
    argv = [sys.executable, "-m", "milepost", "web", "--port", "0"]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as web:
        try:
            assert web.stdout is not None
            assert "Milepost is at" in web.stdout.readline()
            assert milepost("backup", copy).exit_code == 0
            refused = milepost("restore", copy)
        finally:
            web.terminate()
    assert refused.exit_code == 1
    assert "is in use" in refused.stderr
    assert milepost("restore", copy).exit_code == 0
    files = list((tmp_path / "data").iterdir())
    assert {"milepost.db", "api_key", "secret_key", "milepost.lock"} <= {file.name for file in files}
    assert not [file for file in files if file.stat().st_mode & 0o077]


def test_a_folder_that_is_not_there_is_named(milepost: Milepost, tmp_path: Path) -> None:
    refused = milepost("backup", tmp_path / "nowhere" / "copy")
    assert refused.exit_code == 1
    assert "No such file or directory" in refused.stderr
    assert "Milepost did not expect this" not in refused.stderr


def test_for_postgresql_there_is_another_command(
    milepost: Milepost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MILEPOST_DATABASE_URL", "postgresql://127.0.0.1:1/milepost")
    assert "pg_dump" in milepost("backup", tmp_path / "copy").stderr
    assert "pg_restore" in milepost("restore", tmp_path / "copy").stderr
