"""Commands that used the real engine end with the exit code of what they found, every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import MAPS, ROOT

TIMES = 3  # one in three aborted before processes left as they do now


def _milepost(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "milepost", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False, env={**os.environ}
    )


@pytest.mark.server
def test_a_scenario_that_passes_on_the_real_engine_exits_with_0() -> None:
    scenario = MAPS / "small-business-save-money" / "scenarios" / "renewal_lost.yaml"
    for _ in range(TIMES):
        ended = _milepost("test", scenario, "--engine", "temporal")
        assert ended.returncode == 0, ended.stderr
        assert "1 passed, 0 failed" in ended.stdout
        assert ended.stderr == ""


def test_a_command_that_found_no_temporal_exits_as_it_says(tmp_path: Path) -> None:
    assert _milepost("publish", MAPS / "small-business-save-money", "--data", tmp_path).returncode == 0
    for _ in range(TIMES):
        away = _milepost("enroll", "nobody", "--data", tmp_path)
        assert away.returncode == 1
        assert "Unknown customer 'nobody'" in away.stderr
        assert "Fatal Python error" not in away.stderr
