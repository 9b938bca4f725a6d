"""The planner alone and the real workflow, worker, activities and store print the same lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.cli.runners import run_on_planner
from milepost.cli.temporal_runner import simulate_on, time_skipping_server
from milepost.scenarios.expectations import judge
from milepost.scenarios.scenario import load_scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "maps").glob("*/scenarios/*.yaml"))


def scenario_of(file):
    loaded = load_scenario(file)
    assert loaded.scenario is not None, loaded.problems
    return loaded.scenario


def test_every_shipped_map_has_scenarios():
    assert {file.parent.parent.name for file in SCENARIOS} == {
        file.parent.name for file in (ROOT / "maps").glob("*/map.yaml")
    }


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.parent.name}/{file.stem}")
def test_a_shipped_scenario_passes(file):
    scenario = scenario_of(file)
    verdict = judge(scenario.expect, scenario.never, run_on_planner(scenario))
    assert verdict.passed, verdict


@pytest.mark.parametrize("name", sorted({file.parent.parent.name for file in SCENARIOS}))
async def test_both_engines_print_the_same_timeline_of_every_shipped_scenario(name):
    async with time_skipping_server() as server:
        for file in [file for file in SCENARIOS if file.parent.parent.name == name]:
            scenario = scenario_of(file)
            real = await simulate_on(server, scenario)
            assert [entry.to_json() for entry in real] == [entry.to_json() for entry in run_on_planner(scenario)], file
