"""An installation to measure: the embedded server, a store, and a worker that is a process of its own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from milepost import event_loop
from milepost.devserver.server import PRAGMAS, temporal_binary
from milepost.intake.intake import Intake
from milepost.planner.clock import REAL_TIME
from milepost.store.database import Store, open_store
from milepost.store.schema_upgrade import upgrade
from milepost.wire.search_attributes import ALL

ROOT = Path(__file__).parents[1]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work took: seconds of the clock, and seconds of processor time by process."""

    seconds: float
    here: float
    worker: float
    server: float

    def per(self, pieces: int) -> tuple[float, float, float, float]:
        """Pieces a second, and milliseconds of processor time for each piece: here, worker, server."""
        return pieces / self.seconds, *(1e3 * part / pieces for part in (self.here, self.worker, self.server))


class Meter:
    """Measures work that this process orders, a worker does and a server keeps."""

    def __init__(self, worker: int) -> None:
        [server] = [each for each in psutil.Process().children(recursive=True) if each.name() == "temporal"]
        self._processes = (psutil.Process(), psutil.Process(worker), server)

    async def cost(self, work: Callable[[], Awaitable[object]]) -> Cost:
        """Does the work and returns its cost."""
        before, begun = self._used(), time.perf_counter()
        await work()
        seconds = time.perf_counter() - begun
        return Cost(seconds, *(after - was for after, was in zip(self._used(), before, strict=True)))

    def memory(self) -> tuple[float, float]:
        """Megabytes that the worker and the server hold."""
        _, worker, temporal = self._processes
        return worker.memory_info().rss / 1e6, temporal.memory_info().rss / 1e6

    def _used(self) -> list[float]:
        return [sum(process.cpu_times()[:2]) for process in self._processes]


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[Client]:
    """A client of an embedded server with its file in the folder, with the settings of `milepost up`."""
    environment = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        search_attributes=ALL,
        dev_server_existing_path=str(temporal_binary()),
        dev_server_database_filename=str(folder / "temporal.db"),
        dev_server_log_level="never",
        dev_server_extra_args=[part for pragma in PRAGMAS for part in ("--sqlite-pragma", pragma)],
    )
    async with environment:
        yield environment.client


@dataclass(frozen=True, slots=True)
class Installation:
    """A Milepost with its worker."""

    client: Client
    intake: Intake
    database: Path
    environment: dict[str, str]
    meter: Meter

    def count(self, table: str, where: str = "true") -> int:
        """Counts rows; 0 where there is no such table yet."""
        return count(self.database, table, where)

    async def all_have_begun(self) -> None:
        """Waits until every journey has had its first advance."""
        await until(lambda: not self.count("journeys", "revision = 0"))

    async def all_are_taken(self) -> None:
        """Waits until no fact waits."""
        await until(lambda: not self.count("facts", "status = 'pending'"))


@asynccontextmanager
async def installation(
    client: Client, folder: Path, fill: Callable[[Store], Awaitable[object]]
) -> AsyncIterator[Installation]:
    """An installation in a folder; `fill` puts maps and customers into its store before the worker starts."""
    database = folder / "milepost.db"
    environment = {
        "MILEPOST_DATA": str(folder),
        "MILEPOST_TEMPORAL_ADDRESS": str(client.service_client.config.target_host),
        "MILEPOST_LOG_LEVEL": "warning",
    }
    await upgrade(f"sqlite:///{database}")
    async with open_store(f"sqlite:///{database}") as store:
        await fill(store)
        intake = Intake(store, client, REAL_TIME)
        async with program([sys.executable, "worker.py"], environment) as worker:
            yield Installation(client, intake, database, environment, Meter(worker))


def in_a_folder(measure: Callable[[Client, Path], Awaitable[T]]) -> T:
    """Runs a measurement with a server of its own, in a folder that is gone afterwards."""

    async def run() -> T:
        with tempfile.TemporaryDirectory(prefix="milepost-bench-") as name:
            async with server(Path(name)) as client:
                return await measure(client, Path(name))

    return event_loop.run(run())


@asynccontextmanager
async def program(command: list[str], environment: dict[str, str]) -> AsyncIterator[int]:
    """A process of its own; yields its id."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})  # noqa: ASYNC220 - our own
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


async def until(condition: Callable[[], bool]) -> None:
    """Waits for another process; asks so rarely that asking takes a fiftieth of one processor at the most."""
    while True:
        begun = time.perf_counter()
        if condition():
            return
        await asyncio.sleep(max(0.005, 50 * (time.perf_counter() - begun)))


def count(database: Path, table: str, where: str = "true") -> int:
    """Counts rows of a SQLite file; 0 where there is no such table yet."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        try:
            count: int = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]
        except sqlite3.OperationalError:
            return 0
    return count
