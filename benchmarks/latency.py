"""How long a fact takes to become a task on somebody's desk, at twenty facts a second."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import quantiles

from temporalio.client import Client

from benchmarks.figures import Figure
from benchmarks.installation import Installation, in_a_folder, installation
from benchmarks.loop import MAP, customer
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, maps
from milepost.store.database import Store

FACTS = 400
A_SECOND = 20
NAMES = [f"c{number}" for number in range(FACTS)]


def figures() -> Iterator[Figure]:
    """The median and the slowest hundredth."""
    seconds = in_a_folder(_measure)
    for name, place, goal in (("median", 49, ""), ("99th percentile", 98, "60")):
        yield Figure(f"fact to task at {A_SECOND} a second, {name}", 1e3 * quantiles(seconds, n=100)[place], "ms", goal)


async def _measure(client: Client, folder: Path) -> list[float]:
    async with installation(client, folder, _fill) as here:
        await asyncio.gather(*(here.intake.enrol(name, map_id="bench") for name in NAMES))
        await here.all_have_begun()
        return await _tell(here)


async def _fill(store: Store) -> None:
    now = int(time.time())
    async with store.transaction() as session:
        await maps.publish(session, "bench", "Facts", {"map.yaml": MAP}, now)
        await customers.save(session, [customer(name) for name in NAMES], now)


async def _tell(here: Installation) -> list[float]:
    """Tells a fact to one journey after another; returns how long each took until its task was there."""
    told: dict[str, float] = {}
    seconds: list[float] = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch(here.database, told, seconds))
        for number, name in enumerate(NAMES):
            told[name] = time.perf_counter()
            tasks.create_task(here.intake.record_fact(name, WrittenFact(step_done="kickoff")))
            begun = told[NAMES[0]]
            await asyncio.sleep(max(0.0, begun + (number + 1) / A_SECOND - time.perf_counter()))
    return seconds


async def _watch(database: Path, told: dict[str, float], seconds: list[float]) -> None:
    """Looks for new tasks every two milliseconds."""
    query = "SELECT rowid, customer_id FROM tasks WHERE step = 'review' AND rowid > ? ORDER BY rowid"
    last = 0
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        while len(seconds) < FACTS:
            rows = connection.execute(query, (last,)).fetchall()
            seconds += [time.perf_counter() - told[name] for _, name in rows]
            last = rows[-1][0] if rows else last
            await asyncio.sleep(0.002)
