"""Moving a journey to any other version, whatever both say of the same ids: it goes on, and loses nothing silently."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.language.model import Map
from milepost.planner.commands import RenameStep
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.expected_timers import timer_index_of
from milepost.planner.facts import MapChanged
from milepost.planner.plan import plan
from milepost.planner.simulation import steps
from milepost.planner.state import State
from milepost.planner.timeline import FactIgnored
from milepost.planner.timeline import MapChanged as MapChangedEntry
from tests.planner.generated import DAY, START, compiled_maps, customers, facts_for, maps
from tests.simulation import simulate

UNTIL = START + 260 * DAY
generous = settings(max_examples=60, suppress_health_check=list(HealthCheck))


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
    gone = [record for step, record in run.state.steps.items() if step not in {*new.steps, *run.state.added}]
    assert run.state.version == "v1" or not any(record.is_open or record.timers for record in gone)
    assert State.from_json(json.loads(json.dumps(run.state.to_json()))) == run.state
    again = plan(new if run.state.version == "v2" else old, run.state, (), UNTIL + 200 * DAY)
    assert again.state.clock == UNTIL + 200 * DAY


@given(st.data())
@generous
def test_a_move_to_the_same_content_changes_nothing(data):
    """Not then and not later: but for its own line, everything is as if there had been no move."""
    data_of_map = data.draw(maps())
    old, customer = compiled(data_of_map, "v1"), data.draw(customers)
    facts = data.draw(facts_for(old))
    moves = [
        MapChanged(id=f"moved-{number}", at=at, version=f"v{number}")
        for number, at in enumerate(sorted(data.draw(moments(facts))), 2)
    ]
    versions = {move.version: compiled(with_other_titles(data_of_map), move.version) for move in moves}
    unmoved, moved = life(old, customer, facts, {}), life(old, customer, [*facts, *moves], versions)
    assert moved.timeline == unmoved.timeline
    assert moved.commands == unmoved.commands
    assert moved.state == unmoved.state
    for at, wake_at in moved.wakes.items():
        assert wake_at == unmoved.wakes[max(each for each in unmoved.wakes if each <= at)]


@given(st.data())
@generous
def test_a_move_that_only_renames_changes_names_alone(data):
    """Everything goes on under its new id, and facts by the old one count."""
    data_of_map = data.draw(maps())
    old, customer = compiled(data_of_map, "v1"), data.draw(customers)
    facts = data.draw(facts_for(old))
    move = MapChanged(id="moved", at=data.draw(moments(facts))[0], version="v2")
    versions = {"v2": compiled(with_other_ids(data_of_map), "v2")}
    unmoved, moved = life(old, customer, facts, {}), life(old, customer, [*facts, move], versions)
    commands = [command for command in moved.commands if not isinstance(command, RenameStep)]
    assert with_old_ids(moved.timeline) == with_old_ids(unmoved.timeline)
    assert with_old_ids(commands) == with_old_ids(unmoved.commands)
    written = {key: value for key, value in moved.state.items() if key != "renamed"}
    assert json.loads(with_old_ids(json.dumps(written, default=str))) == json.loads(
        json.dumps(unmoved.state, default=str)
    )


IDS = re.compile(r"\b(?:[sp]\d|care)(?:_\d)?\b|\brenewal\b|\btalk\b")


def with_other_ids(data_of_map):
    """The same content, each stage, play and step under another id."""
    text = IDS.sub(lambda match: f"{match[0]}_x", json.dumps(data_of_map))
    return with_was(json.loads(text))


def with_was(part):
    if isinstance(part, list):
        return [with_was(each) for each in part]
    if not isinstance(part, dict):
        return part
    ids = [part[kind] for kind in ("stage", "play", "touchpoint", "action", "outcome") if kind in part]
    is_named = ids and part.keys() & {"title", "statement"} and "map" not in part
    own = {"was": ids[0].removesuffix("_x")} if is_named else {}
    return {name: with_was(value) for name, value in part.items()} | own


def with_old_ids(written):
    return str(written).replace("_x", "")


def compiled(data_of_map, version):
    return CompiledMap.of(Map.model_validate(data_of_map), version)


def with_other_titles(data_of_map):
    """The same content, for whatever a journey does."""
    stages = [{**stage, "title": "Another title"} for stage in data_of_map["stages"]]
    return {**data_of_map, "title": "Another", "hypothesis": "Another.", "stages": stages}


def moments(facts):
    """When the journey is moved: at any time, or at the very instant of a fact or just after it."""
    near = st.sampled_from([START, *(fact.at for fact in facts)]).flatmap(lambda at: st.integers(at, at + 1))
    return st.lists(st.one_of(st.integers(START, UNTIL), near), min_size=1, max_size=3, unique=True)


@dataclass(frozen=True)
class Life:
    """Everything that came of a journey; `wakes` are the wake-ups by the instant at which they were worked out."""

    timeline: list
    commands: list
    state: dict
    wakes: dict


def is_of_a_move(entry):
    """Made, or ignored because the journey had ended."""
    return isinstance(entry, MapChangedEntry) or (isinstance(entry, FactIgnored) and entry.fact == "map_changed")


def life(compiled_map, customer, facts, versions):
    timeline, commands, wakes, state = [], [], {}, State.begin(customer, compiled_map.map.map, "v1", START)
    reported = []
    for made in steps(compiled_map, state, facts, UNTIL, versions):
        reported += made.timeline
        timeline += [entry for entry in made.timeline if not is_of_a_move(entry)]
        commands += made.commands
        wakes[made.state.clock] = made.wake_at
        state = made.state
    written = {key: value for key, value in state.to_json().items() if key not in ("version", "revision", "entries")}
    written["customer"] = state.customer
    written["touched_entry"] = None if state.touched_entry is None else reported[state.touched_entry]
    return Life(timeline, commands, written | {"clock": None}, wakes)


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
