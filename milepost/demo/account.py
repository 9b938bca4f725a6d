"""The account of a rehearsal: every customer and every journey of the store, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.demo.summaries import COMPLETED, Story, missing
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import CustomerRow, JourneyRow, OpenStageRow, TaskRow, TimelineRow


@dataclass(frozen=True, slots=True)
class Line:
    """A customer with its journeys, each with where it stands: `open`, `paused`, `completed` or `lost`."""

    customer: str
    name: str
    unmatched_why: str | None
    stories: tuple[Story, ...]
    standings: tuple[str, ...]
    stages: tuple[str, ...]

    @property
    def accounted_for(self) -> bool:
        """Whether it is known why the customer is where it is: on a journey, or on none for a reason."""
        return bool(self.stories) or self.unmatched_why is not None


@dataclass(frozen=True, slots=True)
class Account:
    """Everybody, by name; `tasks` counts tasks by status."""

    lines: tuple[Line, ...]
    tasks: Counter[str]

    @property
    def stories(self) -> Iterator[Story]:
        """All journeys."""
        return (story for line in self.lines for story in line.stories)

    @property
    def standings(self) -> Counter[str]:
        """How many journeys stand where."""
        return Counter(standing for line in self.lines for standing in line.standings)

    @property
    def unmatched(self) -> tuple[Line, ...]:
        """Customers that no map is for."""
        return tuple(line for line in self.lines if not line.stories and line.accounted_for)

    @property
    def lacking(self) -> list[str]:
        """What was to be seen and was not: stories that happened to nobody, customers that nobody knows about."""
        lost = [f"{line.name} accounted for" for line in self.lines if not line.accounted_for]
        return [*missing(self.stories), *lost]

    def told(self, name: str) -> list[str]:
        """The names of the customers that a story happened to, or a count is of."""
        return [
            line.name
            for line in self.lines
            if any(name in story.stories or story.counts[name] for story in line.stories)
        ]


async def take_account(store: Store, compiled_maps: CompiledMaps) -> Account:
    """Read the whole store."""
    async with store.reading() as session:
        customers = list(await session.scalars(select(CustomerRow).order_by(func.lower(CustomerRow.name))))
        journeys = list(await session.scalars(select(JourneyRow).order_by(JourneyRow.number)))
        stages = list(await session.scalars(select(OpenStageRow).order_by(OpenStageRow.position)))
        stories = {row.id: await _story(session, row, compiled_maps) for row in journeys}
        tasks = await session.execute(select(TaskRow.status, func.count()).group_by(TaskRow.status))
        counted = Counter(dict(list(tasks)))
    lines = []
    for customer in customers:
        own = [row for row in journeys if row.customer_id == customer.id]
        ids = {row.id for row in own}
        lines.append(
            Line(
                customer.id,
                customer.name,
                customer.unmatched_why,
                tuple(stories[row.id] for row in own),
                tuple(_standing(row) for row in own),
                tuple(stage.title for stage in stages if stage.journey_id in ids),
            )
        )
    return Account(tuple(lines), counted)


async def _story(session: AsyncSession, row: JourneyRow, compiled_maps: CompiledMaps) -> Story:
    compiled_map = await compiled_maps.of(row.version)
    story = Story(row.id, row.customer_id, row.map)
    query = select(TimelineRow.kind, TimelineRow.data).where(TimelineRow.journey_id == row.id).order_by(TimelineRow.seq)
    for kind, data in await session.execute(query):
        story.take(kind, data, compiled_map)
    return story


def _standing(row: JourneyRow) -> str:
    if row.status != "ended":
        return row.status
    return COMPLETED if row.reason == COMPLETED else "lost"
