"""Undoing a fact gives what the rows would say if it had never been told, for every valid map and any facts."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from milepost.customer import Customer
from milepost.intake.intake import Intake
from milepost.intake.undo_errors import FellDueError, MessageLeftError, NotUndoableError
from milepost.planner.clock import REAL_TIME
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact, MailSwitched, to_json
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import customers, journeys, maps
from milepost.store.database import open_store
from milepost.store.schema_upgrade import upgrade
from tests.inbox import put
from tests.intake.conftest import Hands
from tests.intake.undo_desk import Desk
from tests.planner.generated import DAY, START, compiled_maps, facts_for
from tests.planner.generated import customers as any_customers

EVERY = 20  # seconds between two clicks
AT_ONCE = 6
"""Clicks within one grace."""


class Life:
    """One journey in a database of its own."""

    def __init__(self, database: Path, compiled_map: CompiledMap, customer: Customer) -> None:
        self._url = f"sqlite:///{database}"
        self._compiled_map = compiled_map
        self._customer = customer

    async def live(
        self, earlier: Sequence[Fact], clicks: Sequence[Fact], at: Instant, told: Sequence[bool], undone: Fact | None
    ) -> dict[str, Any]:
        """Takes in what came earlier at once, and the clicks that were `told` one by one, then undoes one."""
        async with open_store(self._url, durable=False) as store:
            wall = Hands()
            intake = Intake(store, None, REAL_TIME, wall=wall)
            desk = Desk(intake, wall)
            async with store.transaction() as session:
                files = {"map.yaml": "generated"}
                version = (await maps.publish(session, "generated", "Generated", files, START)).version.hash
                intake.context.compiled_maps.add(replace_version(self._compiled_map, version), files)
                await customers.save(session, [self._customer], START)
                await journeys.begin(session, State.begin(self._customer, "generated", version, START))
                for fact in earlier:
                    await put(session, "acme", to_json(fact), fact.at)
            wall.at = at
            await desk.advance()
            taken: set[str] = set()  # whoever clicks after the end is told so, and there is nothing to undo
            for click, is_told in zip(clicks, told, strict=True):
                wall.at += EVERY
                if is_told:
                    async with store.transaction() as session:
                        if await journeys.open_of(session, "acme") is not None:
                            await put(session, "acme", to_json(click), int(wall.at), source="desk")
                            taken.add(click.id)
                await desk.advance(1)
            if undone is not None and undone.id in taken:
                await desk.undo(undone.id)
            else:
                await desk.advance()
            return await desk.picture()


def replace_version(compiled_map: CompiledMap, version: str) -> CompiledMap:
    return CompiledMap.of(compiled_map.map, version, {})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("undo") / "template.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@given(st.data())
@settings(max_examples=100, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_what_was_undone_leaves_no_trace(template: Path, data: Any) -> None:
    compiled_map, drawn = data.draw(compiled_maps), data.draw(any_customers)
    customer = drawn.having(attributes={name: value for name, value in drawn.attributes.items() if value is not None})
    # A switch of mail is told of by the advance alone, which would turn it back at once.
    facts = [fact for fact in data.draw(facts_for(compiled_map)) if not isinstance(fact, MailSwitched)]
    clicks = facts[-AT_ONCE:]
    if not clicks:
        return
    earlier = facts[: -len(clicks)]
    at = START + data.draw(st.integers(0, 60 * DAY))
    earlier = [fact for fact in earlier if fact.at <= at]
    slip = data.draw(st.integers(0, len(clicks) - 1))
    folder = template.parent

    def live(told: Sequence[bool], undone: Fact | None) -> dict[str, Any]:
        database = folder / "life.db"
        for left in folder.glob("life.db*"):
            left.unlink()
        shutil.copy(template, database)
        return asyncio.run(Life(database, compiled_map, customer).live(earlier, clicks, at, told, undone))

    never = live([place != slip for place in range(len(clicks))], None)
    try:
        undone = live([True] * len(clicks), clicks[slip])
    except (MessageLeftError, FellDueError, NotUndoableError):
        return
    for part in never:
        assert undone[part] == never[part], part
