"""Fields that are good and stand in the wrong column, so that they belong to something else."""

from __future__ import annotations

import pytest

from tests.language.broken import address_of, example_with, problems_with


@pytest.mark.parametrize(
    ("old", "new", "word", "message"),
    [
        ("  priority: 20", "priority: 20", "priority", "'segment' of the map above has one"),
        ("reenter: after", "  reenter: after", "reenter", "the map has one: if it belongs there, indent it less"),
        ("  pilot: {type: flag}", "pilot: {type: flag}", "pilot", "belongs to 'attributes' above, indent it deeper"),
        ("  manager: Head", "manager: Head", "manager: Head", "belongs to 'roles' above, indent it deeper"),
        ("personas:\n", "  personas:\n", "personas", "is a field of the map, but it is in 'roles'; indent it as far"),
        ("stages:\n  - stage: onb", "  stages:\n  - stage: onb", "stages", "the map has one"),
        ("        essential: true", "    essential: true", "essential", "touchpoint 'recap' above has one"),
        ("          silent: {", "        silent: {", "silent: {", "'then' of outcome 'hours_saved' above has one"),
        ("        due: 4 weeks", "    due: 4 weeks", "due: 4", "action 'sign' above has one"),
    ],
)
def test_a_field_under_the_wrong_parent_is_reported_with_the_right_one(
    old: str, new: str, word: str, message: str
) -> None:
    problem, *others = problems_with((old, new))
    assert problem.code == "M101"
    assert (problem.line, problem.column) == address_of(example_with((old, new)), word)
    assert message in problem.message
    assert not [each for each in others if each.severity == "error"]


def test_a_misspelled_field_gets_the_right_name_suggested() -> None:
    (problem,) = problems_with(("    target: 30 days", "    taget: 30 days"))
    assert problem.suggestion == "target"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("renews_on: {type: date}", "renews_on: date", "not 'date'; write {type: date}"),
        ("goal: {type: text}", "goal: what they want", "write {type: text}"),
        ("sponsor: {title: Medical director}", "sponsor: Medical director", "write {title: Medical director}"),
        ("renews_on: {type: date}", "renews_on: {type: datetime}", "did you mean 'date'?"),
        ("days: [mon, tue, wed, thu], from", "days: [mon tue, wed, thu], from", "comma between them: mon, tue"),
        ("[sponsor, coordinator]", "[sponsor coordinator]", "put a comma between two: sponsor, coordinator"),
        ("priority: 20", "priority: high", "takes a whole number, not 'high'"),
        ("        due: 20 business days", "        deadline: 20 business days", "did you mean 'due'?"),
        ("        after: kickoff", "        depends_on: kickoff", "did you mean 'after'?"),
    ],
)
def test_a_value_of_the_wrong_kind_gets_advice_on_what_to_write(old: str, new: str, message: str) -> None:
    assert any(message in problem.message for problem in problems_with((old, new)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("due: 20 business days", "due: 4w", "'4w' is not a duration; write '4 weeks'"),
        ("due: 20 business days", "due: two Weeks", "write '2 weeks'"),
        ("due: 20 business days", "due: 5 busines days", "write '5 business days'"),
        ("due: 20 business days", "due: 3 working days", "write '3 business days'"),
        ("due: 20 business days", "due: 20", "20 has no unit; write it as text, such as '5 business days'"),
        ("due: 20 business days", "due: soon", "months, quarters or years, such as '4 weeks'"),
        ("due: 20 business days", "due: 3 days after", "write only how long: '3 days'"),
        ("due: 20 business days", "due: [1 day]", "A list isn't allowed here; write text"),
        ("days before, on the day]", "days]", "such as '3 business days before'"),
        ("before customer.renews_on}", "before renews_on}", "such as '120 days before customer.renews_on'"),
        ("limit: 3 per 7 days", "limit: 3 a week", "such as '3 per week'"),
        ("reenter: after 90 days", "reenter: 90 days", "such as 'after 90 days'"),
    ],
)
def test_an_unreadable_duration_gets_the_right_form_suggested(old: str, new: str, message: str) -> None:
    (problem,) = problems_with((old, new))
    assert problem.code == "M106"
    assert message in problem.message


def test_a_field_of_another_kind_of_step_is_told_by_that_kind() -> None:
    (problem,) = problems_with(("        essential: true", "        asks: [{field: day, title: Day}]"))
    assert "Unknown field 'asks' in touchpoint 'recap'; only an action has it" in problem.message
