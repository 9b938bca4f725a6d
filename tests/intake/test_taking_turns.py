"""Facts and records that come in while their journey advances wait for it, and never both for each other."""

from __future__ import annotations

import asyncio

from milepost.planner.facts import AttributesSet
from milepost.planner.state import State
from milepost.store import customers, facts
from milepost.store.database import Store
from tests.privacy.crowd import Crowd
from tests.workflows.example import START


async def test_facts_records_and_advances_of_one_customer_take_turns(store: Store) -> None:
    crowd = await Crowd.fill(store)
    async with store.reading() as session:
        record = await customers.get(session, "acme")

    async def tell() -> None:
        for number in range(40):
            fact = AttributesSet(id=f"told {number}", at=START, attributes={"health": number})
            await crowd.intake.record_fact("acme", fact)

    async def save() -> None:
        for number in range(40):
            await crowd.intake.upsert_customer(record.having(name=f"Acme {number}"))

    async def advance() -> None:
        for _ in range(40):
            await crowd.advance(1)

    await asyncio.gather(tell(), save(), advance())
    await crowd.advance(60)

    async with store.reading() as session:
        assert await facts.pending_of(session, ["acme"]) == []
        record = await customers.get(session, "acme")
    assert record.name == "Acme 39"
    assert State.from_json((await crowd.row()).state).customer.name == "Acme 39"
