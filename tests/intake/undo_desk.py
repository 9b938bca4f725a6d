"""A journey that people tell of and undo things in, without Temporal: the worker's own activity advances it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from activities.journey import JourneyActivities
from milepost.intake.intake import Intake
from milepost.intake.undo import Undone
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant
from milepost.store import customers, journeys, messages, timeline
from milepost.store.outcome_tables import AnswerRow, OutcomeRow
from milepost.store.tables import MessageRow, OpenPlayRow, OpenStageRow, TaskRow
from milepost.wire.activities import Advanced, AdvanceOrder

ANA = "ana.ruiz@vendor.example"
BO = "bo@vendor.example"
GRACE = timedelta(minutes=5)
NUMBERS = {
    "revision",
    "opened_revision",
    "closed_revision",
    "revoked_revision",
    "not_before",
}
"""Columns that count advances, or say how long something waits."""


@dataclass
class Desk:
    """People at work on one customer; `wall` is the clock in their hands."""

    intake: Intake
    wall: Any
    journey: str = "acme/1"
    customer: str = "acme"
    told: int = 0
    worker: JourneyActivities = field(init=False)

    def __post_init__(self) -> None:
        self.worker = JourneyActivities(self.intake.context.store, self.intake.context.compiled_maps, GRACE)

    @property
    def now(self) -> Instant:
        return int(self.wall.at)

    async def tell(self, kind: type[Fact], *, by: str = ANA, source: str = "desk", **what: Any) -> str:
        """Records a fact that the journey has yet to take in; returns its id."""
        self.told += 1
        fact = kind(id=f"click/{self.told}", at=self.now, by=by, **what)
        await self.intake.record_fact(self.customer, fact, source=source)
        return fact.id

    async def click(self, kind: type[Fact], *, by: str = ANA, source: str = "desk", **what: Any) -> str:
        """Records a fact and lets the journey take it in, a second later; returns its id."""
        told = await self.tell(kind, by=by, source=source, **what)
        await self.advance(1)
        return told

    async def advance(self, seconds: int = 0) -> Advanced:
        """Lets time pass, then the journey come up to now."""
        self.wall.at += seconds
        async with self.intake.context.store.reading() as session:
            row = await journeys.get(session, self.journey)
        return await self.worker.advance(AdvanceOrder(self.journey, row.revision + 1, self.now))

    async def undo(self, fact: str, *, by: str = ANA, only_own: bool = False) -> Undone:
        return await self.intake.undo_fact(self.customer, fact, by=by, only_own=only_own)

    async def picture(self) -> dict[str, Any]:
        """All that the rows say of the journey and its customer, apart from numbers of advances and what was undone."""
        async with self.intake.context.store.reading() as session:
            row = await journeys.get(session, self.journey)
            told: dict[str, Any] = {
                "state": {**row.state, "revision": 0, "entries": 0, "clock": 0},
                "journey": (row.map, row.version, row.status, row.reason, row.ended_at, row.held_messages),
                "customer": (await customers.get(session, self.customer)).to_json(),
                "timeline": [
                    entry
                    for each in await timeline.of_journey(session, self.journey)
                    if (entry := timeline.entry_of(each).to_json())["kind"] != "fact_undone"
                ],
            }
            for kind in (TaskRow, MessageRow, OutcomeRow, AnswerRow, OpenStageRow, OpenPlayRow):
                table = kind.__table__
                query = select(table).where(table.c.journey_id == self.journey).order_by(*table.primary_key)
                told[table.name] = [
                    {name: value for name, value in each._mapping.items() if name not in NUMBERS}
                    for each in await session.execute(query)
                ]
        return told

    async def kinds(self) -> list[str]:
        async with self.intake.context.store.reading() as session:
            return [each.kind for each in await timeline.of_journey(session, self.journey)]

    async def queued(self) -> list[str]:
        async with self.intake.context.store.reading() as session:
            return await session.run_sync(messages.queued, self.journey)


async def begun(intake: Intake, wall: Any) -> Desk:
    """A journey that has begun, a day ago."""
    await intake.enrol("acme")
    desk = Desk(intake, wall)
    await desk.advance()
    wall.at += 3600
    return desk
