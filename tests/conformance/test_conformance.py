"""The rules of the map language, one small scenario after the other: expected by hand, held on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.engine_temporal import simulate_on, time_skipping_server
from commands.engines import run_on_planner
from journeys.judging import judge
from journeys.scenario import load_scenario

HERE = Path(__file__).parent
SCENARIOS = sorted(HERE.glob("*/*.yaml"))


def scenario_of(file):
    loaded = load_scenario(file)
    assert loaded.scenario is not None, "\n".join(map(str, loaded.problems))
    return loaded.scenario


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_journey_does_what_the_rules_say(file):
    scenario = scenario_of(file)
    verdict = judge(scenario.expect, scenario.never, run_on_planner(scenario))
    assert verdict.passed, verdict


@pytest.mark.timeout(300)
async def test_the_real_workflow_prints_the_same_lines():
    differing = []
    async with time_skipping_server() as server:
        for file in SCENARIOS:
            scenario = scenario_of(file)
            real = [entry.to_json() for entry in await simulate_on(server, scenario)]
            if real != [entry.to_json() for entry in run_on_planner(scenario)]:
                differing.append(f"{file.parent.name}/{file.stem}")
    assert not differing
