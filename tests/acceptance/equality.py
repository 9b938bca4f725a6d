"""Holds a data folder against the planner: what journeys wrote must be what their facts make, and nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select

from milepost.customer import Customer
from milepost.planner import facts as told
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant
from milepost.planner.open_tasks import open_tasks
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry, MailSwitched, MessageReleased
from milepost.store import timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import FactRow, JourneyRow, MessageRow, TaskRow


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


def _as_taken_in(fact: FactRow) -> tuple[int, int, bool, int]:
    """An advance takes a turn of the switch that holds mail in before what else waits."""
    return (fact.at, fact.revision or 0, fact.kind != told.MailSwitched.kind, fact.serial)


def _was_held(row: JourneyRow, entries: list[Entry]) -> bool:
    """Tells whether the mail was held when the journey began, which no fact says: what was written first of it does.

    A switch is written when it turns, and when a hold takes back what was released, so when mail was held before.
    """
    for entry in entries:
        match entry:
            case MessageReleased(now=None):  # one that hurries need not have been held
                return True
            case MailSwitched():
                return entry.to == "free"
    is_held: bool = row.state.get("mail_held", False)
    return is_held


def _planned(
    compiled_map: CompiledMap, begun: State, advances: Sequence[Sequence[Fact]], until: Instant
) -> Iterator[Plan]:
    """Plans a journey from its begin on, with the facts that each advance took in.

    Where a clock stands, as the demo's does, several advances are of the same second, and what one has sent by its end
    comes before what the next one takes in.
    """
    latest = plan(compiled_map, begun, (), begun.clock)
    yield latest
    for facts in advances:
        latest = plan(compiled_map, latest.state, facts, max(latest.state.clock, *(fact.at for fact in facts)))
        yield latest
    yield plan(compiled_map, latest.state, (), until)


async def _hold(session: Any, compiled_maps: CompiledMaps, row: JourneyRow, customer: Customer) -> Held:
    compiled_map = await compiled_maps.of(row.version)
    taken = select(FactRow).where(FactRow.journey_id == row.id, FactRow.status == "delivered")
    rows = sorted(await session.scalars(taken), key=_as_taken_in)
    advances = [
        [told.from_json(fact.data) for fact in together] for _, together in groupby(rows, lambda fact: fact.revision)
    ]
    written = [timeline.entry_of(entry) for entry in await timeline.of_journey(session, row.id)]
    begun = State.begin(customer, compiled_map.map.map, compiled_map.version, row.started_at)
    begun.mail_held = _was_held(row, written)
    plans = list(_planned(compiled_map, begun, advances, row.clock))
    open_rows = select(TaskRow.task).where(TaskRow.journey_id == row.id, TaskRow.status == "open")
    messages = select(MessageRow.message).where(MessageRow.journey_id == row.id)
    return Held(
        row.id,
        [entry.to_json() for entry in written],
        [entry.to_json() for each in plans for entry in each.timeline],
        set(await session.scalars(open_rows)),
        {task.task for task in open_tasks(compiled_map, plans[-1].state)},
        Counter(await session.scalars(messages)),
    )
