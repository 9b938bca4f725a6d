"""The values that a message can't do without, and what `milepost lint` says of them."""

from __future__ import annotations

import pytest

from milepost.language.lint import lint
from milepost.language.loader import from_files
from milepost.language.templates.needs import needs_of
from tests.language.broken import EXAMPLE, SIDE_FILES, example_with


def needs(body: str, subject: str = "Hello") -> list[tuple[str, ...]]:
    return [need.names for need in needs_of(f"---\nsubject: {subject}\n---\n{body}")]


@pytest.mark.parametrize(
    "body",
    [
        "{{ customer.seats }}",
        "{{ customer['seats'] }}",
        "{{ customer.seats | number }}",
        "{{ customer.seats | number | default('?') }}",
        "{{ customer.seats + 1 }}",
        "{{ 'You have ' ~ customer.seats }}",
        "{% if customer.seats > 3 %}many{% endif %}",
        "{% if customer.tier %}{{ customer.seats }}{% endif %}",
        "{% if not customer.seats %}{{ customer.seats }}{% endif %}",
        "{% if customer.seats is defined %}{{ customer.seats }}{% endif %}",
        "{% if customer.seats or customer.tier %}{{ customer.seats }}{% endif %}",
        "{% if customer.seats == 3 %}three{% else %}{{ customer.seats }}{% endif %}",
        "{% set seats = customer.seats %}{{ seats }}",
        "{% for step in steps %}{{ customer.seats }}{% endfor %}",
        "{% for seat in customer.seats %}x{% endfor %}",
        "{{ customer.seats if customer.tier else 'few' }}",
    ],
)
def test_a_value_that_is_written_or_worked_with_is_needed(body: str) -> None:
    assert needs(body) == [("customer.seats",)]


@pytest.mark.parametrize(
    "body",
    [
        "{{ customer.seats | default('some') }}",
        "{{ customer.seats | d }}",
        "{{ customer.seats or 'some' }}",
        "{{ (customer.seats or 0) + 1 }}",
        "{{ customer.seats if customer.seats else 'some' }}",
        "{% if customer.seats %}{{ customer.seats | number }}{% endif %}",
        "{% if customer.seats and customer.seats > 3 %}{{ customer.seats }}{% endif %}",
        "{% if not customer.seats %}none{% else %}{{ customer.seats }}{% endif %}",
        "{% if customer.seats is none %}none{% elif customer.seats > 3 %}many{% endif %}",
        "{% if customer.seats == 3 %}{{ customer.seats }}{% endif %}",
        "{% if customer.seats in [3, 4] %}{{ customer.seats }}{% endif %}",
        "{% set seats = customer.seats %}{% if seats %}{{ seats }}{% endif %}",
        "{% set seats = customer.seats | default(1) %}{{ seats }}",
        "{{ customer.name }} {{ customer.started_on }} {{ contact.first_name }} {{ csm.name }} {{ step.due }}",
    ],
)
def test_a_value_behind_default_or_if_and_one_that_is_always_known_are_not_needed(body: str) -> None:
    assert needs(body) == []


def test_one_of_two_values_is_enough_where_one_stands_in_for_the_other() -> None:
    assert needs("{{ customer.seats | default(customer.users) }}") == [("customer.seats", "customer.users")]
    assert needs("{{ contact.salutation or customer.seats }}") == [("contact.salutation", "customer.seats")]


def test_an_answer_of_a_form_may_be_missing_as_a_whole_or_not_at_all() -> None:
    assert needs("{{ answers.choose.reports }}") == [("answers.choose.reports",)]
    assert needs("{{ answers.choose.verifier.name }}") == [("answers.choose.verifier",)]
    assert needs("{% if answers.choose.reports %}{{ answers.choose.reports | join(', ') }}{% endif %}") == []


def test_the_subject_counts_and_each_value_is_named_once_with_its_line() -> None:
    text = "---\nsubject: About {{ customer.seats }} seats\n---\nHi\n{{ customer.seats }} {{ csm.email }}\n"
    assert [(need.names, need.line) for need in needs_of(text)] == [(("customer.seats",), 2), (("csm.email",), 5)]


def test_a_message_that_cannot_be_read_needs_nothing() -> None:
    assert needs("{{ customer.seats") == []
    assert needs_of("no front matter {{ customer.seats }}") == ()


MAP_WITH_SEATS = EXAMPLE.replace("attributes:\n", "attributes:\n  seats: {type: number}\n", 1)


def warnings(files: dict[str, str], text: str = MAP_WITH_SEATS) -> list[tuple[str, str]]:
    problems = lint(from_files({"map.yaml": text, **SIDE_FILES, **files}))
    return [(problem.code, problem.file) for problem in problems if problem.code in ("W214", "W218")]


def message(body: str) -> str:
    return f"---\nsubject: Hello\n---\n{body}\n"


def test_a_value_that_a_customer_may_not_have_is_a_warning_in_each_language() -> None:
    files = {"messages/recap.md": message("{{ customer.seats }}"), "messages/recap.de.md": message("{{ csm.email }}")}
    assert ("W214", "messages/recap.md") in warnings(files)
    assert ("W214", "messages/recap.de.md") in warnings(files)


def test_what_every_customer_of_the_segment_has_is_no_warning() -> None:
    assert warnings({"messages/recap.md": message("{{ customer.goal }}")}) == []
    text = example_with(
        ('customer.tier == "enterprise" && customer.goal', 'customer.tier == "enterprise" || customer.goal')
    )
    assert warnings({"messages/recap.md": message("{{ customer.goal }}")}, text) == [("W214", "messages/recap.md")]


def test_the_date_at_which_the_stage_opens_is_no_warning_in_its_messages() -> None:
    text = example_with(("      - action: sign\n", "      - action: sign\n        message: sign.md\n"))
    assert warnings({"messages/sign.md": message("{{ customer.renews_on | date }}")}, text) == []
    assert warnings({"messages/recap.md": message("{{ customer.renews_on | date }}")}) == [
        ("W214", "messages/recap.md")
    ]


def test_a_language_that_some_messages_lack_is_a_warning() -> None:
    german = {"messages/recap.de.md": message("Hallo")}
    assert warnings(german) == [("W218", "map.yaml")]
    everything = {name.replace(".md", ".de.md"): text for name, text in SIDE_FILES.items() if "messages/" in name}
    assert warnings(everything) == []


def test_a_regional_variant_is_not_lacking_where_the_language_itself_is_there() -> None:
    everything = {name.replace(".md", ".de.md"): text for name, text in SIDE_FILES.items() if "messages/" in name}
    assert warnings({**everything, "messages/recap.de-AT.md": message("Servus")}) == []


def test_the_example_has_neither() -> None:
    assert warnings({}, EXAMPLE) == []
