from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from milepost.cli.temporal_runner import simulate_on
from milepost.planner.facts import AttributesSet, Ended, StepDone
from milepost.planner.timeline import Entry
from milepost.scenarios.scenario import Scenario, load_scenario

MAPS = Path(__file__).parents[2] / "maps"
LONG = MAPS / "enterprise-save-time/scenarios/early_and_renewed.yaml"


def scenario_of(path: Path) -> Scenario:
    loaded = load_scenario(path)
    assert loaded.scenario is not None, [str(problem) for problem in loaded.problems]
    return loaded.scenario


def planned(scenario: Scenario) -> list[Entry]:
    return [entry for plan in scenario.plans() for entry in plan.timeline]


async def test_the_lines_are_the_same_when_the_journey_continues_as_new_again_and_again(
    server: WorkflowEnvironment,
) -> None:
    scenario = scenario_of(LONG)

    assert await simulate_on(server, scenario, max_advances=4) == planned(scenario)


async def test_facts_that_come_after_the_end_are_ignored_by_both_and_change_the_record(
    server: WorkflowEnvironment,
) -> None:
    scenario = scenario_of(LONG)
    at = scenario.start + 86_400
    late = [StepDone(id=f"late-{n}", at=at + n * 86_400, step="handoff") for n in (1, 40, 41)]
    record = AttributesSet(id="record", at=at + 50 * 86_400, attributes={"health": 10})
    ended = replace(scenario, facts=(Ended(id="end", at=at, reason="sold"), *late, record), expect=(), never=())

    lines = await simulate_on(server, ended)

    assert lines == planned(ended)
    assert [entry.kind for entry in lines].count("fact_ignored") == 3


async def test_a_fact_and_a_timer_at_one_instant_come_in_the_same_order(server: WorkflowEnvironment) -> None:
    scenario = scenario_of(LONG)
    due = next(entry.at for entry in planned(replace(scenario, facts=())) if entry.kind == "step_overdue")
    told = AttributesSet(id="at-once", at=due, attributes={"health": 10})
    together = replace(scenario, facts=(told,), until=due + 86_400)

    lines = await simulate_on(server, together)

    assert lines == planned(together)
    assert {entry.kind for entry in lines if entry.at == due} >= {"play_started", "step_overdue"}
