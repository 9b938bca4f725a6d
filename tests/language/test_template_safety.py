"""No value becomes Markdown, HTML or a header; no template sees or takes more than it should."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from template_samples import Page, context, named, rendered

from milepost.language.templates.renderer import render_message
from milepost.language.templates.source import TemplateError

# nobody's name is Markdown, HTML or a header

EVIL = [
    "[x](javascript:alert(1))", "**bold** _under_ `code`", "<script>alert(1)</script>", "<https://evil.example>",
    "https://evil.example", "![x](https://evil.example/pixel.png)", "# heading", "- list", "1. list", "> quote",
    "| a | b |", "&lt;b&gt; &amp;", "{{ 7 * 7 }}{% raw %}", "\\*x\\*", "```\ncode\n```",
    "[x]: https://evil.example", '" onclick="x',
    "</p><p>", "\ue0000\ue001",
]  # fmt: skip
PLACES = [
    "{{ contact.name }}", "Hi {{ contact.name }},", "**{{ contact.name }}**", "# {{ contact.name }}",
    "- {{ contact.name }}", "`{{ contact.name }}`", "    {{ contact.name }}", "> {{ contact.name }}", "[{{ contact.name }}](https://ok.example)",
    "| {{ contact.name }} | b |\n|---|---|\n| c | d |", "{{ contact.name }}\n===", "<{{ contact.name }}>",
    "![{{ contact.name }}](https://ok.example/a.png)", "[x](https://ok.example '{{ contact.name }}')",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", EVIL)
def test_a_name_is_the_same_text_wherever_it_stands(name: str, place: str):
    mail, plain = rendered(place, within=named(name)), rendered(place, within=named("Sam Poe"))

    shown = " ".join(re.sub("[\ue000\ue001]", "", name).split())
    page, same = Page(mail.html), Page(plain.html)
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in same.elements]
    assert page.links == same.links
    assert page.text == same.text.replace("Sam Poe", shown)
    assert mail.text == plain.text.replace("Sam Poe", shown)


@given(st.text(max_size=60))
def test_any_name_comes_out_as_text(name: str):
    mail = rendered("Hi **{{ customer.name }}**!", within=named(name))

    page = Page(mail.html)
    assert [tag for tag, _ in page.elements] == ["p", "strong"]
    assert page.text.rstrip("\n") == mail.text.rstrip("\n")
    mail.html.encode()


@given(st.text(max_size=300))
def test_a_subject_is_one_line_of_bearable_length(name: str):
    subject = rendered("x", "Hello {{ customer.name }}", named(name)).subject

    assert subject.startswith("Hello")
    assert len(subject) <= 200
    assert subject.isprintable() or not any(character in subject for character in "\r\n\v\f\x00\x1b\x85\u2028\u2029")


def test_a_subject_holds_a_name_as_it_is():
    assert rendered("x", "Hi {{ customer.name }}").subject == "Hi Acme & Sons"
    assert (
        rendered("x", "Hi {{ customer.name }}", named("A\r\nBcc: x@evil.example")).subject == "Hi A Bcc: x@evil.example"
    )


# what fails, and how


@pytest.mark.parametrize(
    ("body", "why", "line"),
    [
        ("x\n{{ customer.goal }}", "is unknown", 5),
        ("{{ customer.goal | date }}", "is unknown", 4),
        ("{{ nobody }}", "'nobody' is undefined", 4),
        ("\n{{ customer.nothing }}", "'customer' has no attribute 'nothing'", 5),
        ("{{ step }}", "a step can't be written", 4),
        ("{{ steps }}", "a tuple can't be written", 4),
        ("{{ customer.name | date }}", "Invalid isoformat", 4),
        ("{{ customer.seats | date }}", "isn't a date", 4),
        ("{{ customer.name | number }}", "isn't a number", 4),
        ("{{ 1 / 0 }}", "division by zero", 4),
        ("{{ 'a' | safe }}", "No filter named 'safe'", 4),
        ("{% include 'x' %}", "can't have include", 4),
        ("{{ step.title.upper() }}", "can't call functions", 4),
        ("{% if %}", "Expected an expression", 4),
    ],
)
def test_a_template_that_fails_says_why_and_where(body: str, why: str, line: int):
    with pytest.raises(TemplateError, match=re.escape(why)) as caught:
        render_message(f"---\nsubject: Hello\n---\n{body}", context(), file="recap.md")
    assert (caught.value.file, caught.value.line) == ("recap.md", line)
    assert str(caught.value).startswith(f"recap.md:{line}: ")


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__ }}", "{{ customer.__class__ }}", "{{ customer['__class__'] }}",
        "{{ customer._values }}", "{{ steps | map(attribute='__class__') | list }}",
        "{{ self }}", "{{ cycler }}", "{{ lipsum }}", "{{ config }}",
        "{{ steps | _counted }}",
    ],
)  # fmt: skip
def test_a_template_cannot_look_behind_the_values(body: str):
    with pytest.raises(TemplateError):
        rendered(body)


@pytest.mark.parametrize(
    "body",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 2 * 1000000000000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{% set a = 'abcdefghij' %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}",
        "{% set a = 'abcdefghij' %}" + "{% set a = a + a %}" * 60 + "{{ a }}",
        "{% set a = 'abcdefghij' %}" + "{% set a = a | list | join(a) %}" * 9 + "{{ a }}",
        "{% set a = 99999 %}" + "{% set a = a * a %}" * 60 + "{{ a }}",
        "{% for a in 'abcdefghij' %}" * 9 + "{% endfor %}" * 9,
        "{% for a in 'abcdefghij' %}" * 9 + "xxxxxxxxxx" + "{% endfor %}" * 9,
        "{% for a in 'abcdefghij' * 2 %}{% endfor %}",
        "{% for a in 'abcdefghij' %}" * 3 + "x" * 300 + "{% endfor %}" * 3,
        "x" * 150_000,
    ],
)
@pytest.mark.timeout(10)
def test_a_template_that_asks_for_too_much_is_stopped(body: str):
    with pytest.raises(TemplateError):
        rendered(body)


def test_many_long_values_are_stopped_too():
    with pytest.raises(TemplateError, match="more than 200000 characters"):
        rendered("{{ customer.name }}" * 30, within=named("x" * 10_000))


def test_a_message_needs_a_subject_that_says_something():
    with pytest.raises(TemplateError, match="front matter"):
        render_message("Hello", context())
    with pytest.raises(TemplateError, match="subject came out empty"):
        rendered("x", "\"{{ '' }}\"")
