"""A journey that moves to other versions in one late plan goes the way of one that was planned at every instant."""

from __future__ import annotations

import pytest

from milepost.planner.state import State
from milepost.planner.version_plan import plan_across_versions
from tests.conformance.catalogue import CONFORMANCE, name_of, scenario_of, timeline_of

MOVES = [file for file in CONFORMANCE if "map_changed:" in file.read_text()]


@pytest.mark.parametrize("file", MOVES, ids=name_of)
def test_one_late_plan_moves_at_the_instants_at_which_punctual_ones_do(file):
    scenario = scenario_of(file)
    state = State.begin(scenario.customer, scenario.compiled_map.map.map, scenario.compiled_map.version, scenario.start)

    late, _ = plan_across_versions(scenario.compiled_map, state, scenario.facts, scenario.until, scenario.versions.get)

    assert [entry.to_json() for entry in late.timeline] == [entry.to_json() for entry in timeline_of(file)]
    assert late.state.revision == 1
