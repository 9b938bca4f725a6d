from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.demo.clock import BEGINS
from milepost.demo.personalities import PERSONALITIES, Personality, Renewal, Temperament, personalities_of
from milepost.people.draws import seeded
from milepost.planner.segment_match import NoMatch, best_map

SEEDS = st.integers(min_value=0, max_value=2**32)


@pytest.fixture
def by_map(book, compiled_maps) -> dict[str, list[str]]:
    ids_by_map = defaultdict(list)
    for customer in book.customers:
        match = best_map(compiled_maps.values(), customer, BEGINS)
        if not isinstance(match, NoMatch):
            ids_by_map[match.map.map].append(customer.id)
    return dict(ids_by_map)


def test_the_book_has_forty_customers_in_many_places_and_two_that_no_map_is_for(book, by_map) -> None:
    assert not book.problems
    assert len(book.customers) == 40
    assert len({customer.country for customer in book.customers}) >= 8
    assert len({customer.timezone for customer in book.customers}) >= 8
    assert sum(len(ids) for ids in by_map.values()) == 38


def test_every_map_has_every_temperament_and_every_fate_whatever_the_seed(by_map) -> None:
    for seed in range(200):
        personalities = personalities_of(seeded(seed), by_map)
        for ids in by_map.values():
            _has_everything([personalities[customer] for customer in ids])


def _has_everything(personalities: list[Personality]) -> None:
    assert {each.temperament for each in personalities} == set(Temperament)
    assert {"verified", "partial", "disputed", None} <= {each.verdicts[0] for each in personalities}
    assert {each.renewal for each in personalities} == set(Renewal)
    assert any(each.verdicts[0] == "verified" and each.interested for each in personalities), "somebody expands"
    assert any(each.dips and each.recovers for each in personalities), "somebody is rescued"
    assert any(each.alarm for each in personalities), "a champion leaves"


@given(SEEDS)
def test_the_same_seed_gives_the_same_personalities(seed: int) -> None:
    customers = {"a": [f"customer-{number}" for number in range(12)]}
    assert personalities_of(seeded(seed), customers) == personalities_of(seeded(seed), {"a": reversed(customers["a"])})


def test_other_seeds_give_other_personalities(by_map) -> None:
    assert (
        len(
            {
                tuple(sorted(personalities_of(seeded(seed), by_map).items(), key=lambda each: each[0]))
                for seed in range(9)
            }
        )
        == 9
    )


def test_six_customers_are_enough_for_everything() -> None:
    _has_everything(list(PERSONALITIES[:6]))
