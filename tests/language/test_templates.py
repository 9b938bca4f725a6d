from __future__ import annotations

from dataclasses import replace

import pytest

from milepost.language.templates.context import CsmContext, OutcomeContext, playbook_context
from milepost.language.templates.renderer import render_merged, render_message, render_playbook
from milepost.language.templates.source import pick_variant, variant_language
from milepost.translations.languages import shipped
from tests.language.template_samples import ATTRIBUTES, CUSTOMER, PLAN, SAM, STEPS, Page, context, rendered, text


def test_values_dates_and_numbers_are_written_as_the_reader_writes_them():
    body = "{{ customer.renews_on }}, {{ customer.started_on | date('short') }}, {{ customer.seats }}, "
    body += "{{ customer.seats | number }}, {{ (customer.seats / 7) | number(2) }}, {{ customer.vip }}"

    assert text(body) == "March 1, 2027, 3/2/26, 12000, 12,000, 1,714.29, yes"
    german = context(language="de", contact=replace(SAM, country="DE"))
    assert text(body, german) == "1. März 2027, 02.03.26, 12000, 12.000, 1.714,29, ja"


def test_the_language_of_the_front_matter_rules_dates():
    mail = render_message(
        "---\nsubject: x\nlanguage: fr\n---\n{{ step.due }}", context(contact=replace(SAM, country="CH"))
    )

    assert mail.text == "5 mai 2026\n"
    assert mail.language == "fr-CH"


def test_a_language_that_nobody_knows_falls_back_to_english():
    assert text("{{ step.due }}", context(language="xx-YY")) == "May 5, 2026"


def test_a_reader_of_english_in_europe_gets_dates_as_europe_writes_them():
    assert text("{{ step.due }}", context(contact=replace(SAM, country="GB"))) == "5 May 2026"
    assert text("{{ step.due }}", context(contact=replace(SAM, country="GB-ENG"))) == "5 May 2026"


def test_the_first_step_is_the_step_and_a_step_without_due_date_can_be_asked_for_it():
    body = (
        "{{ step.title }}:{% for one in steps %} {{ one.id }}{% if one.due %} by {{ one.due }}{% endif %}{% endfor %}"
    )

    assert text(body) == "Connect single sign-on: connect_sso by May 5, 2026 invite"


def test_a_declared_attribute_that_is_not_known_can_be_asked_for_and_replaced():
    body = "{% if customer.goal %}a{% else %}b{% endif %} {{ customer.goal | default('no goal') }}"

    assert text(body) == "b no goal"


def test_a_step_that_asks_for_no_outcome_verifies_on_the_plan():
    assert text("{{ verify_url }}") == PLAN


def test_a_contact_without_a_name_is_called_by_what_the_address_shows_and_never_by_the_address():
    assert text("{{ contact.first_name }}", context(contact=replace(SAM, name="  "))) == "Sam"


def test_text_is_joined_and_compared():
    assert text("{% set x = 'a' ~ 1 ~ step.due + '!' %}{{ x }}") == "a1May 5, 2026!"
    assert text("{{ steps | map(attribute='title') | join(' and ') }}") == "Connect single sign-on and Invite readers"
    assert text("{{ (customer.renews_on - customer.started_on).days }}") == "364"


# Markdown


def test_the_text_alternative_reads_as_a_person_would_type_it():
    body = """# Hello {{ contact.first_name }}

One line
goes on, **with** *stress* and `code`.

- first
  goes on
- second
  1. inner
  2. more

> said

[Your plan]({{ plan_url }}) or <{{ plan_url }}> or [Ana](mailto:ana@vendor.example).

    typed

| a | b |
|---|---|
| 1 | 2 |
"""
    assert (
        rendered(body).text
        == f"""Hello Sam

One line goes on, with stress and code.

- first goes on
- second
  1. inner
  2. more

> said

Your plan ({PLAN}) or {PLAN} or Ana (ana@vendor.example).

    typed

a | b
1 | 2
"""
    )


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("```python\nfenced\n```", "    fenced"),
        ("over\\\nthere", "over\nthere"),
        ("a\n\n***\n\nb", f"a\n\n{'-' * 40}\n\nb"),
        ("~~gone~~", "gone"),
        ("[{{ plan_url }}]({{ plan_url }})", PLAN),
    ],
)
def test_plain_text_has_no_markup(markdown, plain):
    assert rendered(markdown).text == f"{plain}\n"


def test_our_own_addresses_become_links_wherever_they_stand():
    page = Page(
        rendered("{{ plan_url }} <{{ plan_url }}> [here]({{ plan_url }}) [{{ plan_url }}]({{ plan_url }})").html
    )

    assert page.links == [PLAN] * 4
    assert page.text.strip() == f"{PLAN} {PLAN} here {PLAN}"


def test_a_link_that_stands_alone_is_a_button():
    html = rendered(
        "[See your plan]({{ plan_url }})\n\n{{ plan_url }}\n\nor [this]({{ plan_url }})\n\n**[Bold]({{ plan_url }})**"
    ).html

    assert html.count('class="button"') == 2
    assert f'<strong><a href="{PLAN}" class="button">Bold</a></strong>' in html
    assert f'<a href="{PLAN}" class="button">See your plan</a>' in html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "x",
    ],
)
def test_a_link_to_anything_but_web_mail_or_telephone_becomes_its_text(address: str):
    site = context(customer=replace(CUSTOMER, attributes={"site": address}))
    mail = rendered(f"[one]({address}) [two]({{{{ customer.site }}}}) ![three]({address})", within=site)

    page = Page(mail.html)
    assert page.elements == [("p", {})]
    assert page.text == "one two three\n"


