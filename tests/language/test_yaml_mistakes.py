"""Mistakes in YAML are reported at their line, in plain words."""

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
"""A third of them, for time. Of all 1,213, 1,096 are reported at the very line and 116 at the one beside it."""
SCENARIO = next(Path(__file__).parents[2].joinpath("maps").glob("small*/scenarios/*.yaml")).read_text(encoding="utf-8")
OF_THE_PARSER = re.compile(r"<block|<scalar|<stream|expected|mapping values|could not find|token|while (parsing|scan)")
WAY_OUT = re.compile(r"\b(write|put|add|take away|remove|indent|look for|begin it|break the line|did you mean)\b")


@cache
def fault_of(damaged: Damaged) -> Fault | None:
    """The first fault of a damaged file; None if it is still good YAML."""
    return next(iter(read_yaml(damaged.text).faults), None)


def refused(kind: str, damaged: list[Damaged] = DAMAGED) -> list[tuple[Damaged, Fault]]:
    """The files with one kind of mistake that are refused, each with its first fault."""
    return [(each, fault) for each in damaged if each.kind == kind and (fault := fault_of(each)) is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_is_reported_at_its_line_in_plain_words_with_advice(kind: str) -> None:
    refusals = refused(kind)
    assert refusals
    away = Counter(abs(fault.spot.line - each.number) for each, fault in refusals)
    assert away[0] + away[1] >= 0.95 * len(refusals), away
    if kind != "a field twice":  # which is reported at the second one
        assert away[0] >= 0.8 * len(refusals), away
    for _, fault in refusals:
        assert not OF_THE_PARSER.search(fault.message), fault.message
        assert WAY_OUT.search(fault.message), fault.message
        assert len(fault.message) < 260


def test_nearly_all_mistakes_are_reported_at_their_own_line() -> None:
    refusals = [each for kind in ("a space too many", "a space too few", "no colon") for each in refused(kind)]
    assert len(refusals) > 80
    assert sum(fault.spot.line == each.number for each, fault in refusals) >= 0.96 * len(refusals)


@pytest.mark.parametrize("name", ["attributes", "stages", "personas", "plays"])
def test_a_section_that_is_indented_by_a_space_is_sent_to_the_margin(name: str) -> None:
    (fault,) = read_yaml(EXAMPLE.replace(f"\n{name}:", f"\n {name}:")).faults
    assert re.search(r"is indented by 1 space; indent it by (2 or )?0\b", fault.message)


def test_a_line_that_is_a_space_off_gets_the_right_indentation_suggested() -> None:
    pairs = refused("a space too many")
    lines = EXAMPLE.split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines]
    right = [
        fault
        for damaged, fault in pairs
        if re.search(rf"indent it by [\d or]*\b{indents[damaged.number - 1]}\b", fault.message)
    ]
    assert len(right) >= 0.95 * len(pairs)


def test_mistakes_in_scenarios_are_reported_as_precisely() -> None:
    damaged = list(made_in_lines(SCENARIO, every=5))
    refusals = [pair for kind in KINDS for pair in refused(kind, damaged)]
    assert len(refusals) > 20
    near = [fault for each, fault in refusals if abs(fault.spot.line - each.number) <= 1]
    assert len(near) >= 0.95 * len(refusals)
    assert not [fault for _, fault in refusals if OF_THE_PARSER.search(fault.message)]


