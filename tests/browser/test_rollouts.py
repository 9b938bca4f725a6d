"""The pages of versions and rollouts in a browser, in all their looks."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from milepost.intake import rollouts
from milepost.intake.rollouts import Pace, Reason
from milepost.store.rollouts import MovePolicy
from tests.browser.looks import complaints
from tests.web.conftest import World
from tests.web.example import ANA, FILES
from tests.web.test_rollout_pages import begun, current, take
from tests.workflows import example as workflows

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_versions_and_rollouts_are_accessible_and_whole(window: Page, world: World) -> None:
    row = await begun(world)
    await window.goto(f"/ops/rollouts/{row.number}")
    await expect(window.get_by_role("heading", name="The rollout goes on")).to_be_visible()
    found = await complaints(window, "a rollout that goes on")
    await take(world, row)
    await window.goto("/ops/maps/pilot/versions")
    await expect(window.get_by_role("progressbar")).to_be_visible()
    found += await complaints(window, "versions")
    await window.goto(f"/ops/rollouts/{row.number}/back")
    await window.get_by_label("Why").fill("Two days it is")
    found += await complaints(window, "taking a rollout back")
    await window.get_by_role("button", name="Move them back").click()
    await expect(window.get_by_role("heading", name="Rollout 2")).to_be_visible()
    await rollouts.cancel(world.intake.context, 2)

    await world.tell(set={"health": 30})
    await world.publish({**FILES, "map.yaml": workflows.CIRCLE.replace("kickoff", "first_call")})
    pace, reason = Pace(5, 60), Reason(ANA, "A map that goes round and round, to see who can't be moved to it")
    stuck = await rollouts.start(world.intake.context, await current(world), MovePolicy.NOW, pace, reason)
    await take(world, stuck)
    await window.goto(f"/ops/rollouts/{stuck.number}")
    await expect(window.get_by_role("heading", name="Who could not be moved")).to_be_visible()
    found += await complaints(window, "a rollout with somebody stuck")

    assert found == []
