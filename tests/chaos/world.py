"""A Milepost of several processes that can be killed, stopped and cut off, each by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select

from milepost.customer import Customer
from milepost.devserver.data_folder import DataFolder
from milepost.devserver.server import TemporalServer
from milepost.planner.clock import JourneyClock
from milepost.store import clock, customers, maps
from milepost.store.database import open_store
from milepost.store.schema_upgrade import upgrade
from milepost.store.tables import FactRow
from milepost.temporal.connection import TemporalUnreachableError, connect
from milepost.temporal.search_attributes import register_search_attributes
from tests.ports import free_port
from tests.workflows.example import CUSTOMER, FILES, START

KEY = "chaos-chaos-chaos"
WORKERS = ("worker-1", "worker-2")
WEBS = ("web-1", "web-2")


class MoodyMailServer:
    """Takes mails, or refuses, stalls, drops the connection, or takes one and says that it did not."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.calm = False
        self.taken: defaultdict[str, dict[bytes, float]] = defaultdict(dict)
        """What was taken, by the id of the message: its words, and when they first came (monotonic seconds)."""
        self.times: Counter[str] = Counter()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        mood = "take" if self.calm else self.chance.choice(["take"] * 5 + ["refuse", "stall", "drop", "take twice"])
        content = bytes(envelope.content or b"")
        if mood == "refuse":
            return "451 Come back later"
        if mood == "stall":
            await asyncio.sleep(self.chance.uniform(1, 4))
        if mood in {"take", "stall", "take twice"}:
            head, _, words = content.partition(b"\r\n\r\n")
            [name] = [line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:")]
            boundary = words.split(b"\r\n", 1)[0]
            self.times[name.decode()] += 1
            self.taken[name.decode()].setdefault(words.replace(boundary, b"--"), time.monotonic())
        if mood == "take twice":
            return "451 Taken, and denied"
        if mood == "drop" and server.transport is not None:
            server.transport.abort()
        return "250 OK"


class World:
    """The processes and their data; the database is an SQLite file or, with `database_url`, another one."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        many: int,
        *,
        speed: float,
        database_url: str | None = None,
        workers: Sequence[str] = WORKERS,
        webs: Sequence[str] = WEBS,
        undo_minutes: int = 60,
    ) -> None:
        self.folder = folder
        self.workers, self.webs, self.undo_minutes = workers, webs, undo_minutes
        self.database = folder / "milepost.db"
        self.database_url = database_url
        self.url = database_url or f"sqlite:///{self.database}"
        self.temporal_file = folder / "temporal" / "temporal.db"
        self.mail = MoodyMailServer(Random(seed))
        self.customers = {name: CUSTOMER.having(id=name) for name in (f"c{each:03}" for each in range(many))}
        self.journey_clock = JourneyClock(time.time() + 3, START, speed)
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self.down: set[str] = set()
        """What was killed and not started again yet."""
        self.ports = {name: free_port() for name in webs}
        self._data = DataFolder.open(folder / "temporal")
        self._server = TemporalServer.choose(self._data, headless=True)
        self._http = httpx.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=40.0)

    async def start(self) -> None:
        """Starts everything, with the map published and the customers in the book."""
        await upgrade(self.url)
        async with open_store(self.url) as store, store.transaction() as session:
            await clock.write(session, self.journey_clock)
            await maps.publish(session, "pilot", "Pilot customers", FILES, START)
            await customers.save(session, self.customers.values(), START)
        self.mail.start()
        for name in ("temporal", *self.workers, *self.webs):
            await self.run(name)
        for port in self.ports.values():
            await self._answers(port)

    async def run(self, name: str) -> None:
        """Starts a process that isn't running."""
        if name in self.processes and self.processes[name].returncode is None:
            return
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = await asyncio.create_subprocess_exec(
                *self._command(name), stdout=log, stderr=log, env=self._environment(name)
            )
        if name == "temporal":
            await self._temporal_answers()

    def _command(self, name: str) -> list[str]:
        if name == "temporal":
            return [str(part) for part in self._server.program().argv]
        return [sys.executable, "-P", "-m", "milepost", name.partition("-")[0]]

    def _environment(self, name: str) -> dict[str, str]:
        own = {
            "MILEPOST_DATA": str(self.folder),
            "MILEPOST_DATABASE_URL": self.url,
            "MILEPOST_TEMPORAL_ADDRESS": self._server.address,
            "MILEPOST_API_KEYS": KEY,
            "MILEPOST_UNDO_MINUTES": str(self.undo_minutes),
            "MILEPOST_SECRET_KEY": KEY,
            "MILEPOST_PORT": str(self.ports.get(name, 0)),
            "MILEPOST_CHANNEL": "smtp",
            "MILEPOST_SMTP_HOST": "127.0.0.1",
            "MILEPOST_SMTP_PORT": str(self.mail.port),
            "MILEPOST_SMTP_SECURITY": "none",
            "MILEPOST_SMTP_FROM": "Vendor <hello@vendor.example>",
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }
        return {**os.environ, **own}

    async def _temporal_answers(self) -> None:
        async with asyncio.timeout(60):
            while True:
                try:
                    await register_search_attributes(await connect(self._server.temporal_address))
                except (TemporalUnreachableError, RuntimeError):
                    await asyncio.sleep(0.1)
                else:
                    return

    async def _answers(self, port: int) -> None:
        async with asyncio.timeout(120):
            while True:
                try:
                    await self._http.get(f"http://127.0.0.1:{port}/health/live")
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
                else:
                    return

    async def keep_running(self) -> None:
        """Starts again whatever has ended by itself, as a supervisor would, until cancelled."""
        while True:
            for name in (*self.workers, *self.webs):
                if name not in self.down:
                    await self.run(name)
            await asyncio.sleep(1)

    async def kill(self, name: str, seconds: float) -> None:
        """`kill -9`, and a start after so many seconds, unless somebody has killed it already."""
        if name in self.down:
            return
        self.down.add(name)
        await self.end(name)
        await asyncio.sleep(seconds)
        await self.run(name)
        self.down.discard(name)

    async def end(self, name: str) -> None:
        """`kill -9`."""
        with suppress(ProcessLookupError):  # it has ended by itself
            self.processes[name].kill()
        await self.processes[name].wait()

    async def stand_still(self, name: str, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after so many seconds."""
        process = self.processes[name]
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            process.send_signal(signal.SIGCONT)

    async def lock_database(self, seconds: float) -> None:
        """Holds SQLite's write lock, from the first moment in which nobody else does."""
        with closing(sqlite3.connect(self.database, isolation_level=None, timeout=0)) as connection:
            async with asyncio.timeout(60):
                while not connection.in_transaction:
                    with suppress(sqlite3.OperationalError):
                        connection.execute("BEGIN IMMEDIATE")
                    await asyncio.sleep(0.005)
            await asyncio.sleep(seconds)
            connection.execute("ROLLBACK")

    async def lose_temporal(self) -> None:
        """Throws Temporal's file away."""
        while "temporal" in self.down:  # noqa: ASYNC110 - somebody else starts it
            await asyncio.sleep(0.1)
        self.down.add("temporal")
        await self.end("temporal")
        for file in self.temporal_file.parent.glob("temporal.db*"):
            file.unlink()
        await self.run("temporal")
        self.down.discard("temporal")

    async def tell(self, web: str, body: dict[str, Any]) -> bool:
        """Sends a fact; tells whether it was promised to be recorded."""
        try:
            answer = await self.post(web, "facts", body)
        except httpx.TransportError:
            return False
        assert answer.status_code in {200, 202, 409, 422, 503}, (answer.status_code, answer.text)
        return answer.is_success

    async def ask(self, web: str, path: str, body: dict[str, Any]) -> bool:
        """Asks something of the API that may be refused; tells whether it was done."""
        try:
            answer = await self.post(web, path, body)
        except httpx.TransportError:
            return False
        assert answer.status_code in {200, 202, 403, 404, 409, 422, 503}, (answer.status_code, answer.text)
        return answer.is_success

    async def held(self, web: str) -> list[dict[str, str]]:
        """Returns messages that wait for a release, each by customer and id."""
        try:
            answer = await self._http.get(f"http://127.0.0.1:{self.ports[web]}/api/v1/mail", params={"why": "release"})
        except httpx.TransportError:
            return []
        lines = answer.json()["mail"] if answer.is_success else []
        return [{"customer": line["customer"], "message": line["message"]} for line in lines]

    async def post(self, web: str, path: str, body: dict[str, Any]) -> httpx.Response:
        """Asks something of the API."""
        return await self._http.post(f"http://127.0.0.1:{self.ports[web]}/api/v1/{path}", json=body)

    async def save(self, web: str, customer: Customer) -> bool:
        """Saves a customer, which begins its journey; tells whether that was promised."""
        body = {key: value for key, value in customer.to_json().items() if value is not None}
        try:
            return (await self.post(web, "customers", body)).is_success
        except httpx.TransportError:
            return False

    async def settle(self, within: float = 120.0) -> None:
        """Waits until everything runs again and no journey has a fact that waits."""
        self.mail.calm = True
        for name in ("temporal", *self.workers, *self.webs):
            await self.run(name)
        async with asyncio.timeout(within), open_store(self.url) as store:
            while True:
                async with store.reading() as session:
                    waiting = await session.scalar(select(func.count()).where(FactRow.status == "pending"))
                if not waiting:
                    return
                await asyncio.sleep(0.5)

    async def running(self) -> set[str]:
        """The customers whose journeys run in Temporal."""
        client = await connect(self._server.temporal_address)
        query = "WorkflowType = 'Journey' AND ExecutionStatus = 'Running'"
        return {run.id.removeprefix("journey/") async for run in client.list_workflows(query, page_size=1000)}

    async def stop(self) -> None:
        """Ends everything."""
        for name in self.processes:
            await self.end(name)
        self.mail.stop()
        self._data.close()
        await self._http.aclose()
