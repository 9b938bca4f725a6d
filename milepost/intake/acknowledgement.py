"""What a journey made of a fact: it says so when it has taken the fact in, which needs a worker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from milepost.explain.vocabulary import IGNORED
from milepost.planner.timeline import FactIgnored
from milepost.store import facts, timeline
from milepost.store.database import Store
from milepost.store.tables import FactRow

PATIENCE = 3.0  # seconds
_ASK_EVERY = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """The journey has taken the fact in; `ignored` says in words why that changed nothing, where it did not."""

    ignored: str | None


async def answer_of(store: Store, customer: str, fact: str, *, patience: float = PATIENCE) -> Answer | None:
    """What the journey made of a fact that it was told. None: it has not taken it in within `patience` seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while True:
        answer = await _look(store, customer, fact)
        if answer is not None or loop.time() >= until:
            return answer
        await asyncio.sleep(_ASK_EVERY)


async def _look(store: Store, customer: str, fact: str) -> Answer | None:
    async with store.reading() as session:
        row = await facts.get(session, customer, fact)
        if row is None or row.status != "delivered" or row.journey_id is None:
            return None
        ignored = await timeline.ignored(session, row.journey_id, row.at)
    why = next((entry.why for entry in ignored if _is_about(entry, row)), None)
    return Answer(why if why is None else IGNORED.get(why, why))


def _is_about(entry: FactIgnored, row: FactRow) -> bool:
    """The timeline keeps no ids of facts: what else it keeps must be the same."""
    place = row.data.get("step") or row.data.get("outcome")
    same_place = entry.step in (None, place)
    return entry.fact == row.kind and entry.by == row.data.get("by") and same_place
