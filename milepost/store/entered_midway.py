"""Whether customers who entered in the middle were left in peace: no message about a step that lies before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entrance import stages_before
from milepost.planner.timeline import StageOpened
from milepost.store import timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.tables import CustomerRow, JourneyRow, MessageRow, TimelineRow
from milepost.text import count_of

_NAMED = 3


@dataclass(frozen=True, slots=True)
class EarlyMessage:
    """A message that a customer should not have got: its template, and the step before the entry that it is about."""

    customer_id: str
    customer: str
    message: str
    step: str


@dataclass(frozen=True, slots=True)
class EnteredMidway:
    """How many customers entered in the middle, and what some of them got about steps before that."""

    customers: int
    early: tuple[EarlyMessage, ...] = ()

    @property
    def sentence(self) -> str:
        """The verdict in words; empty if nobody entered in the middle."""
        if not self.customers:
            return ""
        entered = f"{count_of(self.customers, 'customer')} entered in the middle"
        if not self.early:
            return f"{entered}; no message was about a step before that, and nobody was welcomed again."
        named = [f"{each.customer} ({each.message}, about {each.step})" for each in self.early[:_NAMED]]
        more = f" and {len(self.early) - _NAMED} more" if len(self.early) > _NAMED else ""
        messages = count_of(len(self.early), "message")
        return f"{entered}, and {messages} went out about steps before that: {', '.join(named)}{more}."

    def to_json(self) -> dict[str, Any]:
        return {
            "customers": self.customers,
            "sentence": self.sentence,
            "early_messages": [asdict(each) for each in self.early],
        }


async def entered_midway(
    session: AsyncSession, compiled_maps: CompiledMaps, entries: Mapping[str, str]
) -> EnteredMidway:
    """Reads what became of customers who were to enter in the middle: `entries` are their stages, by customer.

    A stage that a journey came back to later is no earlier stage any more.
    """
    query = select(JourneyRow, CustomerRow.name).join(CustomerRow, CustomerRow.id == JourneyRow.customer_id)
    found = await session.execute(query.where(JourneyRow.number == 1).order_by(CustomerRow.name, CustomerRow.id))
    journeys = [(journey, name) for journey, name in found if journey.customer_id in entries]
    early: list[EarlyMessage] = []
    for journey, name in journeys:
        compiled_map = await compiled_maps.of(journey.version)
        before = _steps_before(compiled_map, entries[journey.customer_id], await _reopened(session, journey))
        messages = select(MessageRow).where(MessageRow.journey_id == journey.id).order_by(MessageRow.at)
        for message in await session.scalars(messages):
            about = [step for step in message.steps if step in before]
            early += [EarlyMessage(journey.customer_id, name, message.template, step) for step in about[:1]]
    return EnteredMidway(len(journeys), tuple(early))


def _steps_before(compiled_map: CompiledMap, stage: str, reopened: set[str]) -> set[str]:
    if stage not in compiled_map.stages:
        return set()
    before = [each for each in stages_before(compiled_map, stage) if each.stage.id not in reopened]
    return {step.id for each in before for step in each.steps}


async def _reopened(session: AsyncSession, journey: JourneyRow) -> set[str]:
    query = select(TimelineRow).where(
        TimelineRow.journey_id == journey.id, TimelineRow.kind == StageOpened.kind, TimelineRow.at > journey.started_at
    )
    return {timeline.entry_of(row).subject for row in await session.scalars(query)}
