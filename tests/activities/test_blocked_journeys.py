"""A journey that cannot be planned says so where people look, until it can be."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from unittest.mock import Mock

import pytest
from sqlalchemy.exc import OperationalError

from activities.journey import JourneyActivities
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import AttributesSet, Ended, Fact, MapChanged, StepDone, to_json
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import customers, facts, journeys, maps, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import JourneyRow
from milepost.wire.activities import Advanced, AdvanceOrder
from tests.inbox import put
from tests.workflows.example import CHART, CIRCLE, CUSTOMER, FILES, START, compiled_map_of

LOW = AttributesSet(id="low", at=START + 60, attributes={"health": 20})
DONE = StepDone(id="done", at=START + 90, step="kickoff")


class Journey:
    """Acme's journey, advanced as its workflow would."""

    def __init__(self, store: Store, version: str, compiled_maps: CompiledMaps) -> None:
        self.store = store
        self.version = version
        self.compiled_maps = compiled_maps
        self.activities = JourneyActivities(store, compiled_maps)

    @staticmethod
    async def begin(store: Store, files: dict[str, str]) -> Journey:
        async with store.transaction() as session:
            version = (await maps.publish(session, "pilot", "Pilot", files, START)).version.hash
            await customers.save(session, [CUSTOMER], START)
            await journeys.begin(session, State.begin(CUSTOMER, "pilot", version, START))
        return Journey(store, version, CompiledMaps(store))

    async def tell(self, *facts: Fact) -> None:
        """Put facts into the inbox."""
        async with self.store.transaction() as session:
            for fact in facts:
                await put(session, "acme", to_json(fact), fact.at)

    async def advance(self, now: Instant) -> Advanced:
        return await self.activities.advance(AdvanceOrder("acme/1", (await self.row()).revision + 1, now))

    async def row(self) -> JourneyRow:
        async with self.store.reading() as session:
            return await journeys.get(session, "acme/1")


async def test_what_fails_and_since_when_stands_in_the_row_until_it_succeeds(store: Store) -> None:
    journey = await Journey.begin(store, {"map.yaml": CIRCLE})
    await journey.advance(START)
    await journey.tell(LOW, DONE)
    for now in (START + 90, START + 300):
        assert (await journey.advance(now)).blocked

    row = await journey.row()
    assert (row.blocked_since, row.revision) == (START + 90, 1)
    assert row.blocked_why is not None
    assert row.blocked_why.startswith("EndlessMapError: map 'pilot' goes round in a circle")
    async with store.reading() as session:
        assert [fact.status for fact in await facts.of_customer(session, "acme")] == ["pending", "pending"]
    mended = {"map.yaml": CIRCLE.replace("    then: {go_to: start}\n", "")}
    journey.compiled_maps.add(replace(compiled_map_of(mended), version=journey.version), mended)
    await journey.advance(START + 400)
    row = await journey.row()
    assert (row.blocked_since, row.blocked_why, row.revision) == (None, None, 2)


async def test_a_move_to_a_mended_version_frees_a_blocked_journey(store: Store) -> None:
    journey = await Journey.begin(store, {"map.yaml": CIRCLE})
    await journey.advance(START)
    await journey.tell(LOW, DONE)
    assert (await journey.advance(START + 90)).blocked
    async with store.transaction() as session:
        mended = {"map.yaml": CIRCLE.replace("    then: {go_to: start}\n", "")}
        version = (await maps.publish(session, "pilot", "Pilot", mended, START + 200)).version.hash
    await journey.tell(MapChanged(id="moved", at=START + 200, version=version))

    assert not (await journey.advance(START + 200)).blocked

    row = await journey.row()
    assert (row.blocked_since, row.version, row.status) == (None, version, "ended")
    async with store.reading() as session:
        lines = [(entry.kind, entry.at) for entry in await timeline.of_journey(session, "acme/1")]
        taken = {fact.id: (fact.status, fact.at) for fact in await facts.of_customer(session, "acme")}
    assert ("map_changed", START) in lines
    assert lines[-1] == ("journey_ended", START + 90)
    assert taken["moved"] == ("delivered", START)


async def test_a_blocked_journey_can_be_ended(store: Store) -> None:
    journey = await Journey.begin(store, {"map.yaml": CIRCLE})
    await journey.advance(START)
    await journey.tell(LOW, DONE, Ended(id="over", at=START + 200, reason="left"))
    await journey.advance(START + 200)

    row = await journey.row()
    assert (row.blocked_since, row.status, row.reason) == (None, "ended", "left")


async def test_a_journey_on_a_version_that_cannot_be_read_goes_on_once_it_can(store: Store) -> None:
    files = {**FILES, "map.yaml": "map: pilot\nwritten_by: a later Milepost\n"}
    journey = await Journey.begin(store, files)
    assert (await journey.advance(START + 5)).blocked
    row = await journey.row()
    assert (row.blocked_since, row.revision) == (START + 5, 0)

    journey.compiled_maps.add(CompiledMap.of(CHART.map, journey.version), files)
    await journey.advance(START + 10)
    assert (await journey.row()).blocked_since is None


async def test_a_database_that_does_not_answer_blocks_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    journey = await Journey.begin(store, {"map.yaml": CIRCLE})
    away = OperationalError("SELECT", None, sqlite3.OperationalError("database is locked"))
    with monkeypatch.context() as patch:
        patch.setattr(journeys, "lock", Mock(side_effect=away))
        with pytest.raises(OperationalError):
            await journey.advance(START)

    assert (await journey.row()).blocked_since is None
