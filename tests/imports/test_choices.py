"""Attributes that maps allow only some values of, in a book of customers."""

from __future__ import annotations

import pytest

from milepost.imports.customer_book import read_book
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute

TIER = Attribute(type=AttributeType.TEXT, one_of=("enterprise", "mid_market", "small"))
SIZE = Attribute(type=AttributeType.NUMBER, one_of=(1, 2, 50))


def read(cells: str, *more: Attribute):
    vocabulary = Vocabulary({"tier": (TIER, *more), "size": (SIZE,)})
    return read_book(f"id,tier,size\ngood,small,2\nx,{cells}\nbare,,\n", vocabulary)


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
        ("small,many", "size", "isn't a number"),
    ],
)
def test_a_row_with_a_value_that_is_not_allowed_is_refused_with_the_nearest(cells, column, says):
    book = read(cells)
    assert [customer.id for customer in book.customers] == ["good", "bare"]
    (problem,) = book.problems
    assert (problem.row, problem.column) == (3, column)
    assert says in problem.message


def test_a_value_that_any_map_allows_is_allowed():
    more = Attribute(type=AttributeType.TEXT, one_of=("small", "gold"))
    assert read("gold,1", more).problems == ()
    assert "did you mean 'gold'?" in read("golden,1", more).problems[0].message


def test_what_one_map_leaves_open_is_open():
    assert read("gold,1", Attribute(type=AttributeType.TEXT)).problems == ()
