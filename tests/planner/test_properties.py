"""Properties that hold for every valid map, every customer and any facts in any order."""

from __future__ import annotations

import json
from dataclasses import fields

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.planner.enums import MessageReason
from milepost.planner.facts import Ended
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import MessageDropped, MessageHeld, MessageSent
from tests.planner.generated import DAY, START, compiled_maps, customers, facts_for
from tests.simulation import simulate

UNTIL = START + 260 * DAY
generous = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def lines(timeline):
    return [json.dumps(entry.to_json(), sort_keys=True) for entry in timeline]


@given(st.data())
@generous
def test_no_valid_map_makes_the_planner_fail_and_time_never_runs_backwards(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    run = simulate(compiled_map, customer, START, data.draw(facts_for(compiled_map)), UNTIL)
    instants = [entry.at for entry in run.timeline]
    assert instants == sorted(instants)
    assert instants[0] == START
    assert instants[-1] <= UNTIL


@given(st.data())
@generous
def test_the_same_input_gives_the_same_plan_and_leaves_the_given_state_alone(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    facts = data.draw(facts_for(compiled_map))
    middle = simulate(compiled_map, customer, START, facts[:5], START + 40 * DAY).state
    before = json.dumps(middle.to_json())
    first = plan(compiled_map, middle, facts[5:], UNTIL)
    second = plan(compiled_map, middle, facts[5:], UNTIL)
    assert lines(first.timeline) == lines(second.timeline)
    assert first.state.to_json() == second.state.to_json()
    assert json.dumps(middle.to_json()) == before


@given(st.data())
@generous
def test_a_state_survives_json(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    state = simulate(compiled_map, customer, START, data.draw(facts_for(compiled_map)), START + 90 * DAY).state
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


@given(st.data())
@generous
def test_splitting_a_run_anywhere_and_resuming_gives_the_same_timeline(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    facts = data.draw(facts_for(compiled_map))
    whole = simulate(compiled_map, customer, START, facts, UNTIL)
    state, timeline = State.begin(customer, "generated", "v1", START), []
    stops = sorted({START, *data.draw(st.lists(st.integers(START, UNTIL), max_size=6)), UNTIL})
    for stop in stops:
        due = [fact for fact in facts if fact.at <= stop]
        facts = facts[len(due) :]
        step = plan(compiled_map, State.from_json(json.loads(json.dumps(state.to_json()))), due, stop)
        state = step.state
        timeline += step.timeline
    assert lines(timeline) == lines(whole.timeline)


@given(st.data())
@generous
def test_ended_stays_ended_and_leaves_nothing_open(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    facts = data.draw(facts_for(compiled_map))
    ended = plan(
        compiled_map,
        simulate(compiled_map, customer, START, facts, UNTIL).state,
        [Ended(id="end", at=UNTIL, reason="left")],
        UNTIL,
    )
    assert ended.state.status == "ended"
    assert ended.wake_at is None
    assert not ended.state.queue
    assert not any(step.is_open for step in ended.state.steps.values())
    later = plan(
        compiled_map,
        ended.state,
        [type(fact)(**{**_fields(fact), "id": f"again-{fact.id}"}) for fact in facts],
        UNTIL + DAY,
    )
    assert {entry.kind for entry in later.timeline} <= {"fact_ignored", "note", "replied"}


def _fields(fact):
    return {field.name: getattr(fact, field.name) for field in fields(fact)}


@given(st.data())
@generous
def test_every_message_is_sent_once_or_dropped_once_or_still_waits_with_a_reason(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    run = simulate(compiled_map, customer, START, data.draw(facts_for(compiled_map)), UNTIL)
    gone = [entry.message for entry in run.timeline if isinstance(entry, MessageDropped | MessageSent)]
    assert len(gone) == len(set(gone))
    held = {entry.message for entry in run.timeline if isinstance(entry, MessageHeld)}
    for queued in run.state.queue:
        assert queued.why is not None
        assert str(queued.message) in held
        assert str(queued.message) not in gone


@given(st.data())
@generous
def test_no_contact_is_written_to_more_often_than_the_limit_allows(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    limit = compiled_map.map.contact_policy.limit
    run = simulate(compiled_map, customer, START, data.draw(facts_for(compiled_map)), UNTIL)
    of_people = (MessageReason.AGREEMENT, MessageReason.INVITATION)  # beside the limit: people have just agreed on it
    sent = [e for e in run.timeline if isinstance(e, MessageSent) and e.reason not in of_people]
    if limit is None:
        return
    period = limit.period.count * (7 if limit.period.unit == "week" else 1) * DAY - 2 * 3600
    for entry in sent:
        if compiled_map.steps[entry.step].essential:
            continue
        same = [e for e in sent if e.contact == entry.contact and entry.at - period < e.at <= entry.at]
        earlier = [e for e in same if sent.index(e) < sent.index(entry)]
        assert len(earlier) < limit.count


@given(st.data())
@generous
def test_whatever_is_open_says_since_when(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    state = simulate(compiled_map, customer, START, data.draw(facts_for(compiled_map)), START + 120 * DAY).state
    assert all(step.opened_at is not None for step in state.steps.values() if step.is_open)
    assert all(stage.opened_at is not None for stage in state.stages.values() if stage.status == "open")
    assert all(play.started_at is not None for play in state.plays.values() if play.status == "open")
