from __future__ import annotations

from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import parse
from milepost.planner.segment_match import MayNotEnter, NoMatch, best_map, considered, entry_obstacle
from tests.workflows.example import CUSTOMER, FILES, MAP, START, compiled_map_of


def variant(
    name: str, where: str = 'customer.tier == "pilot"', priority: int = 1, reenter: str = "never"
) -> CompiledMap:
    text = MAP.replace("map: pilot", f"map: {name}").replace("reenter: after 10 days", f"reenter: {reenter}")
    text = text.replace('customer.tier == "pilot", priority: 1', f"{where}, priority: {priority}")
    return compiled_map_of({**FILES, "map.yaml": text})


def matched(*compiled_maps: CompiledMap) -> str | None:
    match = best_map(compiled_maps, CUSTOMER, START)
    return None if isinstance(match, NoMatch) else match.map.map


def test_the_highest_priority_wins() -> None:
    assert matched(variant("aaa"), variant("zzz", priority=5), variant("mmm", priority=3)) == "zzz"


def test_of_equal_priority_the_alphabetically_first_wins() -> None:
    assert matched(variant("bbb"), variant("aaa")) == "aaa"


def test_a_map_of_higher_priority_that_is_for_others_is_passed_over() -> None:
    assert matched(variant("other", "customer.health > 90", 9), variant("aaa")) == "aaa"


def test_what_is_unknown_of_a_customer_does_not_match() -> None:
    assert matched(variant("aaa", 'customer.renews_on > "2026-01-01"')) is None


def test_nobody_is_matched_without_maps() -> None:
    assert str(best_map([], CUSTOMER, START)) == "no map is published"


def test_no_match_says_of_each_map_why() -> None:
    match = best_map([variant("aaa", "customer.health > 90 && has(customer.renews_on)")], CUSTOMER, START)

    assert isinstance(match, NoMatch)
    assert str(match) == (
        "aaa: customer.health > 90 && has(customer.renews_on) is not true (health is 75, renews_on is unknown)"
    )


def test_several_maps_give_their_reasons_one_after_the_other() -> None:
    match = best_map([variant("bbb", "customer.health > 90"), variant("aaa", "customer.health > 80")], CUSTOMER, START)

    assert (
        str(match)
        == "aaa: customer.health > 80 is not true (health is 75); bbb: customer.health > 90 is not true (health is 75)"
    )


def test_a_map_is_shown_with_its_version_and_with_what_its_segment_saw() -> None:
    compiled_map = variant("aaa", "days_since(customer.started_on) == 1", priority=7)
    (shown,) = considered([compiled_map], CUSTOMER, START)

    assert shown.to_json() == {
        "map": "aaa",
        "title": "Pilot customers",
        "version": compiled_map.version,
        "priority": 7,
        **shown.where.to_json(),
    }
    assert "2026-03-02" in shown.why_not


def test_days_may_be_counted_in_a_segment() -> None:
    assert matched(variant("aaa", "days_since(customer.started_on) == 0")) == "aaa"


def test_whoever_was_never_on_a_map_may_enter() -> None:
    assert entry_obstacle(variant("aaa"), None, START) is None


def test_never_means_once_only() -> None:
    assert entry_obstacle(variant("aaa"), START, START + 10**9) == MayNotEnter("aaa", None)


def test_who_may_not_enter_is_told_from_when_on() -> None:
    opening = parse("2026-03-09T13:00:00Z")

    assert str(MayNotEnter("aaa", opening)) == "map 'aaa' takes the customer again from 2026-03-09T13:00:00Z on"
    assert "'reenter: never'" in str(MayNotEnter("aaa", None))


def test_always_means_at_once() -> None:
    assert entry_obstacle(variant("aaa", reenter="always"), START, START) is None


def test_after_a_duration_means_the_opening_of_that_working_day_of_ours() -> None:
    compiled_map = variant(
        "aaa", reenter="after 5 days"
    )  # from Monday 2 March to Saturday 7 March, hence Monday 9 March
    opening = parse("2026-03-09T13:00:00Z")

    assert entry_obstacle(compiled_map, START, opening - 1) == MayNotEnter("aaa", opening)
    assert entry_obstacle(compiled_map, START, opening) is None
