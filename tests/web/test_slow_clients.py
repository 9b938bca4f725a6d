"""Clients that send half a request, or one byte after the other, are cut off; others are served meanwhile."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.ports import free_port
from tests.web.conftest import KEY

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
SECONDS, CONNECTIONS = 2, 12
WEB = f"""
from milepost import limits
limits.RECEIVING, limits.SENDING, limits.CONNECTIONS = {SECONDS}, {SECONDS}, {CONNECTIONS}
from milepost.cli.main import main
main()
"""
HEAD = f"POST /api/v1/facts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
BODY = b'{"customer": "acme", "event": "connected"}'


class Web(NamedTuple):
    process: subprocess.Popen[str]
    port: int


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A web process of its own, with shorter limits than usual."""
    port = free_port()
    environment = {
        **os.environ,
        "MILEPOST_DATA": str(tmp_path_factory.mktemp("web")),
        "MILEPOST_API_KEYS": KEY,
        "MILEPOST_TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-P", "-c", WEB, "web", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert re.search(rf"http://127\.0\.0\.1:{port}", line), line
        yield Web(process, port)
        process.terminate()


@pytest.fixture
def port(web: Web) -> int:
    return web.port


async def answer(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """Sends pieces of a request with a pause after each; returns what comes until the connection closes, and when."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()

    async def send() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    sending = asyncio.create_task(send())
    received = await asyncio.wait_for(reader.read(), SECONDS * 10)
    sending.cancel()
    writer.close()
    return received, time.monotonic() - began


async def test_half_a_request_is_cut_off_and_others_are_served_meanwhile(port: int) -> None:
    length = f"Content-Length: {len(BODY)}\r\n\r\n".encode()
    whole = HEAD.encode() + length
    slow = asyncio.gather(
        answer(port),
        answer(port, b"GET / HT"),
        answer(port, HEAD.encode()),
        answer(port, *[bytes([byte]) for byte in whole], pause=0.1),
        answer(port, whole, BODY[:10]),
        answer(port, whole, *[bytes([byte]) for byte in BODY], pause=0.3),
    )
    async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/health/live")).status_code == 200
    nothing, line, head, trickle, body, drops = await slow

    assert nothing[0] == b""
    for received, _ in (line, head, trickle):
        assert received.startswith(b"HTTP/1.1 408 ")
        assert b"did not arrive within 2 seconds" in received
    for received, _ in (body, drops):
        assert received.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"request_timeout"' in received
    assert all(SECONDS * 0.9 < seconds < SECONDS * 5 for _, seconds in (nothing, line, head, trickle, body, drops))


async def test_a_whole_request_is_answered_and_the_connection_may_send_more(port: int) -> None:
    request = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    first, seconds = await answer(port, request, request[:20], pause=0.5)

    assert first.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in first  # the second request never came
    assert seconds < SECONDS * 5


async def test_more_connections_than_the_limit_are_told_to_come_back(port: int) -> None:
    waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    request = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

    refused, _ = await answer(port, request)
    assert refused.startswith(b"HTTP/1.1 503 ")
    for reader, writer in waiting:
        await reader.read()
        writer.close()
    served, _ = await answer(port, request)
    assert served.startswith(b"HTTP/1.1 200 ")


async def test_what_arrived_while_the_process_stood_still_is_answered(web: Web) -> None:
    request = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(request[:20])
    await asyncio.sleep(0.2)
    web.process.send_signal(signal.SIGSTOP)
    writer.write(request[20:])
    await asyncio.sleep(SECONDS * 2)
    web.process.send_signal(signal.SIGCONT)

    assert (await asyncio.wait_for(reader.read(), SECONDS * 5)).startswith(b"HTTP/1.1 200 ")
    writer.close()


async def test_who_does_not_read_the_answer_is_cut_off(port: int) -> None:
    request = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(request * 400)  # some 20 MB of answers, more than the sockets hold
    await asyncio.sleep(SECONDS * 2)

    answers = 0
    with suppress(ConnectionError):
        while received := await asyncio.wait_for(reader.read(1 << 20), SECONDS * 5):
            answers += received.count(b"HTTP/1.1 200 ")
    writer.close()
    assert answers < 400


async def test_headers_that_are_too_long_are_refused(port: int) -> None:
    received, _ = await answer(port, b"GET /?search=" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")

    assert received.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