def test_good_yaml_that_is_a_bad_map_is_reported_at_its_line_too() -> None:
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
    ("text", "place", "message"),
    [
        ("a:\n  b: 1\n   title: x\n", (3, 4), "'title: x' is indented by 3 spaces; indent it by 2 or 0, like"),
        ("a:\n  b: 1\n c: 2\n", (3, 2), "'c: 2' is indented by 1 space; indent it by 0 or 2, like"),
        ("a:\n    b: 1\n  title: x\n", (3, 3), "indent it by 0 or 4"),
        ("a:\n  - b: 1\n   - b: 2\n", (3, 4), "'- b: 2' is indented by 3 spaces; indent it by 2, like"),
        ("stages\n  - a: 1\n", (1, 7), "A colon is missing after 'stages'; write 'stages:'"),
        ("a: 1\nb 2\nc: 3\n", (2, 2), "A colon is missing after 'b'; write 'b: 2'"),
        ("a: 1\nb:2\nc: 3\n", (2, 3), "A space is missing after the colon; write 'b: 2'"),
        ("a:\n  b:{c: 1}\n", (2, 3), "A space is missing after the colon; write 'b: {c"),
        ("a: Ask: now\n", (1, 4), "Text with a colon in it belongs in quotes; write 'a: \"Ask: now\"'"),
        ("a: now:\n", (1, 4), "write 'a: \"now:\"'"),
        ("a: one\n  or two: it depends on them\n", (2, 3), "indent it by 0"),
        ('a: "x\nb: 1\n', (1, 6), 'The quote " is never closed; write \'a: "x"\''),
        ("a: 'It's fine'\n", (1, 4), "The text goes on after its closing quote; write 'a: \"It's fine\"'"),
        ("a: [x, y\nb: 1\n", (1, 9), "A bracket is never closed: ']' is missing; write 'a: [x, y]'"),
        ("a: [x, y}\n", (1, 9), "'}' closes a bracket that isn't open; write 'a: [x, y]'"),
        ("a: [x]]\n", (1, 8), "']' closes a bracket that isn't open; write 'a: [x]'"),
        ("a: {b: 1 c: 2}\n", (1, 9), "A comma is missing; write 'a: {b: 1, c: 2}'"),
        ("a: [{b: 1} {c: 2}]\n", (1, 11), "A comma is missing; write 'a: [{b: 1}, {c: 2}]'"),
        ('a: {b: "1, c: "2"}\n', (1, 4), "The quote or bracket that opens here is never closed"),
        ("a: {{ customer.x }} now\n", (1, 4), "write 'a: \"{{ customer.x }} now\"'"),
        ("a: {{ customer.x }}\n", (1, 5), "put text that begins with '{{' in quotes"),
        ("a: @x\n", (1, 4), "Text can't begin with '@'; put it in quotes: \"@x\""),
        ("a: *x\n", (1, 4), "Text can't begin with '*'; put it in quotes"),
        ('a: "x\\d"\n', (1, 7), "put the text between '"),
        ("a: - x\n", (1, 4), "A list can't begin with a dash on the line of its field; write 'a: [x]'"),
        ("a: > text\n  b\nc: 1\n", (1, 4), "Text that begins with '>' belongs in quotes"),
        ("a: |\n  one\n two\nb: 1\n", (3, 2), "'two' is indented by 1 space; indent it by 2"),
        ("a:\n- b: 1\n-c: 2\n", (3, 1), "A space is missing after the dash; write '- c'"),
        ("a:\n  b: 1\n  - c: 2\n", (3, 3), "No dash belongs here; write 'c: 2'"),
        ("- a: 1\n  b: 2\n  a: 3\n  b: 4\n", (3, 3), "write '- ' before the second"),
        ("a: 1\na: 2\n", (2, 1), "'a' is written twice, first on line 1; remove one"),
        (" a: 1\nb: 2\nc: 3\n", (1, 2), "'a: 1' is indented by 1 space; indent it by 0"),
    ],
)
def test_each_mistake_is_explained_in_terms_of_the_file(text: str, place: tuple[int, int], message: str) -> None:
    fault = only(text)
    assert message in fault.message
    assert (fault.spot.line, fault.spot.column) == place


def test_quotes_are_suggested_only_for_text_that_needs_them() -> None:
    refusals = [fault for kind in KINDS if "space" in kind for _, fault in refused(kind)]
    assert len(refusals) > 150
    assert not [fault for fault in refusals if "belongs in quotes" in fault.message]


lines = st.lists(
    st.text(alphabet="ab:- \"'[]{}|>#,\t&*!%@?", max_size=12) | st.sampled_from(EXAMPLE.split("\n")), max_size=12
)


@settings(max_examples=300)
@given(lines)
def test_any_text_is_read_or_refused_in_plain_words(written: list[str]) -> None:
    for fault in read_yaml("\n".join(written)).faults:
        assert not OF_THE_PARSER.search(fault.message)
        assert 1 <= fault.spot.line <= len(written) + 1
        assert fault.spot.column >= 1
