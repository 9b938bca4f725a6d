"""A decimal comma within braces, where a comma ends the value."""

from __future__ import annotations

import pytest

from milepost.language.yaml_text import read_yaml
from tests.language.broken import address_of, example_with, problems_of


@pytest.mark.parametrize(
    ("text", "column", "way"),
    [
        ("a: {if: customer.health < 39,5}", 30, "'5' looks like the decimals of a number; write 39.5"),
        ("a: {if: customer.health < 39,5 && customer.pilot}", 30, "write 39.5"),
        ("a: {target: -5,25, unit: h}", 16, "write -5.25"),
        ("- {kind: x, value: 6,5\n}", 22, "write 6.5"),
        ("a: {value: 12,500}", 15, "write 12500 or 12.500"),
    ],
)
def test_a_decimal_comma_is_reported_with_the_number_to_write(text: str, column: int, way: str) -> None:
    (fault,) = read_yaml(text).faults
    assert (fault.spot.line, fault.spot.column) == (1, column)
    assert way in fault.message


@pytest.mark.parametrize(
    "text", ["a: {b: 5, 6}", "a: [1,5]", "a: {b: '5',5}", "a: {b: 5,c}", "a: {b: 5,6: x}", "a: 2,5"]
)
def test_other_commas_are_fine(text: str) -> None:
    assert read_yaml(text).faults == []


def test_a_decimal_comma_in_a_map_is_a_single_problem() -> None:
    text = example_with(("customer.health < 40}", "customer.health < 39,5}"))
    (problem,) = problems_of(text)
    assert (problem.line, problem.column) == address_of(text, "5}")
    assert "write 39.5" in problem.message
