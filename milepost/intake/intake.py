"""The one door: facts, customer records and enrolments come in here, are written down first, and only then told."""

from __future__ import annotations

import time
from collections.abc import Callable

from temporalio.client import Client

from milepost.customer import Customer
from milepost.intake import customers as records
from milepost.intake import enrolment
from milepost.intake import facts as telling
from milepost.intake.context import IntakeContext, fresh_id
from milepost.intake.customers import Saved
from milepost.intake.enrolment import Enrolled, NotEnrolled
from milepost.intake.facts import FactReceipt
from milepost.intake.journey_client import JourneyClient
from milepost.intake.sweeper import Sweeper
from milepost.planner.clock import JourneyClock
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant
from milepost.planner.written_facts import WrittenFact
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.wire.journey import DEFAULT_MAX_HISTORY, TASK_QUEUE


class Intake:
    """What web, CLI and rehearsal speak to. Without a client, Temporal is away: everything is kept and told later."""

    def __init__(
        self,
        store: Store,
        client: Client | None,
        clock: JourneyClock,
        *,
        compiled_maps: CompiledMaps | None = None,
        task_queue: str = TASK_QUEUE,
        max_history: int = DEFAULT_MAX_HISTORY,
        wall: Callable[[], float] = time.time,
        new_id: Callable[[], str] = fresh_id,
    ) -> None:
        journey_client = JourneyClient(store, client, clock, task_queue=task_queue, max_history=max_history)
        self.context = IntakeContext(store, compiled_maps or CompiledMaps(store), journey_client, clock, wall, new_id)
        self.sweeper = Sweeper(self.context)

    def now(self) -> Instant:
        """The present instant in journey time."""
        return self.context.now()

    async def record_fact(
        self, customer: str, fact: WrittenFact | Fact, *, by: str | None = None, source: str = "api"
    ) -> FactReceipt:
        """Take in one fact; it acts at the instant at which it is taken in.

        Raises:
            RefusedError: it is for nobody, or speaks of what there is not; nothing is written down.
        """
        return await telling.tell(self.context, customer, fact, by=by, source=source)

    async def upsert_customer(self, customer: Customer, *, by: str | None = None, source: str = "api") -> Saved:
        """Keep a customer's record; its journey learns of the changes, or it begins one if it first matches."""
        return await records.save(self.context, customer, by=by, source=source)

    async def enrol(self, customer: str, *, map_id: str | None = None) -> Enrolled | NotEnrolled:
        """Begin a customer's journey, on the map named or the one that the customer is for.

        Raises:
            RefusedError: no such customer or map, a journey is open, or the map's `reenter` does not allow it.
        """
        return await enrolment.enrol(self.context, customer, map_id)
