"""The account of a demo: every customer and every journey of the store, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.demo.summaries import COMPLETED, JourneySummary, missing
from milepost.planner.enums import JourneyStatus
from milepost.store import journeys, tasks, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.customer_list import list_customers
from milepost.store.database import Store
from milepost.store.tables import JourneyRow

_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """A customer with its journeys in their order, and the titles of the stages that are open in the last."""

    name: str
    unmatched_why: str | None
    journeys: tuple[JourneySummary, ...]
    stages: tuple[str, ...]

    @property
    def accounted_for(self) -> bool:
        """Tells whether we know why the customer is where it is: on a journey, or on none for a reason."""
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
        """The number of journeys in each state."""
        return Counter(journey.state for journey in self.journeys)

    @property
    def unmatched(self) -> tuple[CustomerAccount, ...]:
        """Customers that no map is for."""
        return tuple(each for each in self.customers if not each.journeys and each.accounted_for)

    @property
    def missing(self) -> list[str]:
        """The gaps of the demo: highlights without a customer, customers unaccounted for."""
        lost = [f"{each.name} accounted for" for each in self.customers if not each.accounted_for]
        return [*missing(self.journeys), *lost]

    def customers_with(self, name: str) -> list[str]:
        """Returns the names of the customers to whom something happened."""
        return [
            customer.name for customer in self.customers if any(journey.counts[name] for journey in customer.journeys)
        ]


async def read_account(store: Store, compiled_maps: CompiledMaps) -> Account:
    """Reads the whole store."""
    accounts = []
    async with store.reading() as session:
        for line in (await list_customers(session, limit=_ALL)).lines:
            rows = reversed(await journeys.of_customer(session, line.customer.id))
            summaries = tuple([await _summary(session, row, compiled_maps) for row in rows])
            stages = tuple(stage.title for stage in line.stages)
            accounts.append(CustomerAccount(line.customer.name, line.customer.unmatched_why, summaries, stages))
        return Account(tuple(accounts), Counter(await tasks.count_by_status(session)))


async def _summary(session: AsyncSession, row: JourneyRow, compiled_maps: CompiledMaps) -> JourneySummary:
    compiled_map = await compiled_maps.of(row.version)
    state = COMPLETED if row.reason == COMPLETED else "lost"
    summary = JourneySummary(row.map, state if row.status == JourneyStatus.ENDED else row.status)
    for entry in await timeline.of_journey(session, row.id):
        summary.add(timeline.entry_of(entry), compiled_map)
    return summary
