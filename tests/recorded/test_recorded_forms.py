"""What was recorded can be loaded: states, facts and timeline entries are written again as they were."""

from __future__ import annotations

import pytest

from milepost.planner import timeline
from milepost.planner.facts import from_json, to_json
from milepost.planner.state import State
from tests.recorded.documents import difference, names, recorded

TIMELINES = [name for name in names() if name.endswith(".jsonl")]
JOURNEYS = [name.removesuffix("l") for name in TIMELINES]


def states_of(name):
    return list(recorded(name)["states"].values())


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_recorded_state_can_be_loaded_and_is_written_the_same(name):
    states = states_of(name)
    assert not difference(name, states, [State.from_json(state).to_json() for state in states])


@pytest.mark.parametrize("name", JOURNEYS)
def test_recorded_facts_can_be_loaded_and_are_written_the_same(name):
    facts = recorded(name)["facts"]
    assert not difference(name, facts, [to_json(from_json(fact)) for fact in facts])


@pytest.mark.parametrize("name", TIMELINES)
def test_a_recorded_timeline_can_be_loaded_and_is_written_the_same(name):
    entries = recorded(name)
    assert not difference(name, entries, [timeline.from_json(entry).to_json() for entry in entries])
