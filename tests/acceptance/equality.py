"""Holds a data folder against the planner: what journeys wrote must be what their facts make, and nothing twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from milepost.customer import Customer
from milepost.planner import facts as told
from milepost.planner.open_tasks import open_tasks
from milepost.store import timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import FactRow, JourneyRow, MessageRow, TaskRow
from tests.simulation import simulate


@dataclass(frozen=True, slots=True)
class Held:
    """One journey: what it wrote, and what the planner alone makes of the same facts."""

    journey: str
    written: list[dict[str, Any]]
    simulated: list[dict[str, Any]]
    tasks: set[str]
    simulated_tasks: set[str]
    messages: Counter[str]

    @property
    def sent(self) -> Counter[str]:
        """The messages of which the timeline says that they went out."""
        return Counter(entry["message"] for entry in self.written if entry["kind"] == "message_sent")


async def hold(store: Store, customers: dict[str, Customer]) -> list[Held]:
    """Every journey of the store; `customers` are the records as they were when the journeys began."""
    compiled_maps = CompiledMaps(store)
    async with store.reading() as session:
        rows = list(await session.scalars(select(JourneyRow).order_by(JourneyRow.id)))
        return [await _hold(session, compiled_maps, row, customers[row.customer_id]) for row in rows]


async def _hold(session: Any, compiled_maps: CompiledMaps, row: JourneyRow, customer: Customer) -> Held:
    compiled_map = await compiled_maps.of(row.version)
    taken = select(FactRow).where(FactRow.journey_id == row.id, FactRow.status == "delivered")
    facts = [told.from_json(fact.data) for fact in await session.scalars(taken.order_by(FactRow.at, FactRow.serial))]
    run = simulate(compiled_map, customer, row.started_at, facts, row.clock)
    open_rows = select(TaskRow.task).where(TaskRow.journey_id == row.id, TaskRow.status == "open")
    messages = select(MessageRow.message).where(MessageRow.journey_id == row.id)
    return Held(
        row.id,
        [timeline.entry_of(entry).to_json() for entry in await timeline.of_journey(session, row.id)],
        [entry.to_json() for entry in run.timeline],
        set(await session.scalars(open_rows)),
        {task.task for task in open_tasks(compiled_map, run.state)},
        Counter(await session.scalars(messages)),
    )
