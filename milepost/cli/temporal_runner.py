"""The other engine of `milepost simulate`: the real workflow, worker, activities and store, with skipped time.

Its timelines are those of the planner alone; where they differ, production differs from simulations.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from milepost.channels.links import LinkSigner
from milepost.channels.outbox import OutboxChannel
from milepost.devserver.server import temporal_binary
from milepost.errors import MilepostError
from milepost.intake.context import IntakeContext
from milepost.intake.enrolment import enrol
from milepost.intake.facts import record_fact
from milepost.intake.journey_client import JourneyClient
from milepost.planner.clock import JourneyClock
from milepost.planner.customer_journeys import CHANGES_THE_RECORD, HandEnrolment, Happening, in_order
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import Fact, to_json
from milepost.planner.instants import Instant
from milepost.planner.timeline import Entry, JourneyEnded
from milepost.scenarios.runs import run_on_planner
from milepost.scenarios.scenario import Scenario
from milepost.store import customers, facts, inbox, journeys, maps, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store, open_store
from milepost.store.inbox import NewFact, Recipient, RecordedFact
from milepost.store.tables import METADATA, JourneyRow
from milepost.temporal.core_logs import runtime
from milepost.wire.journey import DEFAULT_MAX_ADVANCES, workflow_id
from milepost.wire.search_attributes import ALL
from worker import make_worker

EARLY = 60
"""Seconds of journey time by which a fact is sent before its instant, so that it arrives in time."""

_ASK_EVERY = 0.02  # seconds of real time, between two looks at the store
_GIVE_UP = 60.0  # seconds of real time without any progress


class NoProgressError(MilepostError):
    """The worker couldn't advance the journey to its end."""

    code = "no_progress"

    def __init__(self, scenario: str, clock: Instant) -> None:
        super().__init__(
            f"Scenario {scenario!r} has made no progress for {_GIVE_UP:.0f} seconds, at {clock}.",
            "The worker's log says why its journey can't be advanced.",
        )


async def simulate_on(
    server: WorkflowEnvironment, scenario: Scenario, *, max_advances: int = DEFAULT_MAX_ADVANCES
) -> list[Entry]:
    """The timeline of a scenario, up to and including `until`, as production would write it.

    Scenarios on one server come one after the other, as all share its clock.

    Raises:
        NoProgressError: the journey can't be advanced.
    """
    with tempfile.TemporaryDirectory(prefix="milepost-") as folder:
        async with open_store(f"sqlite:///{Path(folder) / 'milepost.db'}") as store:
            async with store.engine.begin() as connection:
                await connection.run_sync(METADATA.create_all)  # the migrations' tables, in a tenth of the time
            return await _ScenarioRun(server, store, CompiledMaps(store), scenario, max_advances).run()


