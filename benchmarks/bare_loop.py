"""The bare loop: a workflow that takes a signal, runs one local activity that writes one row, and sleeps.

`python -m benchmarks.bare_loop ADDRESS DATABASE` is its worker.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

TASK_QUEUE = "bare"


class Rows:
    """Writes rows, each flushed to the disk, as our own store does."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._local = threading.local()

    def connect(self) -> sqlite3.Connection:
        """Returns the connection of this thread."""
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(self._database, isolation_level=None, timeout=30)
            self._local.connection.execute("PRAGMA journal_mode=WAL")
            self._local.connection.execute("PRAGMA synchronous=FULL")
            self._local.connection.execute("CREATE TABLE IF NOT EXISTS rows (journey TEXT, n INTEGER)")
        connection: sqlite3.Connection = self._local.connection
        return connection

    @activity.defn
    def write_row(self, journey: str, n: int) -> int:
        """Writes one row."""
        self.connect().execute("INSERT INTO rows VALUES (?, ?)", (journey, n))
        return n

    @activity.defn
    def send(self, journey: str) -> str:
        """Stands for a delivery."""
        return journey


@workflow.defn(name="BareLoop")
class BareLoop:
    """Signals in, rows out."""

    def __init__(self) -> None:
        self._nudged = True

    @workflow.run
    async def run(self, journey: str, once: bool) -> None:  # noqa: FBT001 - a workflow's input
        n = 0
        while True:
            self._nudged = False
            n = await workflow.execute_local_activity_method(
                Rows.write_row, args=[journey, n + 1], start_to_close_timeout=timedelta(seconds=30)
            )
            if once:
                await workflow.execute_activity_method(Rows.send, journey, start_to_close_timeout=timedelta(seconds=30))
                return
            try:
                await workflow.wait_condition(lambda: self._nudged, timeout=timedelta(days=30))
            except TimeoutError:
                continue

    @workflow.signal
    def nudge(self) -> None:
        """Write another row."""
        self._nudged = True


async def main(address: str, database: str) -> None:
    """Work until killed."""
    rows = Rows(database)
    client = await Client.connect(address)
    with ThreadPoolExecutor(8) as executor:
        await Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[BareLoop],
            activities=[rows.write_row, rows.send],
            activity_executor=executor,
        ).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
