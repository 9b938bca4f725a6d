"""No value becomes Markdown, HTML or a header; no template sees or takes more than it should."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.language.templates.renderer import render_message
from milepost.language.templates.source import TemplateError
from tests.language.template_samples import Page, context, named, rendered

LONGEST = 4.0  # seconds of processor time that a template may take

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


LONG = "customer.site"  # 10,000 characters
NESTED = "{% set a = [1] %}{% set b = [1] %}" + "{% set a = [a, a] %}{% set b = [b, b] %}" * 40
TUPLES = "{% set a = (1,) %}" + "{% set a = (a, a) %}" * 40
NASTY = {
    "a deep list as text": NESTED + "{{ a | string }}",
    "a deep list joined": NESTED + "{{ a | join }}",
    "deep lists compared": NESTED + "{{ a == b }}",
    "a deep list searched": NESTED + "{{ a in [b] }}",
    "a deep list tested": NESTED + "{{ a is in [b] }}",
    "a deep list sorted": NESTED + "{{ a | sort | first }}",
    "a deep list sliced": NESTED + "{{ a[1:] }}",
    "a deep tuple hashed": TUPLES + "{{ a | unique | first }}",
    "a deep tuple as a key": TUPLES + "{{ {a: 1} }}",
    "a deep mapping": "{% set a = {'a': 1} %}" + "{% set a = {'a': a, 'b': a} %}" * 40 + "{{ a | string | length }}",
    "lists that add up": f"{{% for i in {LONG} %}}{{{{ [{LONG} | list] | sum(start=[]) }}}}{{% endfor %}}",
    "many characters to trim": f"{{{{ {LONG} | trim({LONG}) }}}}",
    "a long path": f"{{{{ {LONG} | list | map(attribute='{'a.' * 90}a', default='x') | list | length }}}}" * 50,
    "words counted again and again": f"{{% for x in {LONG} %}}{{% set y = {LONG} | wordcount %}}{{% endfor %}}",
    "texts compared again and again": f"{{% for x in {LONG} %}}{{% set y = {LONG} == {LONG} ~ '' %}}{{% endfor %}}",
    "empty loops in loops": f"{{% for a in {LONG} %}}" * 4 + "{% endfor %}" * 4,
    "a loop over much that writes nothing": f"{{% for a in {LONG} %}}" + "{% set x = 1 %}" * 1500 + "{% endfor %}",
    "a loop over many questions": f"{{% for a in {LONG} %}}" + "{% if step.due %}{% endif %}" * 1000 + "{% endfor %}",
    "very many numbers": f"{{% for a in {LONG} %}}" + "{{ 1 | number }}" * 50 + "{% endfor %}",
    "very many dates": f"{{% for a in {LONG} %}}" + "{{ step.due | date('full') }}" * 50 + "{% endfor %}",
    "a long pattern of a date": "{{ step.due | date('" + "EEEE MMMM " * 5000 + "') }}",
    "a huge whole number": "{% set a = 0x" + "f" * 90_000 + " %}" + "{% if a // 3 %}{% endif %}" * 300,
    "a number with a huge exponent": "{{ '1e999999999' | number }}",
    "a number with a tiny exponent": "{{ '1e-999999999' | number(6) }}",
    "a long chain of filters": "{{ 'a'" + " | upper" * 12_000 + " }}",
    "a long sum": "{{ 1" + "+1" * 45_000 + " }}",
    "a long comparison": "{{ 1" + "<1" * 45_000 + " }}",
    "brackets in brackets": "{{ " + "[" * 40_000 + "]" * 40_000 + " }}",
    "very many outputs": "{{1}}" * 19_000,
    "conditions in conditions": "{% if 1 %}" * 4000 + "{% endif %}" * 4000,
    "brackets of Markdown": "[" * 99_000,
    "stars of Markdown": "*a **a " * 14_000,
    "tables of Markdown": "| a | b |\n|---|---|\n" * 5000,
    "Markdown in a loop": f"{{% for a in {LONG} %}}" + "![" * 9 + "{% endfor %}",
}
CHILD = """
import json, resource, sys, time
sys.path[:0] = {paths}
from dataclasses import replace
from tests.language.template_samples import CUSTOMER, context, rendered
from milepost.language.templates.source import TemplateError

LONGEST = 4.0  # seconds of processor time that a template may take

site = context(customer=replace(CUSTOMER, attributes=dict(CUSTOMER.attributes, site="ab" * 5000)))
rendered("Hello", within=site)
memory = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (memory + 256 * 2**20,) * 2)
ends = dict()
for name, body in json.load(sys.stdin).items():
    began = time.process_time()
    try:
        rendered(body, within=site)
    except TemplateError as error:
        if isinstance(error.__cause__, MemoryError):
            began = -999
    ends[name] = time.process_time() - began
print(json.dumps(ends))
"""


def test_every_template_ends_within_seconds_and_little_memory():
    paths = [str(Path(__file__).parents[2])]
    child = subprocess.run(
        [sys.executable, "-c", CHILD.replace("{paths}", repr(paths))],
        input=json.dumps(NASTY), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert child.returncode == 0, child.stderr[-2000:]
    slow = {name: seconds for name, seconds in json.loads(child.stdout).items() if seconds > LONGEST}
    assert not slow


def test_many_long_values_are_stopped_too():
    with pytest.raises(TemplateError, match="more than 200000 characters"):
        rendered("{{ customer.name }}" * 30, within=named("x" * 10_000))


def test_a_message_needs_a_subject_that_says_something():
    with pytest.raises(TemplateError, match="front matter"):
        render_message("Hello", context())
    with pytest.raises(TemplateError, match="subject came out empty"):
        rendered("x", "\"{{ '' }}\"")
