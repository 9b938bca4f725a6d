"""What ten thousand open journeys weigh: the memory of server and worker, and the bytes of their histories."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from temporalio.client import Client

from benchmarks.figures import Figure
from benchmarks.installation import Installation, in_a_folder, installation
from benchmarks.loop import MAP, customer
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, maps
from milepost.store.database import Store
from milepost.wire.journey import workflow_id

FEW, MANY = 1000, 10_000
AT_ONCE = 100
NAMES = [f"c{number}" for number in range(MANY)]


def figures() -> Iterator[Figure]:
    """Memory with a thousand journeys and with ten thousand, and bytes of an event."""
    yield from in_a_folder(_measure)


async def _measure(client: Client, folder: Path) -> list[Figure]:
    async with installation(client, folder, _fill) as here:
        await _begin(here, NAMES[:FEW])
        few = here.meter.memory()
        await _begin(here, NAMES[FEW:])
        many = here.meter.memory()
        size, events = await _history(client, NAMES[-1])
    return [
        Figure(f"{MANY:,} open journeys: memory, worker", many[0], "MB", f"as with {FEW:,}", few[0]),
        Figure(f"{MANY:,} open journeys: memory, server", many[1], "MB", f"as with {FEW:,}", few[1]),
        Figure("history of a journey with two facts", size, "bytes"),
        Figure("history: an event", size / events, "bytes", "under 200"),
    ]


async def _fill(store: Store) -> None:
    now = int(time.time())
    async with store.transaction() as session:
        await maps.publish(session, "bench", "Facts", {"map.yaml": MAP}, now)
        await customers.save(session, [customer(name) for name in NAMES], now)


async def _begin(here: Installation, names: list[str]) -> None:
    """Begins journeys, and tells two facts to each."""
    for start in range(0, len(names), AT_ONCE):
        together = names[start : start + AT_ONCE]
        await asyncio.gather(*(here.intake.enrol(name, map_id="bench") for name in together))
        await here.all_have_begun()
        for fact in (WrittenFact(step_done="kickoff"), WrittenFact(set={"health": 60})):
            await asyncio.gather(*(here.intake.record_fact(name, fact) for name in together))
            await here.all_are_taken()


async def _history(client: Client, name: str) -> tuple[int, int]:
    """The bytes and the events of a journey's history."""
    history = await client.get_workflow_handle(workflow_id(name)).fetch_history()
    return sum(event.ByteSize() for event in history.events), len(history.events)
