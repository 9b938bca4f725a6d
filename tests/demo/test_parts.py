from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.demo.chance import Chance
from milepost.demo.clock import BEGINS
from milepost.demo.personalities import PARTS, Part, Renewal, Temperament, deal
from milepost.planner.segment_match import Match, best_map

SEEDS = st.integers(min_value=0, max_value=2**32)


@pytest.fixture
def by_map(book, compiled_maps) -> dict[str, list[str]]:
    found = defaultdict(list)
    for customer in book.customers:
        match = best_map(compiled_maps.values(), customer, BEGINS)
        if isinstance(match, Match):
            found[match.compiled_map.map.map].append(customer.id)
    return dict(found)


def test_the_book_has_forty_customers_in_many_places_and_two_that_no_map_is_for(book, by_map) -> None:
    assert not book.problems
    assert len(book.customers) == 40
    assert len({customer.country for customer in book.customers}) >= 8
    assert len({customer.timezone for customer in book.customers}) >= 8
    assert sum(len(ids) for ids in by_map.values()) == 38


def test_every_map_has_every_temperament_and_every_fate_whatever_the_seed(by_map) -> None:
    for seed in range(200):
        parts = deal(Chance(seed), by_map)
        for ids in by_map.values():
            _has_everything([parts[customer] for customer in ids])


def _has_everything(parts: list[Part]) -> None:
    assert {part.temperament for part in parts} == set(Temperament)
    assert {"verified", "partial", "disputed", None} <= {part.verdicts[0] for part in parts}
    assert {part.renewal for part in parts} == set(Renewal)
    assert any(part.verdicts[0] == "verified" and part.interested for part in parts), "somebody expands"
    assert any(part.dips and part.recovers for part in parts), "somebody is rescued"
    assert any(part.alarm for part in parts), "a champion leaves"


@given(SEEDS)
def test_the_same_seed_deals_the_same_parts(seed: int) -> None:
    customers = {"a": [f"customer-{number}" for number in range(12)]}
    assert deal(Chance(seed), customers) == deal(Chance(seed), {"a": reversed(customers["a"])})


def test_other_seeds_deal_other_parts(by_map) -> None:
    assert len({tuple(sorted(deal(Chance(seed), by_map).items(), key=lambda each: each[0])) for seed in range(9)}) == 9


def test_six_customers_are_enough_for_everything() -> None:
    _has_everything(list(PARTS[:6]))
