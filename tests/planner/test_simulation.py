"""A list of facts is played as the inbox takes facts in: each id once, and the first in time counts."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.planner.facts import AttributesSet, Fact, MapChanged
from tests.planner.generated import DAY, START, compiled_maps, customers, facts_for
from tests.planner.test_fact_checks import MAP, map_of
from tests.planner.test_ignored_facts import CUSTOMER
from tests.simulation import Run, simulate

HOUR = 3600
UNTIL = START + 260 * DAY


def health(id_: str, at: int, value: int) -> Fact:
    return AttributesSet(id=id_, at=at, attributes={"health": value})


def run_of(*facts: Fact) -> Run:
    """A journey on a small map that goes on for as long as nobody does anything."""
    compiled_map = map_of(MAP)
    versions = {"v2": replace(compiled_map, version="v2")}
    return simulate(compiled_map, CUSTOMER, START, facts, UNTIL, versions=versions)


@given(st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_a_repeated_fact_changes_nothing_however_late_it_comes_and_whatever_it_says(data):
    compiled_map, customer = data.draw(compiled_maps), data.draw(customers)
    facts, others = data.draw(facts_for(compiled_map)), data.draw(facts_for(compiled_map))
    repeats = [
        replace(other, id=fact.id, at=fact.at + data.draw(st.integers(0, 60 * DAY)))
        for fact, other in zip(facts, others, strict=False)
    ]
    once = simulate(compiled_map, customer, START, facts, UNTIL)
    twice = simulate(compiled_map, customer, START, [*facts, *repeats, *facts], UNTIL)
    assert [entry.to_json() for entry in once.timeline] == [entry.to_json() for entry in twice.timeline]
    assert once.state.customer == twice.state.customer


def test_a_repeat_after_hundreds_of_other_facts_still_changes_nothing() -> None:
    facts = [health(f"fact {number % 300}", START + number * HOUR, number) for number in range(600)]
    assert run_of(*facts).state.customer.attributes["health"] == 299


def test_the_first_fact_in_time_counts_wherever_it_stands_in_the_list() -> None:
    run = run_of(health("one", START + 2 * DAY, 2), health("one", START + DAY, 1))
    assert run.state.customer.attributes["health"] == 1


def test_a_move_to_another_version_that_repeats_an_id_moves_nothing() -> None:
    move = MapChanged(id="one", at=START + 2 * DAY, version="v2")
    assert run_of(health("one", START + DAY, 50), move).state.version == "v1"
    assert run_of(health("two", START + DAY, 50), move).state.version == "v2"
