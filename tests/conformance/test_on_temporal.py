"""The same scenarios through the real workflow, worker, activities and store, on a server that skips time."""

from __future__ import annotations

import pytest

from milepost.cli.temporal_runner import simulate_on
from tests.conformance.catalogue import CONFORMANCE, SHIPPED, name_of, scenario_of, timeline_of


def each_folder_on_a_worker(files):
    """Each scenario as a parameter; those of one folder stay together, so that `pytest -n` can spread the folders."""
    return [
        pytest.param(file, id=name_of(file), marks=pytest.mark.xdist_group(name_of(file).partition("/")[0]))
        for file in files
    ]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("file", each_folder_on_a_worker([*CONFORMANCE, *SHIPPED]))
async def test_production_writes_the_timeline_that_the_planner_makes(server, file):
    real = await simulate_on(server, scenario_of(file))
    assert [entry.to_json() for entry in real] == [entry.to_json() for entry in timeline_of(file)]
