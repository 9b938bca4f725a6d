"""When a map is to be looked at again."""

from __future__ import annotations

import pytest

from milepost.language.loader import from_files
from milepost.language.model import Map
from milepost.planner.instants import parse
from milepost.planner.reviews import Review, review_due
from tests.web.example import FILES, MAP

PUBLISHED = parse("2026-03-02T15:00:00Z")  # a Monday, 10:00 in New York


def map_with(review: str | None) -> Map:
    text = MAP if review is None else MAP.replace("outcome: save_time\n", f"outcome: save_time\nreview: {review}\n", 1)
    loaded = from_files({**FILES, "map.yaml": text})
    assert loaded.map is not None, loaded.problems
    return loaded.map


@pytest.mark.parametrize(
    ("review", "due"),
    [
        ("1 quarter", "2026-06-02T21:00:00Z"),
        ("10 business days", "2026-03-16T21:00:00Z"),
        ("4 months", "2026-07-02T21:00:00Z"),
        ("123 days", "2026-07-06T21:00:00Z"),  # the 3rd is kept as Independence Day, then comes a weekend
        ("2 hours", "2026-03-02T17:00:00Z"),
    ],
)
def test_a_review_is_a_deadline_in_our_own_calendar(review: str, due: str) -> None:
    at = parse(due)
    assert review_due(map_with(review), PUBLISHED, at - 1) == Review(at, is_due=False)
    assert review_due(map_with(review), PUBLISHED, at) == Review(at, is_due=True)


def test_a_map_that_asks_for_no_review_never_gets_one() -> None:
    assert review_due(map_with(None), PUBLISHED, parse("2099-01-01T00:00:00Z")) is None
