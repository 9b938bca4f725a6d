"""Forms, links and how-to texts in a map: what is wrong with them is found where it stands."""

from __future__ import annotations

import pytest

from milepost.language.asks import Ask
from milepost.language.problems import Problem
from tests.language.broken import address_of, example_with, problems_of

ACTION = "        title: Connect the calendar\n"
FORM = """\
        how: |
          Hello {{ contact.first_name }},

          ask *your* provider for **{{ customer.name }}**.
        link: {url: "https://app.example/{{ customer.id }}/connect", title: Connect it}
        anyone: true
        asks:
          - {field: day, title: Which day?, type: date, set: renews_on}
          - {field: seats, title: How many seats?, type: number, optional: true, help: About}
          - {field: modules, title: Which modules?, type: choice, one_of: [a, b], many: true}
          - {field: kind, title: Which kind?, type: choice, one_of: [small, enterprise], set: tier}
          - {field: lead, title: Who leads it?, type: person, persona: sponsor}
          - {field: notes, title: Anything else?, type: long_text, optional: true}
          - {field: sure, title: Are you sure?, type: flag, set: pilot}
"""
GOOD = example_with((ACTION, ACTION + FORM))


def _errors(text: str) -> list[Problem]:
    return [each for each in problems_of(text) if each.severity == "error"]


def test_a_form_with_every_kind_of_question_has_nothing_wrong() -> None:
    assert problems_of(GOOD) == []


BREAKS = [
    ("M101", "help: About", "hint: About", "hint:"),
    ("M102", "type: choice, one_of: [a, b], many: true", "type: choice, many: true", "type: choice, many"),
    ("M102", "type: number, optional", "type: number, one_of: [a], optional", "one_of: [a], opt"),
    ("M102", "type: number, optional", "type: number, many: true, optional", "many: true, opt"),
    ("M102", "type: number, optional", "type: number, persona: sponsor, optional", "persona: sponsor, opt"),
    ("M102", "type: person, persona: sponsor", "type: person, set: goal", "set: goal}"),
    ("M102", "many: true}", "many: true, set: goal}", "set: goal}"),
    ("M102", "field: notes, ", "", "{title: Anything"),
    ("M103", "type: long_text", "type: textarea", "textarea"),
    ("M103", "one_of: [a, b]", "one_of: [1, b]", "1, b]"),
    ("M103", '"https://app.example/', '"ftp://app.example/', '"ftp://'),
    ("M104", "field: notes", "field: seats", "seats, title: Anything"),
    ("M104", "type: number, optional", "type: date, set: renews_on, optional", "renews_on, optional"),
    ("M105", "persona: sponsor}", "persona: sponsr}", "sponsr}"),
    ("M105", "set: renews_on", "set: renew_on", "renew_on"),
    ("M105", "set: renews_on", "set: goal", "goal}\n          - {field: seats"),
    ("M105", "set: renews_on", "set: started_on", "started_on"),
    ("M105", "[small, enterprise], set", "[small, huge], set", "tier}\n          - {field: lead"),
    ("M105", "type: long_text, optional: true", "set: tier", "tier}\n          - {field: sure"),
    ("M110", "{{ customer.name }}**", "{{ customer.nam }}**", "nam }}**"),
    ("M110", "{{ customer.id }}/connect", "{{ customer.idd }}/connect", "idd }}/connect"),
]


@pytest.mark.parametrize(("code", "old", "new", "word"), BREAKS)
def test_a_mistake_in_a_form_is_found_where_it_stands(code: str, old: str, new: str, word: str) -> None:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    problems = [(each.code, each.line, each.column) for each in _errors(text)]
    assert (code, *address_of(text, word)) in problems
    assert len(problems) == 1 or ("M104", *address_of(text, word)) in problems  # it is set twice as well


def test_a_metric_may_take_its_figures_from_the_customer() -> None:
    metric = "metric: {name: hours saved, unit: h, baseline: customer.health, target: customer.health}"
    text = example_with(("        within: 15", f"        {metric}\n        within: 15"))
    assert _errors(text) == []
    [unknown] = _errors(text.replace("baseline: customer.health", "baseline: customer.helth"))
    assert (unknown.code, unknown.suggestion) == ("M105", "health")
    [of_text] = _errors(text.replace("target: customer.health", "target: customer.goal"))
    assert of_text.code == "M105"
    assert "type text" in of_text.message
    [no_figure] = _errors(text.replace("target: customer.health", "target: a lot"))
    assert no_figure.code == "M103"


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        ("role: csm\n        invite", "role: csm\n        warn: 1 day before\n        invite", None, ""),
        ("role: csm\n        invite", "role: csm\n        warn: 1 day after\n        invite", "M106", "1 day after"),
        ("to: coordinator\n", "to: coordinator\n        warn: 1 day before\n", "M102", "warn:"),
        ("to: coordinator\n", "to: coordinator\n        how: Read it.\n", "M102", "how:"),
        ("role: csm\n        invite", "role: csm\n        internal: true\n        invite", None, ""),
        (
            "role: csm\n        invite",
            "role: csm\n        internal: true\n        how: X\n        invite",
            "M102",
            "how: X",
        ),
        ("    target: 30 days", "    shown_as: The beginning\n    target: 30 days", None, ""),
    ],
)
def test_touchpoints_may_warn_and_stay_off_the_plan(old: str, new: str, code: str | None, word: str) -> None:
    text = example_with((old, new))
    expected = [(code, *address_of(text, word))] if code else []
    assert [(each.code, each.line, each.column) for each in _errors(text)] == expected


