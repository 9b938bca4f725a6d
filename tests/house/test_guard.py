"""The guard over the tests: no packet leaves this machine, and only tests marked `server` start one."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import loopback_guard
import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"
PUBLIC = "192.0.2.1"  # an address for documentation, which nobody has


@pytest.fixture(autouse=True)
def _refusals_are_meant() -> object:
    yield
    loopback_guard.refused.clear()


def test_another_machine_is_refused_before_anything_is_sent() -> None:
    with socket.socket() as outside, pytest.raises(loopback_guard.OutsideError, match=PUBLIC):
        outside.connect((PUBLIC, 443))
    with socket.socket(type=socket.SOCK_DGRAM) as outside, pytest.raises(loopback_guard.OutsideError):
        outside.sendto(b"hello", (PUBLIC, 53))


async def test_asyncio_is_refused_too() -> None:
    with pytest.raises(loopback_guard.OutsideError):
        await asyncio.open_connection(PUBLIC, 443)


def test_names_are_not_looked_up_anywhere() -> None:
    for name in ("plans.example.com", "nobody.invalid"):
        with pytest.raises(loopback_guard.OutsideError, match=name):
            socket.getaddrinfo(name, 443)
    assert socket.getaddrinfo("localhost", 443)


def test_a_python_process_that_a_test_starts_is_refused_too() -> None:
    program = f"import socket; socket.create_connection(({PUBLIC!r}, 443), timeout=1)"
    ended = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)
    assert "OutsideError" in ended.stderr


def test_what_was_refused_is_noted_even_where_the_code_under_test_takes_it_for_a_network_that_is_down() -> None:
    with pytest.raises(OSError, match=PUBLIC):
        socket.create_connection((PUBLIC, 443))
    assert loopback_guard.refused


SERVING = """
import socket
with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()):
    listening.accept()[0].close()
"""


def test_without_the_mark_a_test_starts_no_server() -> None:
    with pytest.raises(loopback_guard.ServerError, match="CONTRIBUTING"):
        exec(SERVING)
    with pytest.raises(loopback_guard.ServerError):
        subprocess.run(["temporal", "server", "start-dev"], check=True)
    ended = subprocess.run([sys.executable, "-c", SERVING], capture_output=True, text=True, check=False)
    assert "ServerError" in ended.stderr


@pytest.mark.server
def test_with_the_mark_it_may() -> None:
    exec(SERVING)
    ended = subprocess.run([sys.executable, "-c", SERVING], capture_output=True, text=True, check=False)
    assert ended.returncode == 0


def test_every_test_that_uses_a_server_has_the_mark(request: pytest.FixtureRequest) -> None:
    bare = [
        item.nodeid
        for item in request.session.items
        if "real_server" in getattr(item, "fixturenames", ()) and item.get_closest_marker("server") is None
    ]
    assert not bare


def test_make_test_fast_leaves_out_what_is_marked() -> None:
    recipe = MAKEFILE.read_text().partition("\ntest-fast:")[2].partition("\n\n")[0]
    assert '-m "not server and' in recipe
