"""Worker and web as processes of their own, in front of a Temporal and a mail server of the test."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.workflows.rig import eventually

KEY, SECRET = "an api key for tests alone", "a secret key for tests alone"


@dataclass
class Programs:
    """Worker and web, as processes of their own, and everything that they print."""

    folder: Path
    environment: dict[str, str]
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, *arguments: str) -> None:
        with (self.folder / "output.log").open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "milepost", *arguments),
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)

    async def stop(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self.processes))

    @property
    def output(self) -> str:
        return "\n".join(file.read_text() for file in self.folder.glob("*.log"))


@asynccontextmanager
async def programs(folder: Path, url: str, temporal: str, mail_port: int, **settings: str) -> AsyncIterator[Programs]:
    """Runs both; `settings` are more of theirs, by the names of their fields."""
    ours = {
        "MILEPOST_DATA": str(folder), "MILEPOST_DATABASE_URL": url, "MILEPOST_TEMPORAL_ADDRESS": temporal,
        "MILEPOST_CHANNEL": "smtp", "MILEPOST_SMTP_HOST": "127.0.0.1", "MILEPOST_SMTP_PORT": str(mail_port),
        "MILEPOST_SMTP_FROM": "Vendor <ops@vendor.example>", "MILEPOST_SMTP_SECURITY": "none",
        "MILEPOST_API_KEYS": KEY, "MILEPOST_SECRET_KEY": SECRET, "MILEPOST_LOG_LEVEL": "debug",
        "MILEPOST_UNDO_MINUTES": "0",
        **{f"MILEPOST_{name.upper()}": value for name, value in settings.items()},
    }  # fmt: skip
    running = Programs(folder, {**os.environ, **ours})
    try:
        await running.start("worker")
        await running.start("web", "--port", "0")
        yield running
    finally:
        await running.stop()


async def address_of(running: Programs) -> str:
    async def asked() -> str | None:
        match = re.search(r"Milepost is at (http://127\.0\.0\.1:\d+)", running.output)
        return match and match[1]

    return await eventually(asked, within=60)
