"""The same scenarios through the real workflow, worker, activities and store, on a server that skips time."""

from __future__ import annotations

import pytest

from milepost.cli.temporal_runner import simulate_on
from tests.conformance.catalogue import CONFORMANCE, SHIPPED, name_of, scenario_of, timeline_of


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("file", [*CONFORMANCE, *SHIPPED], ids=name_of)
async def test_production_writes_the_timeline_that_the_planner_makes(server, file):
    real = await simulate_on(server, scenario_of(file))
    assert [entry.to_json() for entry in real] == [entry.to_json() for entry in timeline_of(file)]
