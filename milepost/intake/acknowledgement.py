"""Waits for a journey to take in a fact, and tells whether the fact changed anything."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from milepost.explain.vocabulary import IGNORED
from milepost.planner.timeline import FactIgnored
from milepost.store import aliases, facts, timeline
from milepost.store.database import Store
from milepost.store.inbox import InboxStatus
from milepost.store.tables import FactRow

TIMEOUT = 3.0  # seconds
_POLL_EVERY = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The journey has taken in the fact; `ignored` says why that changed nothing, if it didn't."""

    ignored: str | None


async def acknowledgement_of(
    store: Store,
    customer: str,
    fact: str,
    *,
    timeout: float = TIMEOUT,  # noqa: ASYNC109 - None is an answer here
) -> Acknowledgement | None:
    """Returns the journey's acknowledgement of a fact; None if there is none within `timeout` seconds.

    A journey only takes in facts while a worker runs.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout
    while True:
        acknowledgement = await _read(store, customer, fact)
        if acknowledgement is not None or loop.time() >= until:
            return acknowledgement
        await asyncio.sleep(_POLL_EVERY)


async def _read(store: Store, customer: str, fact: str) -> Acknowledgement | None:
    async with store.reading() as session:
        row = await facts.get(session, await session.run_sync(aliases.present_id, customer), fact)
        if row is None or row.status != InboxStatus.DELIVERED or row.journey_id is None:
            return None
        ignored = await timeline.ignored(session, row.journey_id, row.at)
    why = next((entry.why for entry in ignored if _is_about(entry, row)), None)
    return Acknowledgement(why if why is None else IGNORED.get(why, why))


def _is_about(entry: FactIgnored, row: FactRow) -> bool:
    """Tells whether an entry is about a fact. The timeline keeps no ids of facts, so the rest must be the same."""
    same_subject = entry.step in (None, row.data.get("step") or row.data.get("outcome"))
    return entry.fact == row.kind and entry.by == row.data.get("by") and same_subject
