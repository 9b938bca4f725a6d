"""The way in for facts, customer records and enrolments: each is stored first, then sent to the journey."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client

from milepost.brand.brand import UNBRANDED, Brand
from milepost.customer import Customer
from milepost.files.kept_files import NO_FILES, KeptFiles
from milepost.intake import customers, enrolment, facts, preferences, undo
from milepost.intake.context import IntakeContext, fresh_id
from milepost.intake.customers import SavedCustomer
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import FactReceipt
from milepost.intake.journey_client import JourneyClient
from milepost.intake.sweeper import Sweeper
from milepost.intake.undo import Undone
from milepost.planner.clock import JourneyClock
from milepost.planner.entry_point import PLAIN, JourneyStart
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant
from milepost.planner.written_facts import WrittenFact
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.followed_clock import FollowedClock
from milepost.store.retention import FOR_EVER, Retention
from milepost.store.undo_points import UndoableFact
from milepost.wire.journey import DEFAULT_MAX_ADVANCES, TASK_QUEUE


class Intake:
    """The services that web, CLI and demo call. Without a client Temporal is away: all is stored, and sent later."""

    def __init__(
        self,
        store: Store,
        client: Client | None,
        clock: JourneyClock | FollowedClock,
        *,
        compiled_maps: CompiledMaps | None = None,
        task_queue: str = TASK_QUEUE,
        max_advances: int = DEFAULT_MAX_ADVANCES,
        wall: Callable[[], float] = time.time,
        new_id: Callable[[], str] = fresh_id,
        retention: Retention = FOR_EVER,
        languages_folder: Path | None = None,
        grace: timedelta = timedelta(),
        files: KeptFiles = NO_FILES,
        brand: Brand = UNBRANDED,
    ) -> None:
        journey_client = JourneyClient(client, clock, task_queue=task_queue, max_advances=max_advances)
        maps = compiled_maps or CompiledMaps(store)
        self.context = IntakeContext(
            store, maps, journey_client, clock, wall, new_id, retention, languages_folder, grace, files, brand
        )
        self.sweeper = Sweeper(self.context)

    def now(self) -> Instant:
        """The present instant in journey time."""
        return self.context.now()

    async def record_fact(
        self, customer: str, fact: WrittenFact | Fact, *, by: str | None = None, source: str = "api"
    ) -> FactReceipt:
        """Records one fact, as of now.

        Raises:
            RefusedError: the customer is unknown or has no open journey, or the fact doesn't make sense for the
                journey's map. Nothing is stored.
        """
        if isinstance(fact, WrittenFact) and fact.mail_chosen is not None:
            return await preferences.record_choice(self.context, customer, fact, by)
        return await facts.record_fact(self.context, customer, fact, by=by, source=source)

    async def record_facts(
        self, incoming: Sequence[IncomingFact], *, source: str = "api"
    ) -> list[FactReceipt | RefusedError]:
        """Records facts, as of now, in their order and in one transaction; each is taken or refused for itself."""
        return await facts.record_facts(self.context, incoming, source=source)

    async def undoable(self, customer: str) -> list[UndoableFact]:
        """Returns what people just told about a customer and can undo now, the latest first.

        Raises:
            UnknownCustomerError: there is no such customer; the nearest id is suggested.
        """
        return await undo.undoable(self.context, customer)

    async def undo_fact(self, customer: str, fact: str, *, by: str | None, only_own: bool = False) -> Undone:
        """Undoes what somebody just told, as if it had not been told; `by` is who does so.

        With `only_own` they can undo what they told on their own plan, and nothing else.

        Raises:
            RefusedError: the customer or the fact is unknown, or it can't be undone; nothing has changed.
        """
        return await undo.undo_fact(self.context, customer, fact, by=by, only_own=only_own)

    async def upsert_customer(
        self,
        customer: Customer,
        *,
        by: str | None = None,
        source: str = "api",
        start: JourneyStart = PLAIN,
        ended: str | None = None,
    ) -> SavedCustomer:
        """Replaces a customer's record. Its journey gets the changes; if it first matches a map, one begins.

        `start` says how that one begins; a customer with an open journey stays where it is. Where it has `ended`
        before, for that reason, none begins, whatever map fits.

        Raises:
            InvalidCustomerError: the record can't be taken as it is. Nothing is stored.
        """
        return await customers.save(self.context, customer, by=by, source=source, start=start, ended=ended)

    async def change_customer(
        self, customer: str, edit: Callable[[Customer], Customer], *, by: str | None = None
    ) -> SavedCustomer:
        """Changes a customer's record as it is stored now. Its journey gets the changes, as with `upsert_customer`.

        Raises:
            UnknownCustomerError: there is no such customer; the nearest id is suggested.
            InvalidCustomerError: the record can't be taken so. Nothing is stored.
        """
        return await customers.change(self.context, customer, edit, by=by)

    async def enrol(
        self, customer: str, *, map_id: str | None = None, start: JourneyStart = PLAIN
    ) -> Enrolment | NoEnrolment:
        """Begins a customer's journey, on the given map or on the one whose segment it matches; `start` says how.

        Raises:
            RefusedError: the customer or map is unknown, a journey is open, or the map's `reenter` doesn't allow it.
        """
        return await enrolment.enrol(self.context, customer, map_id, start)
