"""Moving a journey to any other version, whatever both say of the same ids: it goes on, and loses nothing silently."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.planner.compiled_map import CompiledMap
from milepost.planner.expected_timers import timer_index_of
from milepost.planner.facts import MapChanged
from milepost.planner.plan import plan
from milepost.planner.simulation import steps
from milepost.planner.state import State
from tests.planner.generated import DAY, START, compiled_maps, customers, facts_for
from tests.simulation import simulate

UNTIL = START + 260 * DAY
generous = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def a_move(draw):
    """A journey on one map that is told, at some time, to go on with another; the ids of both are much the same."""
    old, drawn = draw(compiled_maps), draw(compiled_maps)
    new = CompiledMap.of(drawn.map, "v2")
    at = START + draw(st.integers(0, 120)) * DAY + draw(st.integers(0, DAY))
    facts = [*draw(facts_for(old)), *draw(facts_for(new))]
    unique = [fact for number, fact in enumerate(facts) if number == 0 or fact.id not in {f.id for f in facts[:number]}]
    in_order = sorted([*unique, MapChanged(id="moved", at=at, version="v2")], key=lambda fact: fact.at)
    return old, new, draw(customers), in_order


@given(st.data())
@generous
def test_a_journey_goes_on_after_any_move(data):
    old, new, customer, facts = a_move(data.draw)
    run = simulate(old, customer, START, facts, UNTIL, versions={"v2": new})
    instants = [entry.at for entry in run.timeline]
    assert instants == sorted(instants)
    gone = [record for step, record in run.state.steps.items() if step not in new.steps]
    assert run.state.version == "v1" or all(record.status == "waiting" and not record.timers for record in gone)
    assert State.from_json(json.loads(json.dumps(run.state.to_json()))) == run.state
    again = plan(new if run.state.version == "v2" else old, run.state, (), UNTIL + 200 * DAY)
    assert again.state.clock == UNTIL + 200 * DAY


@given(st.data())
@generous
def test_what_a_state_carries_of_the_time_ahead_is_what_its_records_say(data):
    """Kept from plan to plan, it would go wrong where a record is changed without a word to the turn."""
    old, new, customer, facts = a_move(data.draw)
    state = State.begin(customer, old.map.map, "v1", START)
    for made in steps(old, state, facts, UNTIL, {"v2": new}):
        assert made.state.timer_index is not None
        told_anew = timer_index_of(made.state)
        assert made.state.timer_index.timers == told_anew.timers
        assert made.state.timer_index.soonest == told_anew.soonest
        assert made.state.timer_index.wake == made.wake_at
