from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path

import pytest

from milepost.language.loader import content_hash, load
from tests.cli.conftest import MAPS, Milepost
from tests.language.broken import SIDE_FILES, example_with

ENTERPRISE = MAPS / "enterprise-save-time"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_a_name_the_picture_is_an_svg_called_as_the_map(milepost: Milepost) -> None:
    result = milepost("draw", ENTERPRISE)
    assert result.exit_code == 0
    assert "enterprise-save-time.svg" in result.stdout
    assert "for A2 in landscape" in result.stdout
    assert Path("enterprise-save-time.svg").read_text().startswith("<svg")


def test_a_picture_is_drawn_again_with_a_note(milepost: Milepost) -> None:
    assert "written over" not in milepost("draw", ENTERPRISE).stdout
    assert "enterprise-save-time.svg (written over): " in milepost("draw", ENTERPRISE).stdout


def test_a_file_that_milepost_did_not_draw_is_kept_unless_it_is_named(milepost: Milepost) -> None:
    name = "enterprise-save-time.svg"
    Path(name).write_text("<svg>drawn by hand</svg>")
    result = milepost("draw", ENTERPRISE)
    assert result.exit_code == 1
    assert f"'{name}' exists already, and `milepost draw` did not make it." in result.stderr
    assert "by hand" in Path(name).read_text()
    assert "(written over)" in milepost("draw", ENTERPRISE, "-o", name).stdout


def test_the_ending_says_what_is_drawn(milepost: Milepost) -> None:
    for name in ("wall.png", "wall.html", "WALL.SVG"):
        assert milepost("draw", ENTERPRISE / "map.yaml", "-o", name).exit_code == 0
    assert struct.unpack(">II", Path("wall.png").read_bytes()[16:24])[0] > 3000
    assert Path("wall.html").read_text().startswith("<!doctype html>")
    assert Path("WALL.SVG").read_text().startswith("<svg")


def test_the_picture_says_which_version_it_shows_and_of_which_day(milepost: Milepost) -> None:
    shutil.copytree(ENTERPRISE, "wall")
    for file in Path("wall").rglob("*"):
        os.utime(file, (1_772_000_000, 1_772_000_000))  # 25 Feb 2026 in New York
    files = load("wall").files
    assert files is not None
    milepost("draw", "wall", "-o", "wall.svg")
    written = Path("wall.svg").read_text()
    assert f"version {content_hash(files)[:12]} of 25 Feb 2026" in written
    milepost("draw", "wall", "-o", "again.svg")
    assert Path("again.svg").read_text() == written


def test_an_unknown_ending_lists_the_known_ones(milepost: Milepost) -> None:
    result = milepost("draw", ENTERPRISE, "-o", "wall.pdf")
    assert result.exit_code == 2
    assert ".html" in result.stderr


def test_a_map_with_errors_is_not_drawn_and_they_are_listed(milepost: Milepost) -> None:
    for name, content in {**SIDE_FILES, "map.yaml": example_with(("after: kickoff", "after: kickof"))}.items():
        file = Path("bad") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    result = milepost("draw", "bad", "-o", "bad.svg")
    assert result.exit_code == 1
    assert "M105 Unknown step 'kickof'" in result.stderr
    assert "Nothing was drawn" in result.stderr
    assert not Path("bad.svg").exists()


def test_a_place_that_cannot_be_written_to_is_named(milepost: Milepost) -> None:
    result = milepost("draw", ENTERPRISE, "-o", "nowhere/wall.svg")
    assert result.exit_code == 1
    assert "nowhere/wall.svg" in result.stderr


def test_a_missing_map_is_reported(milepost: Milepost) -> None:
    result = milepost("draw", "nowhere")
    assert result.exit_code == 1
    assert "nowhere" in result.stderr
