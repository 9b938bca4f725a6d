"""Comparisons whose answer never changes, as the text compared with never comes."""

from __future__ import annotations

import pytest

from milepost.language.lint import lint
from milepost.language.loader import from_data
from milepost.language.yaml_text import read_yaml
from tests.language.broken import EXAMPLE, address_of, example_with, problems_of, problems_with

WHERE = 'plays.unblock != "open"'  # at the beginning of a condition that is looked at once

# a condition, the text in it that is reported, the message, the suggestion
NEVER: list[tuple[str, str, str, str | None]] = [
    (
        'customer.tier == "entreprise"',
        '"entrep',
        "is never the 'tier' of a customer: it is enterprise or",
        "enterprise",
    ),
    ('customer.tier in ["small", "large"]', '"large', "is never the 'tier' of a customer", None),
    ('"large" != customer.tier', '"large', "it is enterprise or small", None),
    ("customer.tier=='large'", "'large", "it is enterprise or small", None),
    ('plays.expand == "opened"', '"opened', "is never the state of a play: it is never, open or ended", "open"),
    ('plays.expand != "done"', '"done', "it is never, open or ended", "ended"),
    ('outcomes.hours_saved == "confirmed"', '"confirmed', "asked, verified, partial, disputed, silent", "verified"),
    ('steps.kickoff == "finished"', '"finished', "waiting, open, done, skipped or withdrawn", "done"),
    ('steps.kickoff == "verified"', '"verified" ', "never the state of a step", None),
    ('steps.hours_saved == "yes"', '"yes', "never the state of an outcome", "verified"),
    ('stages.value == "done"', '"done', "never the state of a stage: it is waiting, open or closed", "closed"),
    ('results.renewal_talk == "yes"', '"yes', "never the result of step 'renewal_talk': it is renewed or lost", None),
    ('results.renewal_talk in ["lost", "renewd"]', '"renewd', "it is renewed or lost", "renewed"),
    ('customer.renews_on < "01.03.2027"', '"01.03', "isn't a date", "2027-03-01"),
    ('customer.renews_on >= "2027/3/1"', '"2027/3', "isn't a date", "2027-03-01"),
    ('customer.started_on > "2027-02-30"', '"2027-02', "isn't a date", None),
    ('customer.renews_on in ["soon"]', '"soon', "write YYYY-MM-DD", None),
    ('customer.renews_on == ""', '"" &&', "has(customer.renews_on)", None),
]


@pytest.mark.parametrize(("condition", "literal", "message", "suggestion"), NEVER, ids=[each[0] for each in NEVER])
def test_an_impossible_comparison_is_reported_at_its_place(
    condition: str, literal: str, message: str, suggestion: str | None
) -> None:
    text = example_with((f"only_if: {WHERE} && ", f"only_if: true && {condition} && "))
    (problem,) = problems_of(text)
    before = text.index("only_if")
    line, column = address_of(text, literal, text.count(literal, 0, before) + 1)
    assert (problem.code, problem.line, problem.column) == ("M107", line, column)
    assert message in problem.message
    assert "'only_if' of play 'expand'" in problem.message
    assert problem.suggestion == suggestion


@pytest.mark.parametrize(
    "condition",
    [
        'customer.tier == "small"',
        'customer.goal == "anything"',
        'customer.tier.startsWith("ent")',
        'customer.tier + "x" == "smallx"',
        '"x" + customer.tier == "xsmall"',
        'customer.tier == "sm" + "all"',
        'customer.tier >= "f"',
        'customer.tier == "SMALL".lowerAscii()',
        'customer.tier == "sm\\x61ll"',
        'plays.expand in ["never", "ended"]',
        'outcomes.hours_saved in ["waiting", "open", "asked", "silent", "skipped", "withdrawn"]',
        'steps.hours_saved in ["asked", "partial", "silent", "skipped"]',
        'results.renewal_talk != "lost"',
        'customer.renews_on < "2027-03-01" && "2026-02-28" <= customer.renews_on',
        'customer.renews_on != ""',
        'customer.id == "plays.expand == opened"',
        'size(["x", "y", "z"]) > 1 && customer.tier in ["small", customer.goal + "x"]',
    ],
)
def test_a_possible_comparison_is_not_reported(condition: str) -> None:
    problems = problems_with((f"only_if: {WHERE}", f"only_if: 'true && {condition}"), ("on) > 30", "on) > 30'"))
    assert [each for each in problems if "lowerAscii" not in each.message] == []


def test_several_impossible_comparisons_are_all_reported() -> None:
    problems = problems_with((WHERE, 'plays.expand in ["opened", "ended", "finished"]'))
    assert [each.suggestion for each in problems] == ["open", "ended"]


def test_nothing_is_reported_of_an_attribute_whose_values_cannot_be_read() -> None:
    problems = problems_with(("one_of: [enterprise, small]", "one_of: 3"))
    assert [each.code for each in problems] == ["M103"]


def test_the_example_as_data_has_none() -> None:
    assert list(lint(from_data(read_yaml(EXAMPLE).data))) == []
