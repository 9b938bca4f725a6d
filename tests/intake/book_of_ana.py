"""A book of customers that Ana looks after, on a store, with journeys that take in what they are told."""

from __future__ import annotations

from activities.journey import JourneyActivities
from milepost.intake.intake import Intake
from milepost.planner.instants import Instant
from milepost.store import absences, customers, journeys, tasks, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.tasks import TaskFilter
from milepost.wire.activities import AdvanceOrder
from tests.intake.conftest import Hands
from tests.workflows.example import CUSTOMER, START

ANA, BO, CLEO, LEA = (f"{name}@vendor.example" for name in ("ana", "bo", "cleo", "lea"))
TEAM = {"csm": ANA, "lead": LEA}


class BookOfAna:
    """Customers `c0`, `c1`, ... of whom Ana is the csm, all with an open journey."""

    def __init__(self, intake: Intake, wall: Hands) -> None:
        self.intake = intake
        self.context = intake.context
        self.wall = wall
        self._activities = JourneyActivities(intake.context.store, CompiledMaps(intake.context.store))

    @staticmethod
    async def of(intake: Intake, wall: Hands, size: int = 3) -> BookOfAna:
        book = BookOfAna(intake, wall)
        for number in range(size):
            await book.add(f"c{number}")
        return book

    async def add(self, customer: str, team: dict[str, str] | None = None) -> None:
        record = CUSTOMER.having(id=customer, name=customer.upper(), team=team or TEAM)
        async with self.context.store.transaction() as session:
            await customers.save(session, [record], START)
        await self.intake.enrol(customer)
        await self.advance()

    async def advance(self, seconds: int = 60) -> None:
        """Time goes on, and every journey takes in what waits for it."""
        self.wall.at += seconds
        async with self.context.store.reading() as session:
            rows = await journeys.running(session)
        for row in rows:
            await self._activities.advance(AdvanceOrder(row.id, row.revision + 1, self.context.now()))

    async def team(self, customer: str) -> dict[str, str]:
        async with self.context.store.reading() as session:
            return dict((await customers.get(session, customer)).team)

    async def tasks(self, person: str, at: Instant | None = None) -> list[str]:
        """The customers of the tasks on a person's desk now, or at another instant."""
        async with self.context.store.reading() as session:
            in_force = await absences.in_force(session, self.context.now() if at is None else at)
            page = await tasks.list_open(session, TaskFilter(person=person, stand_ins=in_force), limit=500)
        return sorted(line.task.customer_id for line in page.lines)

    async def lines(self, customer: str, *kinds: str) -> list[dict[str, object]]:
        """The entries of these kinds on the timeline of a customer's journey."""
        async with self.context.store.reading() as session:
            journey = await journeys.latest_of(session, customer)
            assert journey is not None
            entries = [timeline.entry_of(row) for row in await timeline.of_journey(session, journey.id)]
        return [entry.to_json() for entry in entries if entry.kind in kinds]
