"""Entering a journey in the middle: at the first stage it is a plain start, and what can't be is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_checks import check_entry, entry_problems
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.fact_errors import RefusedError
from milepost.planner.instants import parse
from milepost.planner.simulation import steps
from milepost.planner.state import State
from milepost.planner.timeline import PlayBlocked, PlayStarted, StageOpened
from milepost.planner.written_entry import WrittenEntry
from tests.planner.generated import DAY, START, compiled_maps, customers, facts_for
from tests.planner.test_fact_checks import MAP, map_of

NOON = parse("2026-03-02T12:00:00Z")
UNTIL = START + 200 * DAY


def life(compiled_map: CompiledMap, customer: Any, facts: Any, start: JourneyStart | None) -> list[Any]:
    state = State.begin(customer, compiled_map.map.map, compiled_map.version, START, start)
    again = State.from_json(state.to_json())
    assert again == state
    return [entry for plan in steps(compiled_map, again, facts, UNTIL, {}) for entry in plan.timeline]


@given(st.data())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_who_enters_at_the_first_stage_with_nothing_done_begins_plainly(data: Any) -> None:
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    facts = data.draw(facts_for(compiled_map))
    plain = life(compiled_map, customer, facts, None)
    at_the_start = [entry for entry in plain if entry.at == START]
    assume(not any(isinstance(entry, PlayStarted | PlayBlocked) for entry in at_the_start))
    opened = [entry.stage for entry in at_the_start if isinstance(entry, StageOpened)]
    assume(all(compiled_map.stages[stage].in_sequence for stage in opened))

    entered = life(compiled_map, customer, facts, JourneyStart(EntryPoint(next(iter(compiled_map.stages)))))

    assert entered[0].stage == next(iter(compiled_map.stages))
    assert entered[1:] == plain[1:]


@given(st.data())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_whoever_enters_anywhere_goes_on(data: Any) -> None:
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    sequence = [stage for stage, compiled in compiled_map.stages.items() if compiled.in_sequence]
    entry = EntryPoint(data.draw(st.sampled_from(sequence)), "2026-01-05", counts={"used": 2})
    done = life(compiled_map, customer, data.draw(facts_for(compiled_map)), JourneyStart(entry))
    instants = [each.at for each in done]
    assert instants == sorted(instants)


def entry(**fields: Any) -> EntryPoint:
    return WrittenEntry.model_validate({"stage": "one", **fields}).entry_point()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"stage": "onee"}, "Unknown stage 'onee'"),
        ({"since": "2026-03-03"}, "2026-03-03 is after the start"),
        ({"since": "2026-03-02T12:00:01+00:00"}, "after the start"),
        ({"done": {"tlak": "2026-03-01"}}, "Unknown step 'tlak'"),
        ({"done": {"talk": "2026-03-03"}}, "after the start"),
        ({"done": {"talk": {"at": "2026-03-01", "result": "goood"}}}, "Unknown result 'goood'"),
        ({"done": {"saved": "2026-03-01"}}, "'saved' is an outcome"),
        ({"outcomes": {"talk": {"verdict": "verified"}}}, "Unknown outcome 'talk'"),
        ({"outcomes": {"saved": {"verdict": "partial", "at": "2027-01-01"}}}, "after the start"),
        ({"counts": {"nothing_waits_for_this": 2}}, "Unknown event"),
    ],
    ids=str,
)
def test_an_entry_that_cannot_be_is_refused_with_the_reason(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        check_entry(map_of(MAP), entry(**fields), NOON)


def test_every_mistake_of_an_entry_is_found_at_once_with_its_place() -> None:
    wrong = entry(stage="onee", since="2027-01-01", done={"tlak": None, "talk": "2027-01-01"})
    assert [path for path, _ in entry_problems(map_of(MAP), wrong, NOON)] == [
        ("stage",), ("since",), ("done", "tlak"), ("done", "talk"),
    ]  # fmt: skip


def test_a_date_of_today_is_not_ahead_though_its_working_hours_are_not_over() -> None:
    check_entry(map_of(MAP), entry(since="2026-03-02", done={"talk": {"at": "2026-03-02", "result": "good"}}), NOON)


@pytest.mark.parametrize(
    "fields",
    [{"since": "soon"}, {"since": "2026-03-02T12:00:00"}, {"done": {"talk": {"on": "x"}}}, {"counts": {"used": -1}}],
    ids=str,
)
def test_an_entry_that_cannot_be_read_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        entry(**fields)
