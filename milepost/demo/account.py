"""The account of a demo: every customer and every journey of the store, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.demo.summaries import COMPLETED, JourneySummary, missing
from milepost.planner.enums import JourneyStatus
from milepost.store import timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import CustomerRow, JourneyRow, OpenStageRow, TaskRow


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """A customer with its journeys and the state of each: `open`, `paused`, `completed` or `lost`."""

    customer: str
    name: str
    unmatched_why: str | None
    journeys: tuple[JourneySummary, ...]
    states: tuple[str, ...]
    stages: tuple[str, ...]

    @property
    def accounted_for(self) -> bool:
        """Returns whether we know why the customer is where it is: on a journey, or on none for a reason."""
        return bool(self.journeys) or self.unmatched_why is not None


@dataclass(frozen=True, slots=True)
class Account:
    """Everybody, by name; `tasks` counts tasks by status."""

    customers: tuple[CustomerAccount, ...]
    tasks: Counter[str]

    @property
    def journeys(self) -> Iterator[JourneySummary]:
        """All journeys."""
        return (journey for customer in self.customers for journey in customer.journeys)

    @property
    def states(self) -> Counter[str]:
        """How many journeys are in each state."""
        return Counter(state for customer in self.customers for state in customer.states)

    @property
    def unmatched(self) -> tuple[CustomerAccount, ...]:
        """Customers that no map is for."""
        return tuple(each for each in self.customers if not each.journeys and each.accounted_for)

    @property
    def missing(self) -> list[str]:
        """Lists what should have been seen and wasn't: highlights without a customer, customers unaccounted for."""
        lost = [f"{each.name} accounted for" for each in self.customers if not each.accounted_for]
        return [*missing(self.journeys), *lost]

    def customers_with(self, name: str) -> list[str]:
        """The names of the customers who have a highlight or a count."""
        return [
            customer.name
            for customer in self.customers
            if any(name in journey.highlights or journey.counts[name] for journey in customer.journeys)
        ]


async def read_account(store: Store, compiled_maps: CompiledMaps) -> Account:
    """Read the whole store."""
    async with store.reading() as session:
        customers = list(await session.scalars(select(CustomerRow).order_by(func.lower(CustomerRow.name))))
        journeys = list(await session.scalars(select(JourneyRow).order_by(JourneyRow.number)))
        stages = list(await session.scalars(select(OpenStageRow).order_by(OpenStageRow.position)))
        summaries = {row.id: await _summary(session, row, compiled_maps) for row in journeys}
        tasks = await session.execute(select(TaskRow.status, func.count()).group_by(TaskRow.status))
        task_counts = Counter(dict(list(tasks)))
    accounts = []
    for customer in customers:
        own = [row for row in journeys if row.customer_id == customer.id]
        ids = {row.id for row in own}
        accounts.append(
            CustomerAccount(
                customer.id,
                customer.name,
                customer.unmatched_why,
                tuple(summaries[row.id] for row in own),
                tuple(_state(row) for row in own),
                tuple(stage.title for stage in stages if stage.journey_id in ids),
            )
        )
    return Account(tuple(accounts), task_counts)


async def _summary(session: AsyncSession, row: JourneyRow, compiled_maps: CompiledMaps) -> JourneySummary:
    compiled_map = await compiled_maps.of(row.version)
    summary = JourneySummary(row.id, row.customer_id, row.map)
    for entry in await timeline.of_journey(session, row.id):
        summary.add(timeline.entry_of(entry), compiled_map)
    return summary


def _state(row: JourneyRow) -> str:
    if row.status != JourneyStatus.ENDED:
        return row.status
    return COMPLETED if row.reason == COMPLETED else "lost"
