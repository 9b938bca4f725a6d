"""Two records of one customer, on SQLite and on PostgreSQL, with journeys that advance in this process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from milepost.channels.links import LinkSigner
from milepost.customer import Contact, Customer, Mail
from milepost.intake.intake import Intake
from milepost.intake.merges import Merge, MergeOrder, merge
from milepost.planner.clock import REAL_TIME
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, facts, journeys, maps, timeline
from milepost.store.database import Store
from milepost.store.tables import METADATA, FactRow, JourneyRow
from tests.web.example import ANA, FILES, KIM, LEA, SAM, START, customer
from tests.web.nearby import NearbyJourneyClient

KIM_AGAIN = Contact("Kim L.", "Kim@acme.example", ("admin",), mail=Mail.NONE, first_name="Kim")
TAL = Contact("Tal Ng", "tal@acme.example", ("sponsor",))


def duplicate(id_: str = "acme-old", **changes: object) -> Customer:
    """Another record of Acme, with people that the first has too."""
    other = Customer(
        id=id_,
        name="ACME",
        timezone="America/Chicago",
        country="US",
        language="en",
        attributes={"tier": "pilot", "health": 60, "renews_on": "2027-03-01"},
        contacts=(KIM_AGAIN, TAL),
        team={"csm": "bo.ek@vendor.example", "solutions": "su@vendor.example"},
    )
    return other.having(**changes)


class Book:
    """An installation with the pilot map."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at: float = START
        links = LinkSigner("s" * 32, "http://127.0.0.1:8080")
        self.intake = Intake(store, None, REAL_TIME, wall=lambda: self.at)
        compiled_maps = self.intake.context.compiled_maps
        self.journey_client = NearbyJourneyClient(store, compiled_maps, links, lambda: int(self.at))
        self.intake.context = replace(self.intake.context, journey_client=self.journey_client)

    async def add(self, *records: Customer) -> None:
        for each in records:
            await self.intake.upsert_customer(each)

    async def tell(self, customer: str, **fact: Any) -> None:
        await self.intake.record_fact(customer, WrittenFact(**fact), by=ANA)

    async def merge(self, customer: str = "acme-old", into: str = "acme", **more: Any) -> Merge:
        dry_run = more.pop("dry_run", False)
        return await merge(self.intake.context, MergeOrder(customer, into, by=LEA, **more), dry_run=dry_run)

    async def record(self, customer: str = "acme") -> Customer:
        async with self.store.reading() as session:
            return await customers.get(session, customer)

    async def journey(self, journey: str) -> JourneyRow:
        async with self.store.reading() as session:
            return await journeys.get(session, journey)

    async def journeys(self, customer: str = "acme") -> list[tuple[str, int, str]]:
        """Id, number and status of each journey, the latest first."""
        async with self.store.reading() as session:
            return [(row.id, row.number, row.status) for row in await journeys.of_customer(session, customer)]

    async def kinds(self, journey: str) -> list[str]:
        async with self.store.reading() as session:
            return [row.kind for row in await timeline.of_journey(session, journey)]

    async def facts(self, customer: str = "acme") -> list[FactRow]:
        async with self.store.reading() as session:
            return await facts.of_customer(session, customer)

    async def rows_of(self, customer: str) -> dict[str, int]:
        """Rows that name the customer, by table."""
        counts = {}
        async with self.store.reading() as session:
            for table in METADATA.sorted_tables:
                if "customer_id" in table.c:
                    query = select(func.count()).select_from(table).where(table.c.customer_id == customer)
                    counts[table.name] = await session.scalar(query) or 0
        return {table: count for table, count in counts.items() if count}


@pytest.fixture
async def empty_book(store: Store) -> Book:
    async with store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", FILES, START)
    return Book(store)


@pytest.fixture
async def book(empty_book: Book) -> Book:
    """Acme twice, each record with a journey that has just begun."""
    await empty_book.add(customer(), duplicate())
    return empty_book


__all__ = ["ANA", "KIM", "KIM_AGAIN", "LEA", "SAM", "START", "TAL", "Book", "customer", "duplicate"]
