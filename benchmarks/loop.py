"""The road of a fact, beside a bare Temporal loop: the same embedded server, the same machine, one after the other."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from benchmarks.bare_loop import TASK_QUEUE, BareLoop
from benchmarks.figures import Figure
from benchmarks.installation import Cost, Installation, Meter, count, in_a_folder, installation, program, until
from milepost.customer import Contact, Customer
from milepost.intake.fact_admission import IncomingFact
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, maps
from milepost.store.database import Store

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


def figures() -> Iterator[Figure]:
    """Every figure of the road of a fact, the bare loop's first."""
    yield from in_a_folder(_measure)


async def _measure(client: Client, folder: Path) -> list[Figure]:
    bare = await _bare(client, folder)
    return list(_compared(bare, await _ours(client, folder)))


async def _bare(client: Client, folder: Path) -> dict[str, Cost]:
    database = folder / "bare.db"
    address = client.service_client.config.target_host
    command = [sys.executable, "-m", "benchmarks.bare_loop", address, str(database)]
    async with program(command, {}) as worker:
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
            await until(lambda: count(database, "rows") >= JOURNEYS)

        async def facts() -> None:
            for done in range(1, ROUNDS + 1):
                handles = [client.get_workflow_handle(f"loop/{number}") for number in range(JOURNEYS)]
                await asyncio.gather(*(handle.signal(BareLoop.nudge) for handle in handles))
                await until(lambda so_far=done + 1: count(database, "rows") >= so_far * JOURNEYS)

        async def mails() -> None:
            await start("mail/", once=True)
            for number in range(JOURNEYS):
                await client.get_workflow_handle(f"mail/{number}").result()

        await client.execute_workflow(BareLoop.run, args=["warm", True], id="warm", task_queue=TASK_QUEUE)
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("DELETE FROM rows")
        return {"starts": await meter.cost(starts), "facts": await meter.cost(facts), "mails": await meter.cost(mails)}


async def _ours(client: Client, folder: Path) -> dict[str, Cost]:
    async with installation(client, folder, _fill) as here:
        work = Work(here)
        for name in ("warm", "one"):
            await here.intake.enrol(name, map_id="bench")
        await here.all_have_begun()
        return {
            "starts": await here.meter.cost(work.starts),
            "facts": await here.meter.cost(work.facts),
            "mails": await here.meter.cost(work.mails),
            "to one journey": await here.meter.cost(lambda: work.batch(["one"])),
            "to many journeys": await here.meter.cost(lambda: work.batch(_names("loop"))),
        }


async def _fill(store: Store) -> None:
    now = int(time.time())
    async with store.transaction() as session:
        await maps.publish(session, "bench", "Facts", {"map.yaml": MAP}, now)
        mail = {"map.yaml": MAIL, "messages/hello.md": "---\nsubject: Hello\n---\nHello.\n"}
        await maps.publish(session, "mail", "One mail", mail, now)
        names = [*_names("loop"), *_names("mail"), "one", "warm"]
        await customers.save(session, [customer(name) for name in names], now)


def _names(kind: str) -> list[str]:
    return [f"{kind}{number}" for number in range(JOURNEYS)]


@dataclass(frozen=True, slots=True)
class Work:
    """Work for an installation, each piece until its database shows that it is done."""

    here: Installation

    async def starts(self) -> None:
        """Begins a journey for each customer."""
        await asyncio.gather(*(self.here.intake.enrol(name, map_id="bench") for name in _names("loop")))
        await self.here.all_have_begun()

    async def facts(self) -> None:
        """Records a fact for each customer, round by round; the first opens a task."""
        for done in range(ROUNDS):
            fact = WrittenFact(step_done="kickoff") if done == 0 else WrittenFact(set={"health": 50 + done})
            await asyncio.gather(*(self.here.intake.record_fact(name, fact) for name in _names("loop")))
            await self.here.all_are_taken()

    async def mails(self) -> None:
        """Begins journeys of one mail each."""
        await asyncio.gather(*(self.here.intake.enrol(name, map_id="mail") for name in _names("mail")))
        await until(lambda: self.here.count("messages", "status = 'sent'") >= JOURNEYS)

    async def batch(self, names: list[str]) -> None:
        """Records many facts at once, for these customers in turn."""
        facts = [
            IncomingFact(names[each % len(names)], WrittenFact(set={"health": each % 97})) for each in range(BATCH)
        ]
        await self.here.intake.record_facts(facts)
        await self.here.all_are_taken()


def _compared(bare: dict[str, Cost], ours: dict[str, Cost]) -> Iterator[Figure]:
    for name, pieces, goal in (("starts", JOURNEYS, 0.7), ("facts", JOURNEYS * ROUNDS, 0.8), ("mails", JOURNEYS, 0.7)):
        theirs, mine = bare[name].per(pieces), ours[name].per(pieces)
        yield Figure(f"{name} a second", mine[0], "1/s", f"{goal:.0%} of the bare loop", theirs[0])
        for part, cost, yardstick in zip(("intake", "worker", "server"), mine[1:], theirs[1:], strict=True):
            yield Figure(f"{name}: processor time, {part}", cost, "ms", "", yardstick)
        goal_ms = "14" if name == "facts" else ""
        yield Figure(f"{name}: processor time, in all", sum(mine[1:]), "ms", goal_ms, sum(theirs[1:]))
    for name, goal in (("to one journey", 2500), ("to many journeys", 600)):
        yield Figure(f"facts in one body of {BATCH}, {name}", BATCH / ours[name].seconds, "1/s", str(goal))


def customer(name: str) -> Customer:
    """A customer without anything special."""
    contacts = (Contact("Sam Poe", f"sam@{name}.example", ("sponsor",)),)
    return Customer(
        name, name, "America/New_York", attributes={"health": 75}, contacts=contacts, team={"csm": "ana@vendor.example"}
    )
