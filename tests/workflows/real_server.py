"""Temporal's development server, in real time, with journeys that live a few days a second."""

from __future__ import annotations

import sqlite3
import sysconfig
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from milepost.intake import rollouts
from milepost.intake.enrolment import Enrolment
from milepost.intake.intake import Intake
from milepost.intake.rollouts import Pace, Reason
from milepost.planner import facts as planner_facts
from milepost.planner.clock import JourneyClock
from milepost.store import clock, customers, facts, journeys, maps, timeline
from milepost.store.database import Store, open_store
from milepost.store.rollouts import MovePolicy
from milepost.wire.search_attributes import ALL
from tests.simulation import simulate
from tests.workflows.example import CUSTOMER, FILES, START
from tests.workflows.rig import eventually

DAYS_A_SECOND = 10
LOCKED = 27.0  # seconds at a quarter of a day a second: over two due times, and until workflow tasks beat


@asynccontextmanager
async def real_client() -> AsyncIterator[Client]:
    """A client of a server of its own."""
    server = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        search_attributes=ALL,
        dev_server_existing_path=str(Path(sysconfig.get_path("scripts")) / "temporal"),
        dev_server_log_level="never",
    )
    async with server:
        yield server.client


@asynccontextmanager
async def intake_at(url: str, client: Client | None, days_a_second: float = DAYS_A_SECOND) -> AsyncIterator[Intake]:
    """An intake over a store in which the example's map is published, and journey time runs that fast."""
    async with open_store(url) as store:
        journey_clock = JourneyClock(time.time(), START, days_a_second * 86_400.0)
        async with store.transaction() as session:
            await clock.write(session, journey_clock)
            await maps.publish(session, "pilot", "Pilot customers", FILES, START)
            await customers.save(session, [CUSTOMER], START)
        yield Intake(store, client, journey_clock)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Holds SQLite's write lock, as a backup or a long report would."""
    with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def enrolled(intake: Intake, customer: str = CUSTOMER.id) -> str:
    enrolment = await intake.enrol(customer)
    assert isinstance(enrolment, Enrolment)
    assert enrolment.started
    return enrolment.journey


async def rolled_out(intake: Intake, ids: Sequence[str], pace: Pace) -> int:
    """Begins journeys of these customers, publishes another version, and starts to roll it out; returns its number."""
    store = intake.context.store
    async with store.transaction() as session:
        await customers.save(session, [CUSTOMER.having(id=each) for each in ids], START)
    for each in ids:
        journey = await enrolled(intake, each)
        await eventually(has(intake, journey, "step_opened"))
    other = FILES | {"map.yaml": FILES["map.yaml"].replace("title: Kickoff call", "title: First call")}
    async with store.transaction() as session:
        version = (await maps.publish(session, "pilot", "Pilot customers", other, START)).version
    return (await rollouts.start(intake.context, version, MovePolicy.NOW, pace, Reason())).number


def has(intake: Intake, journey: str, kind: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return kind in [line["kind"] for line in await lines(intake.context.store, journey)]

    return ask


async def lines(store: Store, journey: str) -> list[dict[str, object]]:
    async with store.reading() as session:
        return [timeline.entry_of(row).to_json() for row in await timeline.of_journey(session, journey)]


async def simulated(intake: Intake, journey: str) -> list[dict[str, object]]:
    """What the planner alone makes of the same facts, up to where the journey has come."""
    async with intake.context.store.reading() as session:
        row = await journeys.get(session, journey)
        record = CUSTOMER.having(id=row.customer_id)
        known = [planner_facts.from_json(fact.data) for fact in await facts.of_customer(session, row.customer_id)]
    compiled_map = await intake.context.compiled_maps.of(row.version)
    run = simulate(compiled_map, record, row.started_at, known[::-1], row.clock)
    return [entry.to_json() for entry in run.timeline]
