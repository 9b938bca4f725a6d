"""What is said of a file whose YAML is not right: the line that is wrong, in words of what stands there."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.language.yaml_text import Fault, read_yaml
from tests.language.broken import EXAMPLE, problems_of
from tests.language.mistakes import KINDS, Damaged, made_in_lines

DAMAGED = list(made_in_lines(EXAMPLE, every=3))
"""A third of them, for time; of all 1213, one is told further away than the line beside it."""
SCENARIO = next(Path(__file__).parents[2].joinpath("maps").glob("small*/scenarios/*.yaml")).read_text(encoding="utf-8")
OF_THE_PARSER = re.compile(r"<block|<scalar|<stream|expected|mapping values|could not find|token|while (parsing|scan)")
WAY_OUT = re.compile(r"\b(write|put|add|take away|remove|indent|look for|begin it|break the line|did you mean)\b")


@cache
def fault_of(damaged: Damaged) -> Fault | None:
    """What is said first of a damaged file; nothing of one that is good YAML all the same."""
    return next(iter(read_yaml(damaged.text).faults), None)


def refused(kind: str, damaged: list[Damaged] = DAMAGED) -> list[tuple[Damaged, Fault]]:
    """The files with a mistake of a kind that are no YAML for a map, with what is said first."""
    return [(each, fault) for each in damaged if each.kind == kind and (fault := fault_of(each)) is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_is_told_at_its_line_in_plain_words_with_a_way_out(kind: str) -> None:
    told = refused(kind)
    assert told
    away = Counter(abs(fault.spot.line - each.number) for each, fault in told)
    assert away[0] + away[1] >= 0.95 * len(told), away
    if kind != "a field twice":  # which is told at the second one
        assert away[0] >= 0.8 * len(told), away
    for _, fault in told:
        assert not OF_THE_PARSER.search(fault.message), fault.message
        assert WAY_OUT.search(fault.message), fault.message
        assert len(fault.message) < 260


def test_nearly_all_mistakes_are_told_at_the_very_line() -> None:
    told = [each for kind in ("a space too many", "a space too few", "no colon") for each in refused(kind)]
    assert len(told) > 80
    assert sum(fault.spot.line == each.number for each, fault in told) >= 0.96 * len(told)


@pytest.mark.parametrize("name", ["attributes", "stages", "personas", "plays"])
def test_a_section_of_the_map_that_is_a_space_in_is_told_to_begin_at_the_margin(name: str) -> None:
    (fault,) = read_yaml(EXAMPLE.replace(f"\n{name}:", f"\n {name}:")).faults
    assert "take away 1 space" in fault.message
    assert "add" not in fault.message


def test_a_line_that_is_a_space_off_is_told_how_many_spaces_it_needs() -> None:
    told = refused("a space too many")
    right = [fault for _, fault in told if "take away 1 space" in fault.message]
    assert len(right) >= 0.95 * len(told)


def test_scenarios_are_read_with_the_same_care() -> None:
    damaged = list(made_in_lines(SCENARIO, every=5))
    told = [pair for kind in KINDS for pair in refused(kind, damaged)]
    assert len(told) > 20
    near = [fault for each, fault in told if abs(fault.spot.line - each.number) <= 1]
    assert len(near) >= 0.95 * len(told)
    assert not [fault for _, fault in told if OF_THE_PARSER.search(fault.message)]


def test_what_is_yaml_but_no_map_is_told_at_its_line_too() -> None:
    """Some lines that are moved make other maps, whose fields stand under the wrong parent."""
    moved = [each for each in DAMAGED if "spaces too" in each.kind and fault_of(each) is None]
    assert len(moved) > 5
    for each in moved:
        errors = [problem for problem in problems_of(each.text) if problem.severity == "error"]
        assert not errors or any(abs(problem.line - each.number) <= 1 for problem in errors), each


def only(text: str) -> Fault:
    (fault,) = read_yaml(text).faults
    return fault


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a:\n  b: 1\n   title: x\n", (3, 4), "'title: x' begins 3 spaces in, its neighbours 2; take away 1 space"),
        ("a:\n  b: 1\n c: 2\n", (3, 2), "its neighbours 2 or 0; add 1 space or take away 1 space"),
        ("a:\n    b: 1\n  title: x\n", (3, 3), "begins 2 spaces in, its neighbours 4 or 0; add 2 spaces"),
        ("a:\n  - b: 1\n   - b: 2\n", (3, 4), "its neighbours 2; take away 1 space: the dashes of one list"),
        ("stages\n  - a: 1\n", (1, 1), "'stages' has no colon"),
        ("stages:\n  stage: a\n  - stage: b\n", (2, 3), "has no dash; write '- stage: a'"),
        ("a: 1\nb 2\nc: 3\n", (2, 1), "write 'b: 2'"),
        ("a: 1\nb:2\nc: 3\n", (2, 1), "After the colon of 'b:2' a space is missing; write 'b: 2'"),
        ("a:\n  b:{c: 1}\n", (2, 3), "write 'b: {c"),
        ("a: Ask: now\n", (1, 7), 'put the text in quotes: "Ask: now"'),
        ("a: now:\n", (1, 7), 'ends in a colon, as a field\'s name does; put the text in quotes: "now:"'),
        ("a: one\n  or two: it depends on them\n", (2, 3), "take away 2 spaces"),
        ('a: "x\nb: 1\n', (1, 4), 'write " at the end of the text'),
        ("a: 'It's fine'\n", (1, 8), 'put the whole text in quotes: "It\'s fine"'),
        ("a: [x, y\nb: 1\n", (1, 4), "write ']' where it ends"),
        ("a: [x, y}\n", (1, 9), "'}' closes what '[' opened; write ']'"),
        ("a: [x]]\n", (1, 7), "After the closing bracket stands ']'; remove it"),
        ("a: {b: 1 c: 2}\n", (1, 10), "write ', c:'"),
        ("a: [{b: 1} {c: 2}]\n", (1, 12), "Before '{c: 2}]' a comma is missing"),
        ('a: {b: "1, c: "2"}\n', (1, 16), "a quote or a comma is missing"),
        ("a: {{ customer.x }} now\n", (1, 4), 'put the whole in quotes: "{{ customer.x }} now"'),
        ("a: {{ customer.x }}\n", (1, 5), "put text that begins with '{{' in quotes"),
        ("a: @x\n", (1, 4), "No text can begin with '@'; put the whole in quotes: \"@x\""),
        ("a: *x\n", (1, 4), "No text can begin with '*'; put it in quotes"),
        ('a: "x\\d"\n', (1, 7), "put the text between '"),
        ("a: - x\n", (1, 4), "begin it on the next line"),
        ("a: > text\n  b\nc: 1\n", (1, 4), "begins on the next line"),
        ("a: |\n  one\n two\nb: 1\n", (3, 2), "begins 1 space in, and the text above it 2; indent it alike"),
        ("a:\n- b: 1\n-c: 2\n", (3, 1), "After the dash of '-c' a space is missing; write '- c'"),
        ("a:\n  b: 1\n  - c: 2\n", (3, 3), "where no dash belongs; write 'c: 2'"),
        ("- a: 1\n  b: 2\n  a: 3\n  b: 4\n", (3, 3), "write '- ' before the second"),
        ("a: 1\na: 2\n", (2, 1), "'a' is written twice, first on line 1; remove one"),
    ],
)
def test_each_mistake_is_told_by_what_stands_there(text: str, place: tuple[int, int], said: str) -> None:
    fault = only(text)
    assert said in fault.message
    assert (fault.spot.line, fault.spot.column) == place


def test_text_with_a_colon_is_told_to_take_quotes_only_where_the_text_has_one() -> None:
    told = [fault for kind in KINDS if "space" in kind for _, fault in refused(kind)]
    assert len(told) > 150
    assert not [fault for fault in told if "put the text in quotes" in fault.message]


lines = st.lists(
    st.text(alphabet="ab:- \"'[]{}|>#,\t&*!%@?", max_size=12) | st.sampled_from(EXAMPLE.split("\n")), max_size=12
)


@settings(max_examples=300, deadline=None)
@given(lines)
def test_whatever_stands_in_a_file_is_read_or_told_in_plain_words(written: list[str]) -> None:
    for fault in read_yaml("\n".join(written)).faults:
        assert not OF_THE_PARSER.search(fault.message)
        assert 1 <= fault.spot.line <= len(written) + 1
        assert fault.spot.column >= 1
