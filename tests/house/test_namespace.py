"""The script that prepares Temporal, run on a real server."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from milepost.devserver.server import temporal_binary
from milepost.temporal.search_attributes import register_search_attributes
from tests.ports import free_port

SCRIPT = Path(__file__).parents[2] / "deploy/temporal/namespace.sh"
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def address(real_server: None) -> Iterator[str]:
    """A fresh development server, with nothing registered."""
    found = f"127.0.0.1:{free_port()}"
    binary = str(temporal_binary())
    command = [binary, "server", "start-dev", "--headless", "--port", found.rpartition(":")[2], "--log-level", "never"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + PATIENCE
            while subprocess.run(
                [binary, "operator", "cluster", "health", "--address", found], capture_output=True, check=False
            ).returncode:
                assert server.poll() is None
                assert time.monotonic() < until
            yield found
        finally:
            server.terminate()


def prepare(address: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{Path(temporal_binary()).parent}:/usr/bin:/bin",
        "HOME": os.environ.get("HOME", "/"),
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": "milepost",
        "RETENTION": "720h",
    }
    return subprocess.run(["sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)


async def test_the_namespace_is_ready_for_journeys_and_stays_so_when_prepared_again(address: str) -> None:
    first = prepare(address)
    assert first.returncode == 0, first.stderr
    again = prepare(address)
    assert again.returncode == 0, again.stderr
    assert "added" not in again.stdout + again.stderr
    client = await Client.connect(address, namespace="milepost")
    await register_search_attributes(client)  # finds nothing to add, or it would wait for the server's cache


def test_without_a_server_it_fails_and_says_why() -> None:
    done = prepare(f"127.0.0.1:{free_port()}")
    assert done.returncode != 0
    assert "connection" in done.stderr.lower() or "dial" in done.stderr.lower(), done.stderr