CONDITIONS = [
    ('answers.connect.day > "2026-03-02"', None),
    ("answers.connect.seats >= 10", None),
    ("size(answers.connect.modules) > 1 || 'a' in answers.connect.modules", None),
    ("answers.connect.sure && has(answers.connect.lead)", None),
    ("answers.connect.kind == 'smal'", "did you mean 'small'?"),
    ("answers.connect.kind == 'small' || 'b' in answers.connect.modules", None),
    ("answers.connect.kind != 'big'", "'big' is never the answer"),
    ("size(answers.connect.modules) > 1 || 'c' in answers.connect.modules", "'c' is never the answer"),
    ("answers.connect.day == '4 May'", None),
    ("answers.connect.seats == 'ten'", "doesn't work between a number and text"),
    ("answers.connect.modules == 'a'", "ask whether it is among them"),
    ("answers.connect.seat > 3", "did you mean 'answers.connect.seats'?"),
    ("answers.connect == 'a'", "needs a field"),
    ("answers.recap.day == 'a'", "asks for nothing"),
    ("answers == 'a'", "write answers.STEP.FIELD"),
]


@pytest.mark.parametrize(("condition", "message"), CONDITIONS)
def test_conditions_see_answers_by_their_types(condition: str, message: str | None) -> None:
    text = GOOD.replace("customer.health < 40", condition)
    problems = _errors(text)
    assert [each.code for each in problems] == (["M107"] if message else [])
    assert message is None or message in problems[0].message


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ answers.connect.day | date }} {{ answers.connect.modules | join(', ') }}", None),
        ("{% if answers.connect.lead %}{{ answers.connect.lead.name }}{% endif %}", None),
        ("{{ answers.connect.days }}", "Unknown field 'days'"),
        ("{{ answers.recap.day }}", "Unknown field 'answers.recap'"),
        ("{{ answers.connect.lead.phone }}", "Unknown field 'phone'"),
    ],
)
def test_messages_and_playbooks_see_answers(template: str, message: str | None) -> None:
    files = {"messages/recap.md": f"---\nsubject: News\n---\n{template}\n", "playbooks/kickoff.md": template}
    problems = problems_of(GOOD, **files)
    assert [each.code for each in problems] == (["M110", "M110"] if message else [])
    assert all(message in each.message for each in problems if message)


ADDRESS = "https://files.example/a.pdf"
PERSON = {"name": "Sam Poe", "email": "sam@acme.example"}


@pytest.mark.parametrize(
    ("ask", "good", "bad"),
    [
        ({"type": "text"}, ["x"], ["", " ", 3, None, "x" * 201, ["x"]]),
        ({"type": "long_text"}, ["x\ny"], ["x" * 2001]),
        ({"type": "number"}, [3, 2.5], ["3", True, float("inf")]),
        ({"type": "date"}, ["2026-03-02"], ["2026-02-30", "02.03.2026", 3]),
        ({"type": "flag"}, [True, False], ["yes", 1]),
        ({"type": "choice", "one_of": ["a", "b"]}, ["a"], ["c", ["a"], None]),
        ({"type": "choice", "one_of": ["a", "b"], "many": True}, [["a"], ["b", "a"]], ["a", [], ["c"], ["a", "a"]]),
        ({"type": "person"}, [PERSON], ["Sam", {"name": "Sam"}, {**PERSON, "email": "sam"}, {**PERSON, "age": 3}]),
        ({"type": "file"}, [ADDRESS], ["a.pdf", "javascript:alert(1)"]),
        ({"type": "url"}, [ADDRESS], ["ftp://files.example", "https://"]),
    ],
)
def test_an_answer_must_be_of_its_kind(ask: dict[str, object], good: list[object], bad: list[object]) -> None:
    question = Ask.model_validate({"field": "x", "title": "X?", **ask})
    assert [each for each in good if question.complaint(each)] == []
    assert [each for each in bad if question.complaint(each) is None] == []


def test_a_mail_that_leads_to_the_plan_needs_something_to_do_there() -> None:
    link = "---\nsubject: News\n---\n[Your plan]({{ plan_url }})\n"
    text = example_with()
    [warning] = problems_of(text, **{"messages/connect.md": link})
    assert (warning.code, warning.line, warning.column) == ("W219", *address_of(text, "connect.md"))
    assert "W219" in {each.code for each in problems_of(text, **{"messages/connect.de.md": link})}
    assert problems_of(GOOD, **{"messages/connect.md": link}) == []
    assert problems_of(text, **{"messages/recap.md": link}) == []
