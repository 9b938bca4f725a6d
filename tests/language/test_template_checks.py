from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.language.model import Attribute
from milepost.language.templates.checks import check_template
from milepost.language.templates.source import TemplateError, TemplateProblem, parse_message

ATTRIBUTES = {
    "tier": Attribute(type="text"),
    "renews_on": Attribute(type="date"),
    "seats": Attribute(type="number"),
}
FRONT = "---\nsubject: Hello\n---\n"


def problems(text: str, *, message: bool = True) -> list[TemplateProblem]:
    return check_template(text, ATTRIBUTES, message=message)


def only(text: str, *, message: bool = True) -> TemplateProblem:
    [problem] = problems(text, message=message)
    return problem


def test_a_message_may_use_all_that_the_contract_names():
    body = """
{{ customer.id }} {{ customer.name }} {{ customer.timezone }} {{ customer.country }} {{ customer.language }}
{{ customer.started_on | date }} {{ customer.renews_on | date('short') }} {{ customer['seats'] | number(2) }}
{{ contact.name }} {{ contact.first_name }} {{ contact.email }}
{{ step.id }} {{ step.title }} {{ step.due | date }} {{ step.statement }} {{ step.metric }}
{% for one in steps if one.due %}{{ loop.index }}/{{ loop.length }} {{ one.title }}{% else %}none{% endfor %}
{% set first = steps | first %}{{ first.title }} {{ steps[0].title }}
{{ csm.name }} {{ csm.email }} {{ plan_url }} {{ proof_url }} {{ verify_url }} {{ map.title }}
{% if customer.tier == "enterprise" and not step.due %}x{% elif customer.seats is number %}y{% endif %}
{{ steps | map(attribute="title") | join(", ") }} {{ customer.tier | default("any") | upper }} {# a remark #}
"""
    assert problems(FRONT + body) == []


def test_a_playbook_may_use_all_that_the_contract_names():
    text = """# {{ step.title }} for {{ customer.name }} ({{ customer.tier }}) on {{ map.title }} by {{ csm.name }}
{% for contact in contacts %}- {{ contact.name }} {{ contact.email }} {{ contact.personas | join(", ") }}
{% endfor %}
{% for outcome in outcomes %}- {{ outcome.statement }}: {{ outcome.state }} {{ outcome.value }}
{% endfor %}"""
    assert problems(text, message=False) == []


@pytest.mark.parametrize(
    ("text", "line", "column", "suggestion"),
    [
        (FRONT + "Hi {{ customr.name }}", 4, 7, "customer"),
        (FRONT + "Hi\n\n  {{ customer.tear }}", 6, 15, "tier"),
        (FRONT + "{{ contact.firstname }}", 4, 12, "first_name"),
        (FRONT + "{% for one in steps %}\n{{ one.titel }}{% endfor %}", 5, 8, "title"),
        (FRONT + "{{ (steps | first).titel }}", 4, 20, "title"),
        (FRONT + "{% for one in steps %}{{ loop.indx }}{% endfor %}", 4, 31, "index"),
        (FRONT + "{{ steps[0].titel }}", 4, 13, "title"),
        (FRONT + "{% set s = step %}{{ s.titel }}", 4, 24, "title"),
        (FRONT + "{{ customer\n.teer }}", 5, 1, "tier"),
        (FRONT + "{{ step.due | dat }}", 4, 15, "date"),
        (FRONT + "{% if step.due is defind %}x{% endif %}", 4, 19, "defined"),
        (FRONT + "{{ customer['renew_on'] }}", 4, 14, "renews_on"),
        ("---\nsubject: Hi {{ contact.nam }}\n---\n", 2, 24, "name"),
        ("---\nsubject: >\n  Hi\n  {{ contact.nam }}\n---\n", 4, 14, "name"),
        ("---\nsubject: Hi\nsubjekt: Hi\n---\n", 3, 1, "subject"),
    ],
)
def test_a_wrong_name_is_found_where_it_stands_with_the_nearest_right_one(
    text: str, line: int, column: int, suggestion: str,
):  # fmt: skip
    problem = only(text)

    assert (problem.line, problem.column, problem.suggestion) == (line, column, suggestion)


def test_all_problems_are_found_at_once_in_the_order_of_the_file():
    reported = problems("---\nsubject: '{{ a }}'\nlang: de\n---\n{{ b }} {{ b }}\n{{ customer.c | d_ }}\n")

    assert [(each.line, each.column) for each in reported] == [
        (2, 14),
        (3, 1),
        (5, 4),
        (5, 12),
        (6, 13),
        (6, 17),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "---\n---\n",
        "---\nsubject:\n---\n",
        "---\nsubject: ''\n---\n",
        "---\nsubject: [a]\n---\n",
        "---\nx\n---\n",
    ],
)
def test_a_message_without_a_subject_is_refused_with_how_to_write_one(text: str):
    assert "subject" in problems(text)[0].message