def test_a_value_inside_an_address_stays_one_part_of_it():
    site = context(customer=replace(CUSTOMER, attributes={"goal": "a&b=c#d/../e f"}))

    [link] = Page(rendered("[x](https://x.example/?q={{ customer.goal }}&z=1)", within=site).html).links
    assert link == "https://x.example/?q=a%26b%3Dc%23d%2F..%2Fe%20f&z=1"


def test_html_in_a_template_is_text():
    assert Page(rendered("<b>bold</b> <script>alert(1)</script>\n\n<div>x</div>").html).elements == [
        ("p", {}),
        ("p", {}),
    ]


# several steps in one mail

FIRST = "---\nsubject: Connect **it**\n---\nHi {{ contact.first_name }},\n\n{{ step.title }}\n"
SECOND = "---\nsubject: Invite <{{ customer.name }}>\n---\nHi {{ contact.first_name }},\n\n{{ step.title }}\n"


def test_a_merged_mail_has_the_first_subject_and_each_further_body_under_its_own():
    other = context(steps=(STEPS[1], STEPS[0]))
    mail = render_merged([(FIRST, context()), (SECOND, other)], shipped())

    assert mail.subject == "Connect **it** and 1 more"
    assert mail.text == (
        "Hi Sam,\n\nConnect single sign-on\n\n----------------------------------------\n\n"
        "Invite <Acme & Sons>\n\nHi Sam,\n\nInvite readers\n"
    )
    assert "<hr />\n<h2>Invite &lt;Acme &amp; Sons&gt;</h2>\n<p>Hi Sam,</p>" in mail.html


def test_a_merged_mail_says_nothing_twice():
    assert render_merged([(FIRST, context()), (FIRST, context())], shipped()) == render_message(FIRST, context())


def test_a_merged_mail_counts_in_its_own_language():
    parts = [(FIRST, context(language="de")), (SECOND, context(steps=(STEPS[1],)))]

    assert render_merged(parts, shipped()).subject == "Connect **it** und 1 weitere"
    assert render_merged([(FIRST, context(language="sv")), parts[1]], shipped()).subject == "Connect **it** and 1 more"


def test_a_message_about_nothing_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="at least one part"):
        render_merged([], shipped())
    with pytest.raises(ValueError, match="at least one step"):
        context(steps=())


# playbooks and variants


def test_a_playbook_is_rendered_with_people_and_outcomes():
    values = playbook_context(
        customer=replace(CUSTOMER, contacts=(SAM,)),
        step=STEPS[0],
        csm=CsmContext("Ana", "ana@vendor.example"),
        map_title="Save time",
        base_url="https://plan.example",
        outcomes=[OutcomeContext("Ten hours less", "verified", 12.0)],
        attributes=ATTRIBUTES,
    )
    text = "# {{ step.title }}\n{% for c in contacts %}\n- {{ c.name }} ({{ c.personas | join }})\n{% endfor %}\n"
    text += "{% for o in outcomes %}\n- {{ o.statement }}: {{ o.state }}, {{ o.value }}\n{% endfor %}\n\n"
    text += "Print [the results]({{ proof_url }})."

    assert render_playbook(text, values) == (
        "<h1>Connect single sign-on</h1>\n<ul>\n<li>Sam Poe (sponsor)</li>\n"
        "<li>Ten hours less: verified, 12</li>\n</ul>\n"
        f'<p>Print <a href="https://plan.example/ops/customers/{CUSTOMER.id}/proof">the results</a>.</p>\n'
    )


def test_a_date_attribute_that_holds_no_date_is_refused():
    with pytest.raises(ValueError, match="isoformat"):
        context(customer=replace(CUSTOMER, attributes={"renews_on": "soon"}))


FILES = dict.fromkeys(["recap.md", "recap.de.md", "recap.pt-BR.md", "other.de.md"], "")


@pytest.mark.parametrize(
    ("language", "file"),
    [
        ("de", "recap.de.md"), ("de-AT", "recap.de.md"), ("DE_at", "recap.de.md"), ("pt-br", "recap.pt-BR.md"),
        ("pt_BR", "recap.pt-BR.md"), ("pt", "recap.md"), ("en", "recap.md"), ("", "recap.md"), (None, "recap.md"),
        ("d", "recap.md"), ("../x", "recap.md"),
    ],
)  # fmt: skip
def test_the_reader_gets_the_nearest_language(language: str | None, file: str):
    assert pick_variant(FILES, "recap.md", language) == file


def test_without_the_plain_file_only_the_language_s_own_reader_gets_one():
    assert pick_variant(FILES, "other.md", "de-CH") == "other.de.md"
    with pytest.raises(KeyError):
        pick_variant(FILES, "other.md", "fr")


def test_the_language_of_a_file_is_in_its_name():
    assert variant_language("recap.de.md") == "de"
    assert variant_language("recap.pt_BR.md") == "pt-BR"
    assert variant_language("recap.md") is None
