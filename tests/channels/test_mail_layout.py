from __future__ import annotations

from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from milepost.brand.brand import Brand, brand_from
from milepost.channels.mail_layout import Importance, lay_out
from milepost.language.templates.renderer import Rendered
from milepost.translations.languages import shipped

RENDERED = Rendered(
    subject="Connect <SSO> & more",
    text="Hi Sam,\n\nplease connect it: the plan (https://plans.example.com/plan/x)\n",
    html="<p>Hi Sam,</p>\n<p>please connect it</p>\n",
    language="en-US",
)


def composed(rendered: Rendered = RENDERED, **changes: str | Brand | None) -> Rendered:
    more = {
        "colleague_name": "Ana <b>López",
        "colleague_address": "ana@vendor.example",
        "plan_url": "https://plans.example.com/plan/x?a=1&b=2",
        "preferences_url": "https://plans.example.com/preferences/y?a=1&b=2",
        **changes,
    }
    return lay_out(rendered, shipped().reader(rendered.language), **more)


class Outline(HTMLParser):
    """Collects the elements that a document opens and does not close."""

    VOID = ("meta", "br", "hr", "img", "link")

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.setdefault(tag, dict(attrs))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_layout_is_a_whole_document_in_the_language_of_the_text():
    outline = Outline(composed().html or "")

    assert outline.open == []
    assert outline.attributes["html"] == {"lang": "en-US", "dir": "ltr"}
    assert outline.attributes["div"]["style"] == "display:none;max-height:0;overflow:hidden;"


def test_names_and_subjects_stay_text_in_the_layout():
    html = composed().html or ""

    assert "<title>Connect &lt;SSO&gt; &amp; more</title>" in html
    assert "reach Ana &lt;b&gt;López." in html
    assert 'href="https://plans.example.com/plan/x?a=1&amp;b=2"' in html


def test_the_preview_line_is_the_beginning_of_the_text_without_addresses():
    assert ">Hi Sam, please connect it: the plan</div>" in (composed().html or "")


def test_the_text_ends_with_how_to_reply_and_where_the_plan_is():
    assert composed().text.endswith(
        "\n\n-- \nJust reply to this mail to reach Ana <b>López.\n"
        "Your shared plan: https://plans.example.com/plan/x?a=1&b=2\n"
        "Fewer mails, or none: https://plans.example.com/preferences/y?a=1&b=2\n",
    )


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it", "nl", "pt", "ja"])
def test_what_comes_to_people_who_chose_fewer_mails_says_why_in_their_language(language: str) -> None:
    plain = Rendered("s", "t\n", "<p>t</p>", language)
    footers = {each: composed(plain, importance=each) for each in Importance}
    assert len({footer.text for footer in footers.values()}) == 3
    for importance in (Importance.REQUEST, Importance.ESSENTIAL):
        why = footers[importance].text.splitlines()[-2]
        assert why.endswith((".", "。"))
        assert why in unescape(footers[importance].html or "")
        assert "preferences/y?a=1&amp;b=2" in (footers[importance].html or "")


def test_nobody_is_told_to_reply_where_nobody_would_read_it():
    message = composed(colleague_address=None)

    assert "reply" not in message.text
    assert "Just reply" not in (message.html or "")


@pytest.mark.parametrize(
    ("language", "words", "direction"),
    [("de-AT", "Ihr gemeinsamer Plan", "ltr"), ("sv", "Your shared plan", "ltr"), ("ar-AE", "Your shared plan", "rtl")],
)
def test_the_layout_speaks_the_language_of_the_text_where_it_can(language: str, words: str, direction: str):
    message = composed(Rendered("s", "t\n", "<p>t</p>", language))

    assert words in message.text
    assert f'lang="{language}" dir="{direction}"' in (message.html or "")


def test_the_layout_has_the_name_and_the_readable_colours_of_the_company() -> None:
    html = composed(brand=brand_from("Borealis <&> Co", "#ffcc00")).html or ""

    assert "Borealis &lt;&amp;&gt; Co</div>" in html
    assert ".letter a { color: #886700; }" in html
    assert "background: #ffcc00; color: #10141a;" in html
    assert "<img" not in html


def test_every_letter_has_one_button_to_the_plan() -> None:
    plan = 'href="https://plans.example.com/plan/x?a=1&amp;b=2"'
    own = replace(RENDERED, html=f'<p><strong><a {plan} class="button">Do it</a></strong></p>')

    assert f'<p><a {plan} class="button">Your shared plan</a></p>' in (composed().html or "")
    assert (composed(own).html or "").count('class="button"') == 1
    assert f"<a {plan} style" in (composed(own).html or "")


def test_without_a_company_the_layout_names_none() -> None:
    assert 'class="company"' not in (composed().html or "")
