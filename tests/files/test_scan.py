"""The command that looks at files: what it may say, and what is made of one that says nothing."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from milepost.files.scan import Finding, look_through
from tests.devserver.processes import until


def shell(script: str) -> list[str]:
    """A command that gets the file as `$0`."""
    return ["sh", "-c", script]


def is_there(path: str) -> bool:
    return Path(path).exists()


@pytest.mark.parametrize(
    ("script", "finding"),
    [
        ("exit 0", Finding.CLEAN),
        ('grep -q harm "$0" && exit 1', Finding.FOUND),
        ('rm "$0"; exit 1', Finding.FOUND),
        ("exit 2", Finding.FAILED),
        ("kill -9 $$", Finding.FAILED),
        ("yes | head -c 5000000; exit 1", Finding.FOUND),
        ("cat; exit 0", Finding.CLEAN),
    ],
)
async def test_how_the_command_ends_is_what_it_found(script: str, finding: Finding) -> None:

    assert await look_through(shell(script), b"some harm") is finding


async def test_a_command_that_hangs_is_ended_with_all_that_it_began(tmp_path: Path) -> None:
    noted = tmp_path / "child"

    assert await look_through(shell(f"sleep 600 & echo $! > {noted}; wait"), b"", seconds=0.5) is Finding.FAILED

    child = int(noted.read_text())
    await until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


async def test_the_command_sees_neither_the_name_nor_leaves_a_copy_behind(tmp_path: Path) -> None:
    told = tmp_path / "told"

    await look_through(shell(f'stat -c "%a %n" "$0" > {told}'), b"content")

    mode, path = told.read_text().split()
    assert mode == "600"
    assert not is_there(path)
