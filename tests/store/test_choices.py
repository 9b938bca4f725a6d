"""Attributes that maps allow only some values of, in a book of customers."""

from __future__ import annotations

import pytest

from milepost.imports.csv_book import read_book
from milepost.imports.vocabulary import Vocabulary, choices_of
from milepost.language.model import AttributeType, Map
from tests.store.book import SMALL_MAP

TYPES = {"tier": AttributeType.TEXT, "size": AttributeType.NUMBER}
CHOICES = {"tier": ("enterprise", "mid_market", "small"), "size": (1, 2, 50)}


def read(cells: str):
    return read_book(f"id,tier,size\ngood,small,2\nx,{cells}\nbare,,\n", Vocabulary(TYPES, CHOICES))


@pytest.mark.parametrize("cells", ["enterprise,1", "mid_market,50.0", ",", "small,"])
def test_a_value_that_is_allowed_is_taken(cells):
    book = read(cells)
    assert book.problems == ()
    assert len(book.customers) == 3


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ("entreprise,1", "tier", "did you mean 'enterprise'?"),
        ("Mid market,1", "tier", "did you mean 'mid_market'?"),
        ("SMALL,1", "tier", "did you mean 'small'?"),
        ("gold,1", "tier", "it is one of: enterprise, mid_market, small"),
        ("small,3", "size", "'3' is not among the values that the maps allow; it is one of: 1, 2, 50"),
        ("small,many", "size", "no number"),
    ],
)
def test_a_row_with_a_value_that_is_not_allowed_is_refused_with_the_nearest(cells, column, says):
    book = read(cells)
    assert [customer.id for customer in book.customers] == ["good", "bare"]
    (problem,) = book.problems
    assert (problem.row, problem.column) == (3, column)
    assert says in problem.message


def map_with(**attributes):
    return Map.model_validate({**SMALL_MAP, "attributes": attributes})


def test_what_any_map_allows_is_allowed_and_what_one_leaves_open_is_open():
    first = map_with(tier={"type": "text", "one_of": ["a", "b"]}, size={"type": "number", "one_of": [1]})
    second = map_with(tier={"type": "text", "one_of": ["b", "c"]}, size={"type": "number"})
    assert choices_of([first, second]) == {"tier": ("a", "b", "c")}
    assert choices_of([]) == {}