@asynccontextmanager
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's test server, which skips over time in which nothing happens.

    Raises:
        TemporalBinaryMissingError: it isn't installed.
    """
    binary = temporal_binary("temporal-test-server", instead="simulate with the planner alone")
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(binary), data_converter=pydantic_data_converter, runtime=runtime("ERROR")
    )
    request = AddSearchAttributesRequest(namespace=environment.client.namespace)
    for key in ALL:
        request.search_attributes[key.name] = key.indexed_value_type.value  # type: ignore[assignment]
    async with environment:  # it can't list the attributes that it has, so all are added without looking first
        await environment.client.operator_service.add_search_attributes(request)
        yield environment


@dataclass(frozen=True, slots=True)
class _ScenarioRun:
    """One scenario on a server."""

    server: WorkflowEnvironment
    store: Store
    compiled_maps: CompiledMaps
    scenario: Scenario
    max_advances: int
    task_queue: str = field(default_factory=lambda: f"simulation-{secrets.token_hex(4)}")

    async def run(self) -> list[Entry]:
        journey = await self._begin()
        links = LinkSigner(secrets.token_hex(), "http://localhost")
        async with make_worker(
            self.server.client,
            self.store,
            OutboxChannel(),
            links,
            compiled_maps=self.compiled_maps,
            task_queue=self.task_queue,
        ):
            try:
                await self._pass_scenario(journey)
            finally:
                handle = self.server.client.get_workflow_handle(workflow_id(self.scenario.customer.id))
                with suppress(RPCError):  # it is over already
                    await handle.terminate("the simulation is over")
        async with self.store.reading() as session:
            past = await journeys.of_customer(session, journey.customer_id)
            rows = [row for each in reversed(past) for row in await timeline.of_journey(session, each.id)]
        until = self.scenario.until
        return [timeline.entry_of(row) for row in rows if row.at <= until]

    async def _begin(self) -> JourneyRow:
        """Publish the maps, its own as the current one, save the customer and begin the journey."""
        scenario = self.scenario
        published = [(each, scenario.version_files[version]) for version, each in scenario.versions.items()]
        published.append((scenario.compiled_map, scenario.files))
        async with self.store.transaction() as session:
            for compiled_map, files in published:
                self.compiled_maps.add(compiled_map, files)
                await maps.publish(session, compiled_map.map.map, compiled_map.map.title, files, scenario.start)
            await customers.save(session, [scenario.customer], scenario.start)
            return await journeys.begin(session, scenario.begin())

    async def _pass_scenario(self, journey: JourneyRow) -> None:
        """Let time pass up to the scenario's end; each fact is sent before the one before it takes effect."""
        wall = (await self.server.get_current_time()).timestamp()
        clock = JourneyClock(wall, self.scenario.start)
        journey_client = JourneyClient(
            self.server.client, clock, task_queue=self.task_queue, max_advances=self.max_advances
        )
        if not await journey_client.start(journey.id):
            raise NoProgressError(self.scenario.name, self.scenario.start)
        ends = [entry.at for entry in run_on_planner(self.scenario) if isinstance(entry, JourneyEnded)]
        for happening in in_order([*self.scenario.facts, *self.scenario.enrolled]):
            if happening.at > self.scenario.until:
                break
            if ends and happening.at > ends[0]:
                await self._pass_time(clock, happening.at + 0.5)
                await self._settle(journey, happening.at)
                following = await self._after_the_end(journey_client, journey, happening)
                if following is not None:
                    journey, ends = following, ends[1:]
            elif not isinstance(happening, HandEnrolment):
                await self._record_fact(journey_client, journey, happening)
                await self._pass_time(clock, happening.at - EARLY)
        await self._pass_time(clock, self.scenario.until + 0.5)
        await self._settle(journey, self.scenario.until)

    async def _after_the_end(
        self, journey_client: JourneyClient, journey: JourneyRow, happening: Happening
    ) -> JourneyRow | None:
        """Let the intake take in what happens between two journeys; returns the journey that it begins, if any."""
        clock = JourneyClock(happening.at, happening.at)
        context = IntakeContext(self.store, self.compiled_maps, journey_client, clock, lambda: clock.wall_epoch)
        customer = journey.customer_id
        if isinstance(happening, HandEnrolment):
            with suppress(RefusedError):
                await enrol(context, customer, self.scenario.compiled_map.map.map, happening.start)
        elif isinstance(happening, CHANGES_THE_RECORD):
            await record_fact(context, customer, happening, source="scenario")
        else:
            await self._record_fact(journey_client, journey, happening)
        async with self.store.reading() as session:
            latest = await journeys.latest_of(session, customer)
        return latest if latest is not None and latest.id != journey.id else None

    async def _record_fact(self, journey_client: JourneyClient, journey: JourneyRow, fact: Fact) -> None:
        def record(session: Session) -> list[RecordedFact]:
            recipient = Recipient(journey.customer_id, journey.id, journey.version)
            return inbox.record(session, [NewFact(recipient, to_json(fact), "scenario")], fact.at)

        if any(recorded.new for recorded in await self.store.write(record)):
            await journey_client.nudge(journey.id)

    async def _pass_time(self, clock: JourneyClock, until: float) -> None:
        now = (await self.server.get_current_time()).timestamp()
        ahead = clock.wall_epoch + (until - clock.journey_epoch) - now
        if ahead > 0:
            await self.server.sleep(ahead)

    async def _settle(self, journey: JourneyRow, until: Instant) -> None:
        """Wait until the journey has done everything that is due up to an instant."""
        patience, clock = _GIVE_UP, -1
        while True:
            async with self.store.reading() as session:
                row = await journeys.get(session, journey.id)
                waiting = await facts.pending(session, 1)
            if row.revision and not waiting and (row.wake_at is None or row.wake_at > until):
                return
            patience = patience - _ASK_EVERY if row.clock == clock else _GIVE_UP
            clock = row.clock
            if patience <= 0:
                raise NoProgressError(self.scenario.name, clock)
            await asyncio.sleep(_ASK_EVERY)
