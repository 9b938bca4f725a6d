"""Milepost without the packages of the extra `draw`: everything runs but drawing, which says what to install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

MAP = "maps/small-business-save-money"
FORECAST = (
    "forecast", "--customers", "milepost/demo/book.csv", "--from", "2026-01-05", "--to", "2026-01-18", "--runs", "1",
    "--cores", "1",
)  # fmt: skip
WITHOUT_THE_EXTRA = """
import sys
sys.modules["resvg_py"] = None  # as if it weren't installed
from milepost.cli.main import main
main()
"""


def milepost(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", WITHOUT_THE_EXTRA, *words]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("words", [("version",), ("lint", MAP), FORECAST, ("draw", "--help"), ("web", "--help")])
def test_commands_that_draw_nothing_run(words: tuple[str, ...]) -> None:
    done = milepost(*words)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_commands_that_draw_say_what_to_install(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"picture.{ending}"
    for words in (("draw", MAP), FORECAST):
        done = milepost(*words, "--output", str(file))
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr == (
            "Error: Drawing needs the package 'resvg_py', which isn't installed.\n"
            "  Install what it takes with: pip install 'milepost[draw]'\n"
        )
        assert not file.exists()
