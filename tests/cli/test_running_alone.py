"""`milepost worker` and `milepost web`, each a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys

from tests.cli.conftest import ROOT


def run(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "milepost", *words]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_worker_without_temporal_says_what_to_do() -> None:
    result = run("worker")
    assert result.returncode == 1
    assert "Error: Can't reach Temporal at 127.0.0.1:" in result.stderr
    assert "milepost up" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_taken_port_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("web", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert "address already in use" in result.stderr
    assert "--port PORT" in result.stderr
