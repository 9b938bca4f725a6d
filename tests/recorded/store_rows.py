"""Documents of what the store holds after a scenario was lived through by the worker's own activity.

The tables are read as plain SQL, so that they say what lies in the database, whatever the code calls it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from activities.journey import JourneyActivities
from milepost.planner.facts import Fact, to_json
from milepost.planner.instants import Instant, text
from milepost.planner.state import State
from milepost.scenarios.scenario import Scenario
from milepost.store import customers, journeys, maps
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store, open_store
from milepost.store.schema_upgrade import upgrade
from milepost.wire.activities import AdvanceOrder
from tests.inbox import put
from tests.recorded.normal import normal
from tests.recorded.planner_runs import run
from tests.recorded.scenarios import files, scenario_of

TABLES = (
    "answers",
    "contacts",
    "customers",
    "event_counts",
    "facts",
    "journeys",
    "messages",
    "open_plays",
    "open_stages",
    "outcomes",
    "tasks",
)
ORDERED = {
    "contacts": "customer_id, position",
    "customers": "id",  # a book's customers are saved at once, in any order
    "journeys": "id",
    "open_plays": "journey_id, position",
    "open_stages": "journey_id, position",
}
JSON_COLUMNS = frozenset(
    {"attributes", "data", "invite", "metric", "personas", "results", "state", "steps", "team", "templates", "value"}
)  # a column of one of these names holds JSON in every table
FOR_LISTS = frozenset({"address_key", "held_messages", "latest_journey", "sort_key", "urgency"})
"""Columns that say again, for lists, what other columns say."""
SHIPPED = (
    "shipped/enterprise-save-time/disputed_hours",
    "shipped/enterprise-save-time/paused",
    "shipped/midmarket-make-money/complaint",
    "shipped/midmarket-make-money/prompt_customer",
    "shipped/small-business-save-money/early_and_renewed",
    "shipped/small-business-save-money/product_verified",
)
AS_PLANNED = "as the planner's"


def documents() -> dict[str, Any]:
    """For each conformance scenario, and two of each shipped map, the rows of all tables that journeys write to."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        asyncio.run(upgrade(f"sqlite:///{template}"))
        return {
            f"{name}.json": normal(_lived(file, template, Path(folder) / "milepost.db"))
            for name, file in files().items()
            if name.startswith(("conformance/", *SHIPPED))
        }


def _lived(file: Path, template: Path, database: Path) -> dict[str, Any]:
    shutil.copy(template, database)
    scenario = scenario_of(file)
    asyncio.run(_live(scenario, f"sqlite:///{database}"))
    states, timeline = run(file)
    rows = rows_of(database)
    told = [
        {"at": text(row["at"]), "kind": row["kind"], **row["data"]}
        for row in rows_of(database, ("timeline",))["timeline"]
    ]
    (journey,) = rows["journeys"]
    if {**journey["state"], "revision": 0} == {**states[-1], "revision": 0}:
        journey["state"] = AS_PLANNED
    return {**rows, "timeline": AS_PLANNED if told == timeline else told}


async def _live(scenario: Scenario, url: str) -> None:
    store = open_store(url)
    try:
        await _Life(store, scenario).live()
    finally:
        await store.close()


class _Life:
    """One scenario, lived through on a store: the state goes through JSON between any two plans."""

    def __init__(self, store: Store, scenario: Scenario) -> None:
        self._store = store
        self._scenario = scenario
        self._charts = CompiledMaps(store)
        self._worker = JourneyActivities(store, self._charts)

    async def live(self) -> None:
        journey = await self._begin()
        told = sorted(self._scenario.facts, key=lambda fact: fact.at)
        now: Instant | None = self._scenario.start
        while now is not None and now <= self._scenario.until:
            taken = [fact for fact in told if fact.at <= now]
            told = told[len(taken) :]
            wake = await self._advance(journey, taken, now)
            ahead = [at for at in (wake, told[0].at if told else None) if at is not None]
            now = min(ahead, default=None)

    async def _begin(self) -> str:
        scenario, start = self._scenario, self._scenario.start
        versions = {scenario.compiled_map.version: (scenario.compiled_map, scenario.files)}
        for version, compiled_map in scenario.versions.items():
            versions[version] = (compiled_map, scenario.version_files[version])
        state = State.begin(scenario.customer, scenario.compiled_map.map.map, scenario.compiled_map.version, start)
        async with self._store.transaction() as session:
            for compiled_map, texts in versions.values():
                self._charts.add(compiled_map, texts)
                await maps.publish(
                    session, compiled_map.map.map, compiled_map.map.title, dict(texts), start, by=None, why=None
                )
            await customers.save(session, [scenario.customer], start)
            return (await journeys.begin(session, state)).id

    async def _advance(self, journey: str, taken: list[Fact], now: Instant) -> Instant | None:
        customer = self._scenario.customer.id
        async with self._store.transaction() as session:
            for fact in taken:
                await put(session, customer, to_json(fact), fact.at, source="scenario", journey=journey)
            row = await journeys.get(session, journey)
        advanced = await self._worker.advance(AdvanceOrder(journey, row.revision + 1, now))
        return None if advanced.ended else advanced.wake_at


def rows_of(database: Path, tables: tuple[str, ...] = TABLES) -> dict[str, list[dict[str, Any]]]:
    """All rows of some tables, in the order in which they were written, or of their positions; JSON is read."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        orders = {table: ORDERED.get(table, "rowid") for table in tables}
        found = {table: list(connection.execute(f"SELECT * FROM {table} ORDER BY {orders[table]}")) for table in tables}
    return {table: [_plain(row) for row in rows] for table, rows in found.items() if rows}


def _plain(row: sqlite3.Row) -> dict[str, Any]:
    values: Mapping[str, Any] = {key: row[key] for key in row.keys()}  # noqa: SIM118 - a row's iterator is its values
    return {
        key: json.loads(value) if key in JSON_COLUMNS and isinstance(value, str) else value
        for key, value in values.items()
        if value is not None and key not in FOR_LISTS
    }
