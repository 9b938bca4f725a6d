"""The road of a fact, beside a bare Temporal loop: the same embedded server, the same machine, one after the other."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import psutil
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from benchmarks.bare_loop import TASK_QUEUE, BareLoop
from benchmarks.figures import Figure
from milepost.customer import Contact, Customer
from milepost.devserver.server import PRAGMAS, temporal_binary
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.intake import Intake
from milepost.planner.clock import REAL_TIME
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, maps
from milepost.store.database import Store, open_store
from milepost.store.schema_upgrade import upgrade
from milepost.wire.search_attributes import ALL

JOURNEYS = 100
ROUNDS = 10
BATCH = 1000
ROOT = Path(__file__).parents[1]

MAP = """
map: bench
title: Facts
outcome: save_time
owner: ops@vendor.example
segment: {where: "true"}
attributes: {health: {type: number}}
roles: {csm: CSM}
personas: {sponsor: {title: Sponsor}}
stages:
  - stage: start
    title: Start
    touchpoints:
      - {touchpoint: kickoff, title: Kickoff, role: csm}
      - {touchpoint: review, title: Review, role: csm, after: kickoff}
"""
MAIL = """
map: mail
title: One mail
outcome: save_time
owner: ops@vendor.example
segment: {where: "false"}
roles: {csm: CSM}
personas: {sponsor: {title: Sponsor}}
contact_policy:
  window: {days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59"}
stages:
  - stage: start
    title: Start
    touchpoints:
      - {touchpoint: hello, title: Hello, to: sponsor, message: hello.md}
    then: {end: done}
"""


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

    def _used(self) -> list[float]:
        return [sum(process.cpu_times()[:2]) for process in self._processes]


def figures() -> Iterator[Figure]:
    """Every figure of the road of a fact, the bare loop's first."""
    yield from asyncio.run(_figures())


async def _figures() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as name:
        folder = Path(name)
        server = await WorkflowEnvironment.start_local(
            data_converter=pydantic_data_converter,
            search_attributes=ALL,
            dev_server_existing_path=str(temporal_binary()),
            dev_server_database_filename=str(folder / "temporal.db"),
            dev_server_log_level="never",
            dev_server_extra_args=[part for pragma in PRAGMAS for part in ("--sqlite-pragma", pragma)],
        )
        async with server:
            bare = await _bare(server.client, folder)
            ours = await _ours(server.client, folder)
    return list(_compared(bare, ours))


async def _bare(client: Client, folder: Path) -> dict[str, Cost]:
    database = folder / "bare.db"
    address = client.service_client.config.target_host
    command = [sys.executable, "-m", "benchmarks.bare_loop", address, str(database)]
    async with _program(command, {}) as worker:
        meter = Meter(worker)

        async def start(prefix: str, *, once: bool) -> None:
            await asyncio.gather(
                *(
                    client.start_workflow(
                        BareLoop.run, args=[f"{prefix}{number}", once], id=f"{prefix}{number}", task_queue=TASK_QUEUE
                    )
                    for number in range(JOURNEYS)
                )
            )

        async def starts() -> None:
            await start("loop/", once=False)
            await _until(lambda: _count(database, "rows") >= JOURNEYS)

        async def facts() -> None:
            for done in range(1, ROUNDS + 1):
                handles = [client.get_workflow_handle(f"loop/{number}") for number in range(JOURNEYS)]
                await asyncio.gather(*(handle.signal(BareLoop.nudge) for handle in handles))
                await _until(lambda so_far=done + 1: _count(database, "rows") >= so_far * JOURNEYS)

        async def mails() -> None:
            await start("mail/", once=True)
            for number in range(JOURNEYS):
                await client.get_workflow_handle(f"mail/{number}").result()

        await client.execute_workflow(BareLoop.run, args=["warm", True], id="warm", task_queue=TASK_QUEUE)
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("DELETE FROM rows")
        return {"starts": await meter.cost(starts), "facts": await meter.cost(facts), "mails": await meter.cost(mails)}


async def _ours(client: Client, folder: Path) -> dict[str, Cost]:
    database = folder / "milepost.db"
    environment = {
        "MILEPOST_DATA": str(folder),
        "MILEPOST_TEMPORAL_ADDRESS": str(client.service_client.config.target_host),
        "MILEPOST_LOG_LEVEL": "warning",
    }
    await upgrade(f"sqlite:///{database}")
    async with open_store(f"sqlite:///{database}") as store:
        await _fill(store)
        ours = Milepost(Intake(store, client, REAL_TIME), database)
        async with _program([sys.executable, "worker.py"], environment) as worker:
            meter = Meter(worker)
            for name in ("warm", "one"):
                await ours.intake.enrol(name, map_id="bench")
            await ours.all_have_begun()
            return {
                "starts": await meter.cost(ours.starts),
                "facts": await meter.cost(ours.facts),
                "mails": await meter.cost(ours.mails),
                "to one journey": await meter.cost(lambda: ours.batch(["one"])),
                "to many journeys": await meter.cost(lambda: ours.batch(_names("loop"))),
            }


async def _fill(store: Store) -> None:
    now = int(time.time())
    async with store.transaction() as session:
        await maps.publish(session, "bench", "Facts", {"map.yaml": MAP}, now)
        mail = {"map.yaml": MAIL, "messages/hello.md": "---\nsubject: Hello\n---\nHello.\n"}
        await maps.publish(session, "mail", "One mail", mail, now)
        names = [*_names("loop"), *_names("mail"), "one", "warm"]
        await customers.save(session, [_customer(name) for name in names], now)


def _names(kind: str) -> list[str]:
    return [f"{kind}{number}" for number in range(JOURNEYS)]


@dataclass(frozen=True, slots=True)
class Milepost:
    """Work for the worker of a data folder, each piece until the database shows that it is done."""

    intake: Intake
    database: Path

    async def starts(self) -> None:
        """Begins a journey for each customer."""
        await asyncio.gather(*(self.intake.enrol(name, map_id="bench") for name in _names("loop")))
        await self.all_have_begun()

    async def facts(self) -> None:
        """Records a fact for each customer, round by round; the first opens a task."""
        for done in range(ROUNDS):
            fact = WrittenFact(step_done="kickoff") if done == 0 else WrittenFact(set={"health": 50 + done})
            await asyncio.gather(*(self.intake.record_fact(name, fact) for name in _names("loop")))
            await self._all_are_taken()

    async def mails(self) -> None:
        """Begins journeys of one mail each."""
        await asyncio.gather(*(self.intake.enrol(name, map_id="mail") for name in _names("mail")))
        await _until(lambda: _count(self.database, "messages", "status = 'sent'") >= JOURNEYS)

    async def batch(self, names: list[str]) -> None:
        """Records many facts at once, for these customers in turn."""
        facts = [
            IncomingFact(names[each % len(names)], WrittenFact(set={"health": each % 97})) for each in range(BATCH)
        ]
        await self.intake.record_facts(facts)
        await self._all_are_taken()

    async def all_have_begun(self) -> None:
        """Waits until every journey has had its first advance."""
        await _until(lambda: not _count(self.database, "journeys", "revision = 0"))

    async def _all_are_taken(self) -> None:
        await _until(lambda: not _count(self.database, "facts", "status = 'pending'"))


def _compared(bare: dict[str, Cost], ours: dict[str, Cost]) -> Iterator[Figure]:
    for name, pieces, goal in (("starts", JOURNEYS, 0.7), ("facts", JOURNEYS * ROUNDS, 0.8), ("mails", JOURNEYS, 0.7)):
        theirs, mine = bare[name].per(pieces), ours[name].per(pieces)
        yield Figure(f"{name} a second: the bare loop", theirs[0], "1/s")
        yield Figure(
            f"{name} a second: Milepost", mine[0], "1/s", f"{goal * theirs[0]:.0f} ({goal:.0%} of the bare loop)"
        )
        yield Figure(f"{name}, Milepost / the bare loop", 100 * mine[0] / theirs[0], "%", f"{goal:.0%}")
        for part, cost, yardstick in zip(("intake", "worker", "server"), mine[1:], theirs[1:], strict=True):
            yield Figure(f"{name}: processor time, {part}", cost, "ms", f"the bare loop's is {yardstick:.1f}")
    for name, goal in (("to one journey", 2500), ("to many journeys", 600)):
        yield Figure(f"facts in one body of {BATCH}, {name}", BATCH / ours[name].seconds, "1/s", str(goal))


def _customer(name: str) -> Customer:
    contacts = (Contact("Sam Poe", f"sam@{name}.example", ("sponsor",)),)
    return Customer(
        name, name, "America/New_York", attributes={"health": 75}, contacts=contacts, team={"csm": "ana@vendor.example"}
    )


@asynccontextmanager
async def _program(command: list[str], environment: dict[str, str]) -> AsyncIterator[int]:
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})  # noqa: ASYNC220 - our own
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - another process does the work
        await asyncio.sleep(0.005)


def _count(database: Path, table: str, where: str = "true") -> int:
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        try:
            count: int = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]
        except sqlite3.OperationalError:
            return 0
    return count