@pytest.mark.parametrize(
    ("subject", "way"),
    [
        ("Kickoff: what we agreed", "write 'subject: \"Kickoff: what we agreed\"'"),
        ("{{ customer.name }}: welcome", "write 'subject: \"{{ customer.name }}: welcome\"'"),
        ('"open', 'The quote " is never closed; write \'subject: "open"\''),
        ("Hello\nsubject: Again", "'subject' is written twice, first on line 2; remove one"),
    ],
)
def test_a_subject_that_yaml_reads_otherwise_is_refused_with_what_to_write(subject: str, way: str):
    problem = only(f"---\nsubject: {subject}\n---\nHello\n")

    assert way in problem.message
    assert problem.line == 2 + subject.count("\n")


def test_a_language_that_isnt_text_is_refused():
    (problem,) = check_template(FRONT.replace("---\n", "---\nlanguage: 3\n", 1), {}, message=True)

    assert (problem.line, problem.message) == (2, "The language 3 isn't text; write a code such as de")


@pytest.mark.parametrize(
    "body",
    [
        "{{ (steps | map(attribute='title') | first).x }}",
        "{{ (steps | join | first).x }}",
        "{% for a, b in steps %}{{ a.x }}{% endfor %}",
        "{% for one in [1] %}{{ one.x }}{% endfor %}",
        "{% set all = steps %}{{ all[0].x }}",
        "{{ 'x'.y }}",
    ],
)
def test_a_field_of_something_whose_kind_is_unknown_is_left_to_rendering(body: str):
    assert problems(FRONT + body) == []


def test_a_playbook_has_no_front_matter_but_may_begin_with_a_rule():
    assert "no front matter" in only("---\ntitle: x\n---\nText", message=False).message
    assert problems("---\n\nText\n\n---\n", message=False) == []


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("{{ a b }}", 4),
        ("x\n{% if step %}", 5),
        ("{% endif %}", 4),
        ("x\n\n{{ ", 6),
        ("{% fro x in y %}", 4),
        ("{{ 'a }}", 4),
    ],
)
def test_invalid_jinja_is_found_with_its_line(body: str, line: int):
    problem = only(FRONT + body)

    assert problem.line == line
    assert problem.message.startswith("Template syntax: ")


@pytest.mark.parametrize(
    "body",
    [
        "{% include 'x' %}", "{% extends 'x' %}", "{% import 'x' as y %}", "{% macro x() %}{% endmacro %}",
        "{% block x %}{% endblock %}", "{% filter upper %}x{% endfilter %}", "{% set x %}y{% endset %}",
        "{{ step.title.upper() }}", "{{ range(9) }}", "{{ 9 ** 9 }}", "{% for x in steps recursive %}{% endfor %}",
    ],
)  # fmt: skip
def test_anything_beyond_the_template_language_is_refused(body: str):
    assert problems(FRONT + body)[0].message.startswith("Templates ")


def test_a_loop_has_its_names_to_itself():
    reported = problems(FRONT + "{% for one in steps %}{{ one.id }}{% endfor %}{{ one.id }}{{ loop.index }}")

    assert [problem.column for problem in reported] == [50, 62]


def test_a_name_in_a_sentence_is_not_taken_for_the_one_in_the_template():
    assert only(FRONT + "The title: {{ step.title }} titel {{ titel }}").column == 38


def test_a_message_of_a_novel_is_refused():
    assert "longer than" in only(FRONT + "x" * 200_000).message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a | string }}", "work through more than 500000"),
        ("{% for a in 'abcdefghij' %}" * 9 + "{% endfor %}" * 9, "work through more than 500000"),
        ("{{ " + "[" * 5000 + "]" * 5000 + " }}", "nested too deeply"),
        ("{% if 1 %}" * 150 + "{% endif %}" * 150, "nested too deeply"),
        ("{{ 1" + "+1" * 20_000 + " }}", "nested too deeply"),
        ("{{1}}" * 15_000, "more than 10000 values, words and tags"),
        ("{{ 1" + "0" * 5000 + " }}", "A number is too long"),
    ],
)
@pytest.mark.parametrize("message", [True, False])
def test_what_would_never_end_is_found_before_anybody_is_sent_it(text: str, says: str, message: bool):  # noqa: FBT001
    assert says in only(FRONT + text if message else text, message=message).message


@given(st.text(max_size=200), st.booleans())
def test_whatever_is_written_is_checked_without_an_error(text: str, message: bool):  # noqa: FBT001
    for problem in check_template(FRONT + text if message else text, ATTRIBUTES, message=message):
        assert problem.line >= 1
        assert problem.column >= 1


@given(st.text(alphabet="{}%#-| .\n'\"ab(0[]~*", max_size=60))
def test_whatever_looks_like_jinja_is_checked_without_an_error(text: str):
    for problem in check_template(FRONT + text, ATTRIBUTES, message=True):
        assert problem.line >= 4


@given(st.text(alphabet="subject: {}[]'\"|>-#&*!\n\t", max_size=40))
def test_whatever_stands_in_the_front_matter_is_read_or_refused(yaml: str):
    text = f"---\n{yaml}\n---\nHello"
    try:
        parse_message(text)
    except TemplateError:
        assert problems(text)


def test_a_message_is_read_into_subject_and_body():
    read = parse_message('\ufeff---\r\nlanguage: de\r\nsubject: "Hallo: {{ contact.name }}"\r\n---\r\nText\r\n')

    assert (read.subject, read.language, read.body) == ("Hallo: {{ contact.name }}", "de", "Text\r\n")
    assert (read.subject_line, read.body_line) == (3, 5)
