"""The web application as a process of its own, on a real socket, while Temporal is away."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest

from milepost.settings import Settings
from milepost.web.serve import opened
from tests.ports import free_port

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
LINK = "20260302000000.of-a-customer-of-ours"


async def test_it_serves_says_where_and_stops_when_asked(tmp_path: Path) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "MILEPOST_DATA": str(tmp_path),
        "MILEPOST_TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "milepost", "web", "--port", str(port), cwd=ROOT, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    address = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert address, line
    async with httpx.AsyncClient(trust_env=False) as client:
        health = await client.get(f"{address[0]}/health")
        home = await client.get(address[0], follow_redirects=True)
        forged = await client.get(f"{address[0]}/plan/{LINK}")
    process.send_signal(signal.SIGTERM)
    rest, errors = await asyncio.wait_for(process.communicate(), 20)

    said = health.json()
    assert (said["status"], said["database"], said["temporal"]) == ("degraded", "ok", "away")
    assert "<h1>Sign in</h1>" in home.text
    assert "server" not in home.headers
    assert forged.status_code == 403
    assert LINK.encode() not in rest + errors  # whoever reads a log opens nobody's plan


async def test_it_opens_while_temporal_is_away(settings: Settings) -> None:
    away = settings.model_copy(update={"temporal_address": f"127.0.0.1:{free_port()}"})
    async with opened(away) as app:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            health = await client.get("/health")

    assert health.json()["temporal"] == "away"
