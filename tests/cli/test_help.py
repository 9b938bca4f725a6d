"""`milepost --help` and how errors are reported."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from milepost.cli.main import LISTED
from milepost.cli.support.lazy_commands import LazyCommand, ListedCommand
from tests.cli.conftest import ROOT, Milepost
from tests.cli.reference import FILE, reference

COMMANDS = (
    "up",
    "worker",
    "web",
    "lint",
    "simulate",
    "test",
    "import",
    "publish",
    "enroll",
    "customers",
    "show",
    "tell",
    "tasks",
    "version",
)


def test_help_lists_every_command(milepost: Milepost) -> None:
    result = milepost("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        assert re.search(rf"^\W+{command}\s", result.stdout, re.MULTILINE), command


def test_help_answers_at_once() -> None:
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "milepost", "--help"], cwd=ROOT, check=True, capture_output=True)
    took = time.monotonic() - begun
    modules = subprocess.run(
        [sys.executable, "-c", "import milepost.cli.main, sys; print(*sys.modules)"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert not {"sqlalchemy", "temporalio", "pydantic", "settings", "fastapi"} & set(modules)
    assert took < 5  # half a second where nothing else runs


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.name)
def test_every_listed_command_is_there_and_explains_itself(listed: ListedCommand, milepost: Milepost) -> None:
    command = LazyCommand(listed, []).load()
    assert command.help
    assert milepost(command.name, "--help").exit_code == 0


def test_the_written_reference_is_fresh() -> None:
    assert FILE.read_text("utf-8") == reference(), "run `python -m tests.cli.reference`"


def test_a_misspelled_command_is_a_usage_error_with_the_nearest_name(milepost: Milepost) -> None:
    result = milepost("shwo")
    assert result.exit_code == 2
    assert "Did you mean 'show'?" in result.stderr


def test_options_count_before_and_after_the_command(milepost: Milepost, tmp_path: Path) -> None:
    for words in (["--data", tmp_path / "there", "customers"], ["customers", "--data", tmp_path / "there"]):
        result = milepost(*words)
        assert result.exit_code == 1
        assert str(tmp_path / "there") in result.stderr


def test_an_invalid_address_is_a_usage_error(milepost: Milepost) -> None:
    result = milepost("customers", "--server", "nonsense")
    assert result.exit_code == 2
    assert "write HOST:PORT" in result.stderr


def test_a_wrong_setting_is_named_as_it_was_typed(milepost: Milepost) -> None:
    result = milepost("customers", "--tls-cert", "x")
    assert result.exit_code == 1
    assert "--tls-cert and --tls-key go together" in result.stderr


def test_an_error_is_a_message_without_a_traceback(milepost: Milepost) -> None:
    result = milepost("customers")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: There is no Milepost database")
    assert "milepost up" in result.stderr
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback_too(milepost: Milepost, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Traceback" in milepost("--debug", "customers").stderr
    monkeypatch.setenv("MILEPOST_DEBUG", "1")
    assert "Traceback" in milepost("customers").stderr


def test_an_unexpected_error_is_reported_kindly_too(milepost: Milepost, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "milepost.db").write_text("this is no database at all" * 50)
    result = milepost("customers")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr


def test_version_names_the_parts(milepost: Milepost) -> None:
    result = milepost("version", "--json")
    assert result.exit_code == 0
    assert '"temporalio": "' in result.stdout
    assert "milepost" in milepost("version").stdout
