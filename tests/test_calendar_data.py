"""Zones and holidays come from the pinned packages in every process, whatever the machine says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zoneinfo
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

from milepost.calendar_data import calendar_data, data_versions

DECEMBER = (
    "import datetime, zoneinfo; print(datetime.datetime(2026, 12, 7, 9, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')))"
)
ENTRANCES = (
    "milepost.planner.zones", "milepost.language.model", "workflows.customer_journey", "activities.journey",
    "worker", "milepost.cli.main", "milepost.web.app", "milepost.channels.message_text",
)  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that takes Berlin for Honolulu."""
    (tmp_path / "Europe").mkdir()
    honolulu = files("tzdata").joinpath("zoneinfo", "Pacific", "Honolulu").read_bytes()
    (tmp_path / "Europe" / "Berlin").write_bytes(honolulu)
    return {**os.environ, "PYTHONTZPATH": str(tmp_path)}


def printed(program: str, machine: dict[str, str]) -> str:
    run = subprocess.run([sys.executable, "-c", program], env=machine, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_a_program_without_milepost_believes_the_machine(machine: dict[str, str]) -> None:
    assert printed(DECEMBER, machine).endswith("-10:00")


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_every_process_reads_the_zones_of_the_package(entrance: str, machine: dict[str, str]) -> None:
    assert printed(f"import {entrance}; {DECEMBER}", machine).endswith("+01:00")


def test_a_zone_that_was_read_before_is_read_again(machine: dict[str, str]) -> None:
    assert printed(f"{DECEMBER}; import milepost; {DECEMBER}", machine).splitlines()[1].endswith("+01:00")


def test_the_command_line_says_which_data_it_has(machine: dict[str, str]) -> None:
    program = shutil.which("milepost", path=str(Path(sys.executable).parent))
    assert program is not None
    shown = subprocess.run([program, "version"], env=machine, capture_output=True, text=True, check=True).stdout
    assert version("holidays") in shown
    assert version("tzdata") in shown


def test_the_data_is_named_by_package_and_release() -> None:
    assert zoneinfo.TZPATH == ()
    assert set(data_versions()) == {"holidays", "tzdata"}
    assert calendar_data() == f"holidays {version('holidays')}, tzdata {data_versions()['tzdata']}"
